import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hex, outcomes } from '../codec/hostile-bytes.ts';
import type { AudioBody } from './audio.ts';
import { readAudioBody, writeAudioBody } from './audio.ts';

const cases: { name: string; bytes: Uint8Array; audio: AudioBody; written?: false }[] = [
  { name: 'AAC configuration', bytes: hex('af 00 1210'), audio: { codec: 'aac', packet: 'config', data: hex('1210') } },
  { name: 'AAC frame', bytes: hex('af 01 21104f'), audio: { codec: 'aac', packet: 'frame', data: hex('21104f') } },
  { name: 'AAC told as mono', bytes: hex('ae 01 21'), audio: { codec: 'aac', packet: 'frame', data: hex('21') }, written: false },
  { name: 'mp4a SequenceStart', bytes: hex('90 6d703461 1210'), audio: { codec: 'aac', packet: 'config', data: hex('1210') }, written: false },
  { name: 'mp4a CodedFrames', bytes: hex('91 6d703461 2110'), audio: { codec: 'aac', packet: 'frame', data: hex('2110') }, written: false },
  { name: 'mp4a SequenceEnd', bytes: hex('92 6d703461'), audio: { codec: 'aac', packet: 'end', data: hex('') } },
  { name: 'mp4a behind a ModEx', bytes: hex('97 01 0102 01 6d703461 2110'), audio: { codec: 'aac', packet: 'frame', data: hex('2110') }, written: false },
];

describe('FLV audio body', () => {
  for (const { name, bytes, audio, written } of cases) {
    it(`reads ${name}`, () => assert.deepEqual(readAudioBody(bytes), audio));
    it(`writes ${name} so that it reads the same`, () => {
      if (written !== false) assert.deepEqual(writeAudioBody(audio), bytes);
      assert.deepEqual(readAudioBody(writeAudioBody(audio)), audio);
    });
    it(`gives a result or a FormatError for 1,000 mutations of ${name}`, () => {
      assert.equal(outcomes(bytes, (mutated) => readAudioBody(mutated)).size, 2);
    });
  }

  it('names a codec that it does not know', () => {
    const refusals: [string, RegExp][] = [
      ['2f 00', /audio codec MP3 is not supported/],
      ['72 00', /audio codec G.711 A-law is not supported/],
      ['82 00', /audio codec G.711 mu-law is not supported/],
      ['91 4f707573 00', /audio codec Opus is not supported/],
      ['95 00 6d703461', /multitrack is not supported/],
      ['94 6d703461', /audio packet type 4 is not supported/],
      ['', /empty body/],
      ['af', /ends before the AAC packet type/],
      ['af 02', /AAC packet type 2/],
      ['91 6d70', /ends? before the FourCC/],
    ];
    for (const [bytes, message] of refusals) assert.throws(() => readAudioBody(hex(bytes)), message);
  });
});
