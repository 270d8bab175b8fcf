import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAdtsHeader, writeAdtsHeader } from './adts.ts';
import { hex, outcomes } from './hostile-bytes.ts';

// First bytes of an .aac file from ffmpeg 5.1.9: LC, 44.1 kHz, stereo, 345-byte frame.
const fromFfmpeg = { bytes: hex('fff150802b3ffc'), dataLength: 338 };

describe('ADTS header', () => {
  it('reads and writes what ffmpeg writes', () => {
    const config = { objectType: 2, sampleRate: 44100, channels: 2 };
    assert.deepEqual(readAdtsHeader(fromFfmpeg.bytes, 0), { ...config, headerLength: 7, frameLength: 345 });
    assert.deepEqual(writeAdtsHeader(config, fromFfmpeg.dataLength), fromFfmpeg.bytes);
  });

  it('comes back as it was written, at any offset', () => {
    for (const config of [
      { objectType: 1, sampleRate: 96000, channels: 1 },
      { objectType: 2, sampleRate: 8000, channels: 6 },
      { objectType: 4, sampleRate: 7350, channels: 8 },
    ]) {
      for (const dataLength of [0, 1, 300, 8184]) {
        const bytes = new Uint8Array([1, 2, 3, ...writeAdtsHeader(config, dataLength)]);
        assert.deepEqual(readAdtsHeader(bytes, 3), { ...config, headerLength: 7, frameLength: dataLength + 7 });
      }
    }
  });

  it('counts nine bytes when there is a CRC', () => {
    assert.equal(readAdtsHeader(hex('fff050802f7ffc'), 0)?.headerLength, 9);
  });

  it('waits for seven bytes', () => {
    for (let end = 0; end < 7; end++) assert.equal(readAdtsHeader(fromFfmpeg.bytes.subarray(0, end), 0), undefined);
  });

  it('refuses what is no header and what it cannot say', () => {
    assert.throws(() => readAdtsHeader(hex('47f150802f7ffc'), 0), /no sync word/);
    assert.throws(() => readAdtsHeader(hex('fff1fc802f7ffc'), 0), /sampling frequency index 15/);
    assert.throws(() => readAdtsHeader(hex('fff150800000fc'), 0), /frame length 0 < 7/);
    assert.throws(() => writeAdtsHeader({ objectType: 2, sampleRate: 37800, channels: 2 }, 10), /has no index/);
    assert.throws(() => writeAdtsHeader({ objectType: 2, sampleRate: 44100, channels: 2 }, 8185), /8192 > 8191/);
  });

  it('gives a result or a FormatError for 1,000 mutations', () => {
    assert.equal(outcomes(fromFfmpeg.bytes, (bytes) => readAdtsHeader(bytes, 0)).size, 2);
  });
});
