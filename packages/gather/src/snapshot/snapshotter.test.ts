import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createBus } from '../bus.ts';
import { CodecError } from '../codec-worker/codec-error.ts';
import type { CodecWorker } from '../codec-worker/codec-worker.ts';
import { createFakeClock } from '../fake-clock.ts';
import { picture, range, tracks } from '../fake-units.ts';
import { type Snapshot, createSnapshotter, snapshotWidths } from './snapshotter.ts';

const log = pino({ level: 'silent' });

/** A channel whose pictures come as fast as the clock is moved; `play` brings so many seconds. */
function setUp(given: { minutes?: number; fail?: () => CodecError | undefined } = {}) {
  const clock = createFakeClock();
  const bus = createBus({ log });
  const settings = { minutes: given.minutes ?? 2 };
  const asked: number[] = [];
  const taken: { at: number; snapshot: Snapshot }[] = [];
  const codec: Pick<CodecWorker, 'still'> = {
    still({ data, webpWidths }) {
      asked.push(clock.now());
      const error = given.fail?.();
      return error ? Promise.reject(error) : Promise.resolve({ jpeg: data.slice(0, 1), width: 640, height: 360, webps: webpWidths.map((width) => ({ webp: data.slice(0, 1), width, height: 90 })) });
    },
  };
  const stop = createSnapshotter({
    channelId: 'c',
    bus,
    codec,
    clock,
    wallClock: () => new Date(1_000_000 + clock.now()),
    log,
    intervalMillis: () => settings.minutes * 60_000,
    onPicture: (_id, snapshot) => taken.push({ at: clock.now(), snapshot }),
    random: () => 0.5,
  });
  let seconds = 0;
  const play = async (count: number): Promise<void> => {
    for (const end = seconds + count; seconds < end; seconds++) {
      bus.publish(range(seconds * 25, seconds * 25 + 25).map((i) => picture(i)));
      await clock.advance(1000);
    }
  };
  return { clock, bus, settings, asked, taken, stop, play };
}

describe('a snapshotter', () => {
  it('takes the first picture within seconds and the next at its interval, each of the newest keyframe', async () => {
    const { bus, play, taken } = setUp();
    bus.begin(tracks);
    await play(250);
    assert.deepEqual(taken.map(({ at }) => Math.round(at / 1000)), [2, 122, 242]);
    const { snapshot } = taken[1] ?? {};
    assert.deepEqual([snapshot?.width, snapshot?.jpeg[0]], [640, (121 * 25) & 0xff]);
    assert.deepEqual(snapshot?.webps.map(({ width, webp }) => [width, webp[0]]), snapshotWidths.map((width) => [width, (121 * 25) & 0xff]));
    assert.equal(snapshot?.takenAt.getTime(), 1_000_000 + (taken[1]?.at ?? 0));
  });

  it('follows a shorter interval within seconds', async () => {
    const { bus, play, taken, settings } = setUp({ minutes: 10 });
    bus.begin(tracks);
    await play(100);
    settings.minutes = 1;
    await play(6);
    assert.equal(taken.length, 2);
  });

  it('waits for a picture, and shows none twice', async () => {
    const { bus, clock, play, taken } = setUp({ minutes: 1 });
    await clock.advance(10_000);
    bus.begin(tracks);
    await play(2);
    assert.equal(taken.length, 1);
    await clock.advance(300_000);
    assert.equal(taken.length, 2, 'the keyframe after the first picture, and no more while the source is silent');
    await play(3);
    assert.equal(taken.length, 3);
    bus.end();
    await clock.advance(120_000);
    assert.equal(taken.length, 3);
  });

  it('tries again after a failure, with pauses up to its interval', async () => {
    let isBroken = true;
    const { bus, play, taken, asked } = setUp({ fail: () => (isBroken ? new CodecError('stuck', 'made up') : undefined) });
    bus.begin(tracks);
    await play(200);
    assert.deepEqual(asked.map((at) => Math.round(at / 1000)), [2, 17, 47, 107]);
    isBroken = false;
    await play(30);
    assert.equal(taken.length, 1);
  });

  it('holds no subscription of the bus', async () => {
    const { bus, play } = setUp();
    bus.begin(tracks);
    await play(3);
    assert.equal(bus.consumerCount, 0);
  });

  it('stops', async () => {
    const { bus, play, stop, asked } = setUp({ minutes: 1 });
    bus.begin(tracks);
    await play(3);
    stop();
    await play(120);
    assert.equal(asked.length, 1);
  });
});
