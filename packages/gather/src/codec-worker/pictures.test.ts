import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createFakeClock } from '../fake-clock.ts';
import { type CodecWorkerOptions, createCodecWorker } from './codec-worker.ts';
import { type FakeChild, type FakeHabits, createFakeChildren } from './fake-child.ts';
import type { ToWorker } from './messages.ts';

const track = { codec: 'h264', config: Uint8Array.of(1) } as const;
const data = Uint8Array.of(0, 0, 0, 1, 0x65);
const jpeg = Uint8Array.of(0xff, 0xd8);

/** Answers each request at once. */
const answering = (child: FakeChild, message: ToWorker): void => {
  if (message.type === 'work') setImmediate(() => child.say({ type: 'done', id: message.id, pictures: [{ jpeg, width: 64, height: 48 }] }));
};

function setUp(habits: FakeHabits = { backend: 'node-av', onSent: answering }, options: Partial<CodecWorkerOptions> = {}) {
  const clock = createFakeClock();
  const fakes = createFakeChildren(habits);
  const codec = createCodecWorker({ clock, log: pino({ level: 'silent' }), start: fakes.start, ...options });
  const ask = (key?: string) => codec.picture({ track, data, widths: [64], ...(key === undefined ? {} : { urgency: { kind: 'snapshot', key } }) });
  return { clock, codec, ask, ...fakes };
}

const worksOf = (child: FakeChild | undefined) => (child?.sent ?? []).filter((message) => message.type === 'work');

describe('the picture worker', () => {
  it('is started by the first request and answers it', async () => {
    const { ask, children, codec } = setUp();
    assert.equal(children.length, 0);
    assert.equal(codec.backend().backend, 'unknown');
    assert.deepEqual(await ask(), [{ jpeg, width: 64, height: 48 }]);
    assert.equal(children.length, 1);
    assert.equal(codec.backend().backend, 'node-av');
  });

  it('ends after 5 s without work and starts again when wanted', async () => {
    const { ask, children, clock } = setUp();
    await ask();
    await clock.advance(4_500);
    assert.equal(children[0]?.isKilled, false);
    await clock.advance(2_500);
    assert.equal(children[0]?.isKilled, true);
    await ask();
    assert.equal(children.length, 2);
  });

  it('is killed when a request takes 10 s; only that one fails, the next is answered by another worker', async () => {
    const { ask, children, clock, habits } = setUp({ backend: 'node-av' });
    const stuck = ask('a');
    const waiting = ask('b');
    const failed = assert.rejects(stuck, { code: 'stuck' });
    await clock.advance(10_000);
    habits.onSent = answering;
    await failed;
    assert.equal(children[0]?.isKilled, true);
    await clock.advance(1_000);
    assert.equal((await waiting).length, 1);
    assert.equal(children.length, 2);
  });

  it('is killed when it has not told its backend within 30 s', async () => {
    const { ask, children, clock } = setUp({});
    void assert.rejects(ask(), { code: 'busy' });
    await clock.advance(28_000);
    assert.equal(children[0]?.isKilled, false);
    await clock.advance(4_000);
    assert.equal(children[0]?.isKilled, true);
    await clock.advance(30_000);
  });

  it('that crashes fails its request alone, and pauses grow while it goes on crashing', async () => {
    const { ask, children, clock } = setUp({ backend: 'node-av', onSent: (child, { type }) => type === 'work' && setImmediate(() => child.die('SIGSEGV')) });
    const outcomes = Promise.allSettled(Array.from({ length: 8 }, (_, i) => ask(`${i}`)));
    await clock.advance(1_000);
    const early = children.length;
    assert.ok(early >= 2 && early <= 4, `${early} starts in the first second`);
    await clock.advance(60_000);
    const codes = (await outcomes).map((each) => (each.status === 'rejected' ? (each.reason as { code: string }).code : 'answered'));
    assert.deepEqual([...new Set(codes)], ['crashed']);
    assert.ok(children.length <= 8);
  });

  it('takes snapshots before posters, and a newer one of a channel in the place of its older', async () => {
    const { ask, children, clock, habits } = setUp({ backend: 'node-av' });
    const first = ask();
    await clock.advance(0);
    const poster = ask();
    const older = ask('a');
    const newer = ask('a');
    await assert.rejects(older, { code: 'superseded' });
    habits.onSent = answering;
    children[0]?.say({ type: 'done', id: 1, pictures: [] });
    await Promise.all([first, poster, newer]);
    assert.deepEqual(worksOf(children[0]).map(({ id }) => id), [1, 4, 2]);
  });

  it('refuses what is past its bounds with limit and value', async () => {
    const { codec, ask, clock } = setUp({ backend: 'node-av' });
    await assert.rejects(codec.picture({ track, data: new Uint8Array(0), widths: [64] }), { code: 'invalid', message: /0 bytes/ });
    await assert.rejects(codec.picture({ track, data, widths: [4000] }), { code: 'invalid', message: /width 4000, not 16 to 1920/ });
    await assert.rejects(codec.sheet(track, [], { tileWidth: 160, columns: 1 }), { code: 'invalid' });
    const outcomes = Promise.allSettled(Array.from({ length: 300 }, () => ask()));
    await clock.advance(80_000);
    const reasons = (await outcomes).filter((each) => each.status === 'rejected').map(({ reason }) => (reason as { code: string }).code);
    assert.ok(reasons.filter((code) => code === 'busy').length >= 43, 'the queue is bounded');
  });

  it('is recycled after so many requests without losing one', async () => {
    const { ask, children } = setUp(undefined, { maxRequests: 3 });
    const all = await Promise.all(Array.from({ length: 10 }, () => ask()));
    assert.equal(all.length, 10);
    assert.equal(children.length, 4);
  });

  it('is recycled when it has grown past 400 MB', async () => {
    const { ask, children, clock, habits } = setUp();
    await ask();
    habits.rssBytes = 401e6;
    await clock.advance(3_000);
    assert.equal(children[0]?.isKilled, true);
  });

  it('without FFmpeg says so once, refuses at once, and looks again after ten minutes', async () => {
    const { ask, children, clock, codec, habits } = setUp({ backend: 'none' });
    await assert.rejects(ask(), { code: 'no-backend' });
    assert.deepEqual(codec.notices().map(({ code }) => code), ['codec-missing']);
    await assert.rejects(ask(), { code: 'no-backend' });
    await clock.advance(5_000);
    assert.equal(children.length, 1);
    Object.assign(habits, { backend: 'ffmpeg', onSent: answering });
    await clock.advance(10 * 60_000);
    await ask();
    assert.equal(codec.backend().backend, 'ffmpeg');
    assert.deepEqual(codec.notices(), []);
  });

  it('is killed on close, and what waits is told', async () => {
    const { ask, children, clock, codec } = setUp({ backend: 'node-av' });
    const waiting = assert.rejects(ask(), { code: 'closed' });
    await clock.advance(0);
    codec.close();
    await waiting;
    assert.equal(children[0]?.isKilled, true);
    await assert.rejects(ask(), { code: 'closed' });
  });
});
