// A camera with two streams, both in hand: what is played live, and what is dialled when.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { createBus } from './bus.ts';
import { createFakeClock } from './fake-clock.ts';
import { picture, tracks, video } from './fake-units.ts';
import { hasSubStream, openLiveStream } from './live-stream.ts';
import type { SourceOutput } from './source/source.ts';

const log = pino({ level: 'silent' });

function begin(t: TestContext) {
  const clock = createFakeClock();
  const main = createBus({ log });
  main.begin(tracks);
  main.publish([picture(0)]);
  const hand: { output: SourceOutput | undefined; isStarted: boolean; isStopped: boolean } = { output: undefined, isStarted: false, isStopped: false };
  const sub = {
    start(output: SourceOutput) {
      hand.isStarted = true;
      hand.output = output;
    },
    stop() {
      hand.isStopped = true;
      return Promise.resolve();
    },
  };
  const live = openLiveStream({ main, sub, clock, log, onChange: () => {} });
  t.after(() => live.stop());
  const seen: number[] = [];
  const subscription = live.bus.subscribe({ name: 'viewer', onUnits: () => look() });
  const look = (): void => {
    for (let unit = subscription.take(); unit !== undefined; unit = subscription.take()) seen.push(unit.packet.data.length);
  };
  return { clock, main, hand, live, seen };
}

test('the sub stream is dialled only once the main stream runs, and is what viewers get', (t) => {
  const { main, hand, live, seen } = begin(t);
  live.mainRuns(false);
  assert.equal(hand.isStarted, false);
  live.mainRuns(true);
  hand.output?.begin({ video });
  hand.output?.packets([picture(0, { bytes: 5 }), picture(1, { bytes: 6 })]);
  main.publish([picture(1)]);
  assert.deepEqual(seen, [5, 6]);
  assert.deepEqual(live.notices(), []);
});

test('a sub stream that does not come within 3 s, or fails, is made up for by the main stream; it takes over when it is back', async (t) => {
  const { clock, main, hand, live, seen } = begin(t);
  live.mainRuns(true);
  await clock.advance(2_999);
  assert.deepEqual(seen, []);
  await clock.advance(1);
  assert.deepEqual(seen, [20]);
  assert.deepEqual(live.notices().map(({ code }) => code), ['sub-stream-missing']);
  main.publish([picture(1)]);
  hand.output?.begin({ video });
  hand.output?.packets([picture(0, { bytes: 5 })]);
  main.publish([picture(2)]);
  assert.deepEqual(seen, [20, 20, 5]);
  assert.deepEqual(live.notices(), []);
  hand.output?.fault({ code: 'source-lost', detail: 'gone' });
  assert.deepEqual(live.notices(), [{ code: 'sub-stream-missing', detail: 'the main stream is played live: gone' }]);
  main.publish([picture(3)]);
  assert.deepEqual(seen, [20, 20, 5, 20, 20, 20, 20]);
});

test('stopping closes the sub stream; late words of it are not heard', async (t) => {
  const { hand, live, seen } = begin(t);
  live.mainRuns(true);
  hand.output?.begin({ video });
  await live.stop();
  hand.output?.packets([picture(0)]);
  assert.deepEqual([hand.isStopped, seen], [true, []]);
});

test('the settings tell whether there is a sub stream', () => {
  const pull = { mode: 'pull', url: 'rtsp://a/1', user: '', password: '', transport: 'auto' } as const;
  const camera = { mode: 'camera', address: 'a', port: 80, user: '', password: '', osd: '', formerOsd: '', isMirrored: false } as const;
  assert.equal(hasSubStream(pull), false);
  assert.equal(hasSubStream({ ...pull, subUrl: 'rtsp://a/2' }), true);
  assert.equal(hasSubStream({ ...camera, isDualStream: true }), true);
  assert.equal(hasSubStream({ ...camera, isDualStream: false }), false);
  assert.equal(hasSubStream({ mode: 'file', path: '/a.mp4' }), false);
});
