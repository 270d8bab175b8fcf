import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FormatError } from '../errors.ts';
import { hex, outcomes, survives } from '../codec/hostile-bytes.ts';
import type { VideoBody } from './video.ts';
import { readVideoBody, writeVideoBody } from './video.ts';

const frame = { packet: 'frame', isKeyframe: true, compositionOffset: 0 } as const;
const data = hex('00000002 6588');

/** `written: false` for forms that we read but write in another way. */
const cases: { name: string; bytes: Uint8Array; video: VideoBody; written?: false }[] = [
  { name: 'AVC configuration', bytes: hex('17 00 000000 0164'), video: { ...frame, codec: 'h264', packet: 'config', data: hex('0164') } },
  { name: 'AVC keyframe', bytes: hex('17 01 000028 00000002 6588'), video: { ...frame, codec: 'h264', compositionOffset: 40, data } },
  { name: 'AVC frame before its decode time', bytes: hex('27 01 ffffd8 00000002 6588'), video: { ...frame, codec: 'h264', isKeyframe: false, compositionOffset: -40, data } },
  { name: 'AVC end', bytes: hex('17 02 000000'), video: { ...frame, codec: 'h264', packet: 'end', data: hex('') } },
  { name: 'legacy HEVC (codec 12)', bytes: hex('1c 01 000000 00000002 6588'), video: { ...frame, codec: 'h265', data }, written: false },
  { name: 'AVC command', bytes: hex('57 00'), video: { codec: 'h264', packet: 'metadata', isKeyframe: false, compositionOffset: 0, data: hex('00') }, written: false },
  { name: 'hvc1 SequenceStart', bytes: hex('90 68766331 0101'), video: { ...frame, codec: 'h265', packet: 'config', data: hex('0101') } },
  { name: 'hvc1 CodedFrames', bytes: hex('91 68766331 000028 00000002 6588'), video: { ...frame, codec: 'h265', compositionOffset: 40, data } },
  { name: 'hvc1 CodedFrames, negative', bytes: hex('a1 68766331 fffffe 00000002 6588'), video: { ...frame, codec: 'h265', isKeyframe: false, compositionOffset: -2, data } },
  { name: 'hvc1 CodedFramesX', bytes: hex('93 68766331 00000002 6588'), video: { ...frame, codec: 'h265', data } },
  { name: 'hvc1 SequenceEnd', bytes: hex('92 68766331'), video: { ...frame, codec: 'h265', packet: 'end', data: hex('') } },
  { name: 'hvc1 Metadata', bytes: hex('a4 68766331 020000'), video: { codec: 'h265', packet: 'metadata', isKeyframe: false, compositionOffset: 0, data: hex('020000') } },
  { name: 'avc1 CodedFrames', bytes: hex('91 61766331 000028 00000002 6588'), video: { ...frame, codec: 'h264', compositionOffset: 40, data }, written: false },
  { name: 'avc1 SequenceStart', bytes: hex('90 61766331 0164'), video: { ...frame, codec: 'h264', packet: 'config', data: hex('0164') }, written: false },
  { name: 'hvc1 behind a ModEx', bytes: hex('97 02 000102 03 68766331 00000002 6588'), video: { ...frame, codec: 'h265', data }, written: false },
  { name: 'hvc1 behind two ModEx', bytes: hex('97 00 00 07 00 00 01 68766331 000005 00000002 6588'), video: { ...frame, codec: 'h265', compositionOffset: 5, data }, written: false },
];

describe('FLV video body', () => {
  for (const { name, bytes, video, written } of cases) {
    it(`reads ${name}`, () => assert.deepEqual(readVideoBody(bytes), video));
    it(`writes ${name} so that it reads the same`, () => {
      if (written !== false) assert.deepEqual(writeVideoBody(video), bytes);
      assert.deepEqual(readVideoBody(writeVideoBody(video)), video);
    });
    it(`gives a result or a FormatError for cuts and 1,000 mutations of ${name}`, () => {
      assert.equal(survives(() => readVideoBody(bytes.subarray(0, 0))), false);
      for (let end = 1; end < bytes.length; end++) survives(() => readVideoBody(bytes.subarray(0, end)));
      assert.equal(outcomes(bytes, (mutated) => readVideoBody(mutated)).size, 2);
    });
  }

  it('names a codec that it does not know', () => {
    const refusals: [string, RegExp][] = [
      ['22 00', /video codec Sorenson H.263 is not supported/],
      ['2a 00', /video codec MPEG-4 Visual is not supported/],
      ['90 61763031 00', /video codec av01 is not supported/],
      ['96 00 68766331', /multitrack is not supported/],
      ['95 68766331', /video packet type 5 is not supported/],
      ['17 03 000000', /AVC packet type 3/],
      ['', /empty body/],
      ['17 01 00', /3 bytes < 5/],
      ['91 68766331 0000', /ends before the composition offset/],
      ['97 ff 0fff', /ModEx passes the end/],
    ];
    for (const [bytes, message] of refusals) assert.throws(() => readVideoBody(hex(bytes)), message);
  });

  it('refuses a composition offset beyond 24 bits', () => {
    const video: VideoBody = { ...frame, codec: 'h264', data };
    assert.equal(readVideoBody(writeVideoBody({ ...video, compositionOffset: -0x800000 })).compositionOffset, -0x800000);
    for (const compositionOffset of [0x800000, -0x800001]) {
      assert.throws(() => writeVideoBody({ ...video, compositionOffset }), FormatError);
    }
  });
});
