import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SoundFormat } from '../messages.ts';
import { type LineEvent, createPcmLine } from './pcm-line.ts';

const format: SoundFormat = { codec: 'pcma', sampleRate: 8000, channels: 1 };
const silent = 0xd5;
const loud = 0xaa;

const packet = (code: number, samples = 160): Uint8Array => new Uint8Array(samples).fill(code);

/** All samples of the blocks of one run, and where they begin. */
function joined(events: LineEvent[]): { at: number; samples: Int16Array } {
  const blocks = events.flatMap((event) => (event.type === 'block' ? [event.block] : []));
  for (const [i, { at }] of blocks.entries()) assert.equal(at, (blocks[0]?.at ?? 0) + i * 1024, 'blocks follow one another');
  return { at: blocks[0]?.at ?? 0, samples: Int16Array.from(blocks.flatMap(({ samples }) => Array.from(samples))) };
}

/** Samples at which a loud stretch begins, on the timeline at 16 kHz. */
function onsets(events: LineEvent[]): number[] {
  const { at, samples } = joined(events);
  const loudAt = [...samples].map((each) => Math.abs(each) > 10_000);
  return loudAt.flatMap((isLoud, i) => (isLoud && !loudAt.slice(Math.max(0, i - 100), i).includes(true) ? [at + i] : []));
}

describe('a line of samples', () => {
  it('doubles 8 kHz and puts each sound where its packet says', () => {
    const line = createPcmLine(format);
    const events = Array.from({ length: 100 }, (_, i) => line.put(4000 + i * 160, packet(i === 50 ? loud : silent))).flat();
    const [onset, ...others] = onsets(events);
    assert.ok(Math.abs((onset ?? 0) - 2 * (4000 + 50 * 160)) <= 2, `loud at ${onset}`);
    assert.deepEqual(others, []);
  });

  it('fills a hole with silence, so that what follows stays in time', () => {
    const line = createPcmLine(format);
    const events = [0, 160, 320, 8000].flatMap((at) => line.put(at, packet(silent)));
    events.push(...Array.from({ length: 20 }, (_, i) => line.put(8160 + i * 160, packet(i === 5 ? loud : silent))).flat());
    assert.ok(Math.abs((onsets(events)[0] ?? 0) - 2 * (8160 + 5 * 160)) <= 2);
  });

  it('leaves out what came twice', () => {
    const line = createPcmLine(format);
    const events = Array.from({ length: 60 }, (_, i) => [...line.put(i * 160, packet(silent)), ...line.put(i * 160, packet(silent, 160))]).flat();
    events.push(...Array.from({ length: 20 }, (_, i) => line.put(9600 + i * 160, packet(i === 3 ? loud : silent))).flat());
    assert.ok(Math.abs((onsets(events)[0] ?? 0) - 2 * (9600 + 3 * 160)) <= 2 * 160);
  });

  it('never drifts when the camera sends 1 % more or fewer samples than its stamps say', () => {
    for (const stampsPerPacket of [158.4, 161.6]) {
      const line = createPcmLine(format);
      let worst = 0;
      const events = Array.from({ length: 3000 }, (_, i) => line.put(Math.round(i * stampsPerPacket), packet(i % 500 === 499 ? loud : silent))).flat();
      for (const [n, onset] of onsets(events).entries()) worst = Math.max(worst, Math.abs(onset / 2 - (n * 500 + 499) * stampsPerPacket));
      assert.ok(onsets(events).length >= 5 && worst <= 0.03 * 8000, `${worst / 8} ms off`);
    }
  });

  it('ends the run at a hole of more than two seconds and begins another at its place', () => {
    const line = createPcmLine(format);
    for (let i = 0; i < 10; i++) line.put(i * 160, packet(silent));
    const events = line.put(80_000, packet(silent));
    assert.deepEqual(events.map(({ type }) => type), ['block', 'end-of-run']);
    const later = Array.from({ length: 10 }, (_, i) => line.put(80_160 + i * 160, packet(silent))).flat();
    assert.equal(joined(later).at, 2 * 80_000 - 16);
  });

  it('keeps 16 kHz and both channels as they are', () => {
    const line = createPcmLine({ codec: 'pcmu', sampleRate: 16_000, channels: 2 });
    const bytes = Uint8Array.from({ length: 2048 }, (_, i) => (i % 2 === 0 ? 0x80 : 0xff));
    const { at, samples } = joined(line.put(500, bytes));
    assert.equal(at, 500);
    assert.deepEqual([samples.length, samples[0], samples[1]], [2048, 32_124, 0]);
  });
});
