import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { hex, outcomes } from '../codec/hostile-bytes.ts';
import type { AudioTrack, VideoTrack } from '../packet.ts';
import { writeAmf0, writeEcmaArray } from './amf0.ts';
import { readMetadata, writeMetadata } from './metadata.ts';
import { readTag } from './tag.ts';

const video: VideoTrack = { kind: 'video', codec: 'h264', timescale: 90000, config: hex(''), width: 1280, height: 720 };
const audio: AudioTrack = { kind: 'audio', codec: 'aac', timescale: 48000, config: hex(''), sampleRate: 48000, channels: 2 };

describe('onMetaData', () => {
  it('of ffmpeg tells size, rate and both kinds', () => {
    const file = new Uint8Array(readFileSync(new URL('./fixtures/bars-h264-aac.flv', import.meta.url)));
    const metadata = readMetadata(readTag(file, 13)?.tag.body ?? hex(''));
    assert.equal(metadata?.width, 64);
    assert.equal(metadata.height, 48);
    assert.equal(metadata.framesPerSecond, 12);
    assert.deepEqual([metadata.hasVideo, metadata.hasAudio], [true, true]);
    assert.equal(metadata.values['audiosamplerate'], 22050);
  });

  it('comes back as it was written', () => {
    const body = writeMetadata({ video, audio, framesPerSecond: 25, videoKbps: 1000, audioKbps: 64, durationSeconds: 2.5 });
    assert.deepEqual(readMetadata(body), {
      width: 1280,
      height: 720,
      framesPerSecond: 25,
      durationSeconds: 2.5,
      hasVideo: true,
      hasAudio: true,
      values: {
        duration: 2.5, width: 1280, height: 720, videocodecid: 7, framerate: 25, videodatarate: 1000,
        audiocodecid: 10, audiosamplerate: 48000, audiosamplesize: 16, stereo: true, audiodatarate: 64, encoder: 'Lubo',
      },
    });
  });

  it('of one kind says nothing of the other', () => {
    assert.equal(readMetadata(writeMetadata({ video }))?.hasAudio, false);
    assert.equal(readMetadata(writeMetadata({ audio }))?.hasVideo, false);
    assert.equal(readMetadata(writeMetadata({ audio }))?.durationSeconds, undefined);
  });

  it('names H.265 by its FourCC', () => {
    assert.equal(readMetadata(writeMetadata({ video: { ...video, codec: 'h265' } }))?.values['videocodecid'], 0x68766331);
  });

  it('takes codec names in text, and hints that are no numbers for none', () => {
    const values = writeEcmaArray({ videocodecid: 'avc1', width: 'wide', height: Number.NaN, framerate: -1, audiocodecid: 0 });
    const metadata = readMetadata(concatBytes([writeAmf0('onMetaData'), values]));
    assert.deepEqual([metadata?.hasVideo, metadata?.hasAudio, metadata?.width, metadata?.height], [true, false, undefined, undefined]);
  });

  it('is not read out of anything else', () => {
    assert.equal(readMetadata(writeAmf0('onCuePoint')), undefined);
    assert.equal(readMetadata(writeAmf0('onMetaData')), undefined);
    assert.equal(readMetadata(concatBytes([writeAmf0('onMetaData'), writeAmf0([1])])), undefined);
    assert.equal(readMetadata(hex('')), undefined);
  });

  it('gives a result or a FormatError for 1,000 mutations', () => {
    assert.equal(outcomes(writeMetadata({ video, audio }), (bytes) => readMetadata(bytes)).size, 2);
  });
});
