import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FlvTag, FormatError, concatBytes, readAudioConfig, writeAudioConfig, writeTag, writeVideoBody } from '@lubo/media';
import { aacConfig, audioHeader, avcLarge, hevcSmall, opening, picture, sound, videoHeader } from '../fakes.ts';
import { type Media, MediaReader } from './media-reader.ts';

const bytesOf = (tags: readonly FlvTag[]): Uint8Array => concatBytes(tags.map(writeTag));
const read = (tags: readonly FlvTag[], reader = new MediaReader()): Media[] => reader.read(bytesOf(tags));
const packetsOf = (media: readonly Media[]) => media.filter((one) => one.type === 'packet').map(({ packet }) => packet);

test('tracks come before their first packet, once, and again when they have changed', () => {
  const reader = new MediaReader();
  const start = [...opening(), picture(0, { isKeyframe: true }), sound(3)];
  assert.deepEqual(read(start, reader).map(({ type }) => type), ['tracks', 'packet', 'packet']);
  assert.deepEqual(read([...opening(), picture(40)], reader).map(({ type }) => type), ['packet']);
  const changed = read([videoHeader(avcLarge), audioHeader(), picture(80, { isKeyframe: true })], reader);
  assert.ok(changed[0]?.type === 'tracks');
  assert.deepEqual(changed[0].tracks.map((track) => (track.kind === 'video' ? track.width : track.timescale)), [640, 44_100]);
});

test('sound has times in samples, video in milliseconds', () => {
  const packets = packetsOf(read([...opening(), picture(0, { isKeyframe: true }), sound(0), sound(23), picture(40), sound(46)]));
  assert.deepEqual(packets.map(({ kind, dts }) => [kind, dts]), [['video', 0], ['audio', 0], ['audio', 1024], ['video', 40], ['audio', 2048]]);
});

test('pictures of one millisecond are told apart and shown when they were to be shown', () => {
  const bodyAt = (compositionOffset: number): Uint8Array =>
    writeVideoBody({ codec: 'h264', packet: 'frame', isKeyframe: false, compositionOffset, data: new Uint8Array(8) });
  const tags: FlvTag[] = [100, 100, 100, 101, 140].map((timestamp, i) => ({ type: 'video', timestamp, body: bodyAt(i * 40) }));
  const packets = packetsOf(read([videoHeader(), ...tags]));
  assert.deepEqual(packets.map(({ dts }) => dts), [100, 101, 102, 103, 140]);
  assert.deepEqual(packets.map(({ dts, compositionOffset }) => dts + compositionOffset), [100, 140, 180, 221, 300]);
});

test('H.265 and sound at half rate are read by their own configuration', () => {
  const halfRate = writeAudioConfig({ objectType: 2, sampleRate: 22_050, channels: 1 });
  const body = writeVideoBody({ codec: 'h265', packet: 'frame', isKeyframe: true, compositionOffset: 80, data: new Uint8Array(6) });
  const [tracks, first, second] = read([videoHeader(hevcSmall, 'h265'), audioHeader(halfRate), { type: 'video', timestamp: 0, body }, sound(46)]);
  assert.ok(tracks?.type === 'tracks');
  assert.deepEqual(tracks.tracks.map(({ codec }) => codec), ['h265', 'aac']);
  assert.equal(readAudioConfig(tracks.tracks[1]?.config ?? aacConfig).sampleRate, 22_050);
  assert.ok(first?.type === 'packet' && first.packet.compositionOffset === 80);
  assert.ok(second?.type === 'packet' && second.packet.dts === 1014);
});

describe('malformed bytes', () => {
  test('are a FormatError and nothing else', () => {
    const whole = bytesOf([...opening(), picture(0, { isKeyframe: true }), sound(0), picture(40), sound(23)]);
    let seed = 11;
    const random = (below: number): number => (seed = (seed * 48_271) % 0x7fffffff) % below;
    let refused = 0;
    for (let round = 0; round < 1_000; round++) {
      const bytes = whole.slice();
      for (let i = 0; i <= random(4); i++) bytes[random(bytes.length)] = random(256);
      try {
        new MediaReader().read(bytes);
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
        refused++;
      }
    }
    assert.ok(refused > 50, `${refused}`);
  });
});
