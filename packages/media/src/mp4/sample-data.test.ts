import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mp4Track } from './read.ts';
import { packetFromSample } from './sample-data.ts';
import type { Mp4Sample } from './samples.ts';

const sample: Mp4Sample = { offset: 0, size: 5, dts: 100, compositionOffset: 20, duration: 10, isKeyframe: false };

function track(kind: 'video' | 'audio', lengthSize: number): Mp4Track {
  const config = new Uint8Array(0);
  const info = kind === 'video'
    ? { kind, codec: 'h264' as const, timescale: 1000, config, width: 2, height: 2 }
    : { kind, codec: 'aac' as const, timescale: 1000, config, sampleRate: 1000, channels: 1 };
  return { id: 1, info, lengthSize, durationTicks: 10, presentationStart: 30, sampleCount: 1, firstSample: 0, endSample: 1, sample: () => sample };
}

test('times are moved to the presentation and shifted', () => {
  const packet = packetFromSample(track('video', 4), sample, Uint8Array.of(0, 0, 0, 1, 9), 1000);
  assert.deepEqual(packet, { kind: 'video', dts: 1070, compositionOffset: 20, isKeyframe: false, data: Uint8Array.of(0, 0, 0, 1, 9) });
});

test('every audio packet is a keyframe and keeps its bytes', () => {
  const data = Uint8Array.of(1, 2, 3);
  const packet = packetFromSample(track('audio', 4), sample, data);
  assert.equal(packet.data, data);
  assert.equal(packet.isKeyframe, true);
});

for (const { lengthSize, data } of [
  { lengthSize: 1, data: Uint8Array.of(2, 7, 8, 1, 9) },
  { lengthSize: 2, data: Uint8Array.of(0, 2, 7, 8, 0, 1, 9) },
  { lengthSize: 3, data: Uint8Array.of(0, 0, 2, 7, 8, 0, 0, 1, 9) },
]) {
  test(`NAL unit lengths of ${lengthSize} bytes are widened to 4, and refused when they do not fit`, () => {
    const packet = packetFromSample(track('video', lengthSize), sample, data);
    assert.deepEqual(packet.data, Uint8Array.of(0, 0, 0, 2, 7, 8, 0, 0, 0, 1, 9));
    assert.throws(() => packetFromSample(track('video', lengthSize), sample, data.subarray(0, -1)), { name: 'FormatError' });
  });
}
