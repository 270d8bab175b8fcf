import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AudioConfig } from './aac.ts';
import { aacCodecString, aacTrack, readAudioConfig, writeAudioConfig } from './aac.ts';
import { packBits } from './bits.ts';
import { hex, outcomes } from './hostile-bytes.ts';

type Case = { name: string; bytes: Uint8Array; config: Partial<AudioConfig>; codec: string };

const cases: Case[] = [
  { name: 'LC 44.1 kHz stereo (ffmpeg)', bytes: hex('121056e500'), config: { objectType: 2, sampleRate: 44100, channels: 2, sbr: false }, codec: 'mp4a.40.2' },
  { name: 'LC 48 kHz mono (ffmpeg)', bytes: hex('118856e500'), config: { objectType: 2, sampleRate: 48000, channels: 1, sbr: false }, codec: 'mp4a.40.2' },
  { name: 'LC 16 kHz mono, two bytes', bytes: hex('1408'), config: { objectType: 2, sampleRate: 16000, channels: 1 }, codec: 'mp4a.40.2' },
  { name: 'LC 48 kHz 5.1 (ffmpeg)', bytes: hex('11b056e500'), config: { sampleRate: 48000, channels: 6 }, codec: 'mp4a.40.2' },
  { name: 'LC 48 kHz 7.1 (ffmpeg)', bytes: hex('11b856e500'), config: { sampleRate: 48000, channels: 8 }, codec: 'mp4a.40.2' },
  {
    name: 'LC 48 kHz 2.1 with a program config element (ffmpeg)',
    bytes: hex('118004c4010020000d4c61766335392e33372e31303056e500'),
    config: { sampleRate: 48000, channels: 3, sbr: false },
    codec: 'mp4a.40.2',
  },
  {
    name: 'HE-AAC, told before',
    bytes: packBits([[5, 5], [6, 4], [2, 4], [3, 4], [2, 5], [0, 3]]),
    config: { objectType: 2, sampleRate: 24000, outputSampleRate: 48000, channels: 2, sbr: true, ps: false },
    codec: 'mp4a.40.5',
  },
  {
    name: 'HE-AAC v2, told before',
    bytes: packBits([[29, 5], [7, 4], [1, 4], [4, 4], [2, 5], [0, 3]]),
    config: { objectType: 2, sampleRate: 22050, outputSampleRate: 44100, channels: 1, sbr: true, ps: true },
    codec: 'mp4a.40.29',
  },
  {
    name: 'HE-AAC, told behind',
    bytes: hex('131056e598'),
    config: { objectType: 2, sampleRate: 24000, outputSampleRate: 48000, channels: 2, sbr: true, ps: false },
    codec: 'mp4a.40.5',
  },
  {
    name: 'HE-AAC v2, told behind',
    bytes: packBits([[2, 5], [6, 4], [1, 4], [0, 3], [0x2b7, 11], [5, 5], [1, 1], [3, 4], [0x548, 11], [1, 1]]),
    config: { sampleRate: 24000, outputSampleRate: 48000, channels: 1, sbr: true, ps: true },
    codec: 'mp4a.40.29',
  },
  {
    name: 'LC with its rate spelt out and 960 samples a frame',
    bytes: packBits([[2, 5], [15, 4], [37800, 24], [2, 4], [1, 1], [0, 2]]),
    config: { sampleRate: 37800, channels: 2, samplesPerFrame: 960 },
    codec: 'mp4a.40.2',
  },
];

describe('AudioSpecificConfig', () => {
  for (const { name, bytes, config, codec } of cases) {
    it(`reads ${name}`, () => {
      const read = readAudioConfig(bytes);
      assert.deepEqual({ ...read, ...config }, read);
      assert.equal(aacCodecString(read), codec);
      assert.equal(aacCodecString(bytes), codec);
    });
  }

  it('writes what it reads, for every rate and count of channels', () => {
    for (const sampleRate of [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350, 37800]) {
      for (const channels of [1, 2, 3, 4, 5, 6, 7, 8]) {
        const read = readAudioConfig(writeAudioConfig({ objectType: 2, sampleRate, channels }));
        assert.deepEqual([read.objectType, read.sampleRate, read.channels, read.samplesPerFrame], [2, sampleRate, channels, 1024]);
      }
    }
    assert.deepEqual(writeAudioConfig({ objectType: 2, sampleRate: 44100, channels: 2 }), hex('1210'));
    assert.throws(() => writeAudioConfig({ objectType: 2, sampleRate: 44100, channels: 9 }), /9 channels have no configuration number/);
  });

  it('makes tracks with the rate and channels as played', () => {
    const config = cases.find(({ name }) => name === 'HE-AAC v2, told before')?.bytes ?? hex('');
    assert.deepEqual(aacTrack(config, 1000), { kind: 'audio', codec: 'aac', timescale: 1000, config, sampleRate: 44100, channels: 2 });
  });

  it('refuses other coders, reserved rates and cuts', () => {
    assert.throws(() => readAudioConfig(packBits([[31, 5], [4, 6], [3, 4], [2, 4], [0, 8]])), /audio object type 36 is not supported/);
    assert.throws(() => readAudioConfig(packBits([[2, 5], [13, 4], [2, 4], [0, 3]])), /sampling frequency index 13/);
    assert.throws(() => readAudioConfig(packBits([[2, 5], [4, 4], [9, 4], [0, 3]])), /channel configuration 9/);
    assert.throws(() => readAudioConfig(hex('12')), /ends too early/);
    assert.throws(() => readAudioConfig(hex('')), /ends too early/);
  });

  it('gives a result or a FormatError for 1,000 mutations', () => {
    for (const { bytes } of cases) {
      assert.equal(outcomes(bytes, (mutated) => readAudioConfig(mutated)).size, 2);
    }
  });
});
