import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Packet } from '@lubo/media';
import { pino } from 'pino';
import { createFakeClock } from '../fake-clock.ts';
import { createCodecWorker } from './codec-worker.ts';
import { type FakeChild, type FakeHabits, createFakeChildren } from './fake-child.ts';
import type { SoundBytes } from './messages.ts';

const input = { codec: 'pcma', sampleRate: 8000, channels: 1, timescale: 8000 } as const;

function setUp(habits: FakeHabits = { backend: 'node-av' }) {
  const clock = createFakeClock();
  const fakes = createFakeChildren(habits);
  const codec = createCodecWorker({ clock, log: pino({ level: 'silent' }), start: fakes.start });
  const packets: Packet[] = [];
  return { clock, codec, packets, open: (given = {}) => codec.openSound({ ...input, ...given }, (more) => packets.push(...more)), ...fakes };
}

const bytesOf = (child: FakeChild | undefined): SoundBytes[] => (child?.sent ?? []).flatMap((message) => (message.type === 'sound-bytes' ? message.batch : []));
const data = new Uint8Array(160);

describe('the sound worker', () => {
  it('tells the AAC to come and hands on its frames with their times', async () => {
    const { open, clock, children, packets } = setUp();
    const sound = open();
    await clock.advance(0);
    assert.deepEqual(await sound.track, { kind: 'audio', codec: 'aac', timescale: 16_000, config: Uint8Array.of(0x14, 0x08), sampleRate: 16_000, channels: 1 });
    sound.put({ dts: 800, data });
    await clock.advance(20);
    assert.deepEqual(bytesOf(children[0]).map(({ at }) => at), [800]);
    children[0]?.say({ type: 'sound-frames', frames: [{ sound: 1, at: 1600, data: Uint8Array.of(7) }] });
    assert.deepEqual(packets, [{ kind: 'audio', dts: 1600, compositionOffset: 0, isKeyframe: true, data: Uint8Array.of(7) }]);
  });

  it('sends the packets of all channels together, 50 times a second', async () => {
    const { open, clock, children } = setUp();
    const sounds = Array.from({ length: 8 }, () => open());
    await clock.advance(0);
    for (let i = 0; i < 50; i++) {
      for (const sound of sounds) sound.put({ dts: i * 160, data });
      await clock.advance(20);
    }
    const messages = children[0]?.sent.filter(({ type }) => type === 'sound-bytes') ?? [];
    assert.equal(bytesOf(children[0]).length, 400);
    assert.ok(messages.length <= 51, `${messages.length} messages`);
  });

  it('reckons packet times in samples, whatever their timescale', async () => {
    const { open, clock, children } = setUp();
    const sound = open({ timescale: 90_000 });
    await clock.advance(0);
    sound.put({ dts: 90_000, data });
    await clock.advance(20);
    assert.equal(bytesOf(children[0])[0]?.at, 8000);
  });

  it('goes on in another worker when the first one dies, and never goes back in time', async () => {
    const { open, clock, children, packets } = setUp();
    const sound = open();
    await clock.advance(0);
    children[0]?.say({ type: 'sound-frames', frames: [{ sound: 1, at: 5000, data }] });
    children[0]?.die('SIGSEGV');
    await clock.advance(1_000);
    assert.equal(children.length, 2);
    assert.ok(children[1]?.sent.some(({ type }) => type === 'sound-open'));
    sound.put({ dts: 16_000, data });
    await clock.advance(20);
    assert.equal(bytesOf(children[1]).length, 1);
    children[1]?.say({ type: 'sound-frames', frames: [5000, 6000, 6024, 7048].map((at) => ({ sound: 1, at, data })) });
    assert.deepEqual(packets.map(({ dts }) => dts), [5000, 6024, 7048]);
  });

  it('is killed and started again when it hangs', async () => {
    const { open, clock, children, habits } = setUp();
    open();
    await clock.advance(0);
    habits.isDeaf = true;
    await clock.advance(14_000);
    assert.equal(children[0]?.isKilled, true);
    assert.equal(children.length, 2);
  });

  it('keeps the last second for a worker that is not there, and counts the rest', async () => {
    const { open, clock, children } = setUp({});
    const sound = open();
    for (let i = 0; i < 200; i++) sound.put({ dts: i * 160, data });
    assert.equal(sound.droppedPackets, 200 - Math.floor(8192 / 160));
    children[0]?.say({ type: 'ready', backend: 'node-av', detail: '' });
    await clock.advance(20);
    assert.equal(bytesOf(children[0]).at(-1)?.at, 199 * 160);
  });

  it('gives a worker that takes nothing no more than 256 KiB', async () => {
    const { open, clock, children } = setUp();
    const sound = open();
    await clock.advance(0);
    for (let i = 0; i < 4_000; i++) {
      sound.put({ dts: i * 160, data });
      if (i % 25 === 0) await clock.advance(20);
    }
    const bytes = bytesOf(children[0]).length * 160;
    assert.ok(bytes > 256 * 1024 && bytes < 256 * 1024 + 2 * 8192, `${bytes} bytes`);
    assert.ok(sound.droppedPackets > 0);
    children[0]?.say({ type: 'sound-taken', bytes });
    sound.put({ dts: 4_000 * 160, data });
    await clock.advance(20);
    assert.equal(bytesOf(children[0]).at(-1)?.at, 4_000 * 160);
  });

  it('answers undefined without FFmpeg and for odd formats, and waits for a worker that starts slowly', async () => {
    const none = setUp({ backend: 'none' });
    const sound = none.open();
    await none.clock.advance(0);
    assert.equal(await sound.track, undefined);
    assert.equal(await none.open().track, undefined);
    const odd = setUp();
    assert.equal(await odd.open({ channels: 6 }).track, undefined);
    assert.equal(await odd.open({ sampleRate: 7_000 }).track, undefined);
    assert.equal(odd.children.length, 0);
    const slow = setUp({});
    const late = slow.open();
    await slow.clock.advance(25_000);
    slow.children[0]?.say({ type: 'ready', backend: 'node-av', detail: '' });
    assert.equal((await late.track)?.codec, 'aac');
  });

  it('opens a sound again whose encoder failed, 5 s later', async () => {
    const { open, clock, children } = setUp();
    open();
    await clock.advance(0);
    children[0]?.say({ type: 'sound-failed', sound: 1, detail: 'made up' });
    await clock.advance(5_000);
    assert.equal(children[0]?.sent.filter(({ type }) => type === 'sound-open').length, 2);
  });

  it('ends with its last sound', async () => {
    const { open, clock, children, packets } = setUp();
    const sound = open();
    await clock.advance(0);
    sound.close();
    children[0]?.say({ type: 'sound-frames', frames: [{ sound: 1, at: 0, data }] });
    assert.deepEqual(packets, []);
    await clock.advance(40_000);
    assert.equal(children[0]?.isKilled, true);
  });
});
