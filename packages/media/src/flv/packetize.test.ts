import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hex } from '../codec/hostile-bytes.ts';
import type { AudioTrack, Packet, VideoTrack } from '../packet.ts';
import { readAudioBody } from './audio.ts';
import { readMetadata } from './metadata.ts';
import { configTags, packetTag } from './packetize.ts';
import { readVideoBody } from './video.ts';

const video: VideoTrack = { kind: 'video', codec: 'h264', timescale: 90000, config: hex('0164'), width: 640, height: 360 };
const audio: AudioTrack = { kind: 'audio', codec: 'aac', timescale: 44100, config: hex('1210'), sampleRate: 44100, channels: 2 };

describe('tags from tracks and packets', () => {
  it('open with metadata, video and audio configuration at one time, whatever the order of the tracks', () => {
    const tags = configTags([audio, video], 500);
    assert.deepEqual(tags.map(({ type, timestamp }) => [type, timestamp]), [['script', 500], ['video', 500], ['audio', 500]]);
    assert.equal(readMetadata(tags[0]?.body ?? hex(''))?.width, 640);
    assert.deepEqual(readVideoBody(tags[1]?.body ?? hex('')).data, video.config);
    assert.deepEqual(readAudioBody(tags[2]?.body ?? hex('')).data, audio.config);
  });

  it('hold only what the stream has', () => {
    assert.deepEqual(configTags([audio], 0).map(({ type }) => type), ['script', 'audio']);
    assert.deepEqual(configTags([{ ...video, codec: 'h265' }], 0).map(({ body }) => body[0]), [2, 0x90]);
    assert.throws(() => configTags([audio, audio], 0), /0 video and 2 audio tracks: at most one of each/);
  });

  it('carry a packet with its time, offset and keyframe flag', () => {
    const packet: Packet = { kind: 'video', dts: 9000, compositionOffset: 7200, isKeyframe: true, data: hex('00000001 65') };
    const tag = packetTag(video, packet, 100, 80);
    assert.deepEqual([tag.type, tag.timestamp], ['video', 100]);
    assert.deepEqual(readVideoBody(tag.body), { codec: 'h264', packet: 'frame', isKeyframe: true, compositionOffset: 80, data: packet.data });
    const sound = packetTag(audio, { ...packet, kind: 'audio', compositionOffset: 0 }, 100, 0);
    assert.deepEqual(readAudioBody(sound.body), { codec: 'aac', packet: 'frame', data: packet.data });
  });
});
