// VLC as a player: it opens each address that administrators hand out, decodes picture and sound, and writes down what it saw and heard.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type FakeLive, startFakeLive, until } from '../../packages/live/src/fake-live.ts';
import { type ClipKind, makeClip, programs, pushArgs, workDir } from './live-harness.ts';
import { type Enough, noVlc, secondsOf, watchWithVlc } from './vlc.ts';

/** More than the tests ask for: 4 seconds of sound, and the picture that stands there by then. */
const enough = (hasVideo: boolean, hasAudio: boolean): Enough => ({ picture: hasVideo ? 150 : 0, soundSeconds: hasAudio ? 4 : 0 });

/** Width and height of a PNG: its first chunk. */
function sizeOf(png: Buffer): [number, number] {
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

/** How loud samples are, as a part of the loudest there is. */
function loudness(samples: Buffer): number {
  let sum = 0;
  const count = Math.floor(samples.length / 2);
  for (let i = 0; i < count; i++) sum += (samples.readInt16LE(2 * i) / 32768) ** 2;
  return Math.sqrt(sum / count);
}

const ways: { way: string; kind: ClipKind; url(server: FakeLive): string; hasVideo?: false; hasAudio?: false }[] = [
  { way: 'RTMP', kind: 'both', url: (server) => server.rtmp('both', 'play') },
  { way: 'HTTP-FLV', kind: 'both', url: (server) => server.http(`/live/both.flv?token=${server.token('both', 'play')}`) },
  { way: 'HLS', kind: 'both', url: (server) => server.http(`/live/both.m3u8?token=${server.token('both', 'play')}`) },
  { way: 'HLS in MPEG-TS', kind: 'both', url: (server) => server.http(`/live/both.m3u8?format=ts&token=${server.token('both', 'play')}`) },
  { way: 'RTMP with B-frames', kind: 'b-frames', url: (server) => server.rtmp('b-frames', 'play') },
  { way: 'HTTP-FLV of picture alone', kind: 'video', url: (server) => server.http(`/live/video.flv?token=${server.token('video', 'play')}`), hasAudio: false },
  { way: 'RTMP of sound alone', kind: 'audio', url: (server) => server.rtmp('audio', 'play'), hasVideo: false },
];

describe('VLC plays', { skip: noVlc, concurrency: 2 }, () => {
  const { start, end } = programs();
  let server: FakeLive;
  before(async () => {
    server = await startFakeLive();
    for (const kind of new Set(ways.map((each) => each.kind))) {
      start('ffmpeg', pushArgs(await makeClip(kind), server.rtmp(kind, 'publish')));
      await until('publishing', () => server.live.hub.isPublishing(kind));
    }
  });
  after(async () => {
    end();
    await server.live.close();
  });

  for (const [i, { way, url, hasVideo = true, hasAudio = true }] of ways.entries()) {
    test(way, async () => {
      const { pictures, sound } = await watchWithVlc({ url: url(server), folder: join(workDir, `vlc-${i}`), enough: enough(hasVideo, hasAudio) });
      const last = Math.max(0, ...pictures.keys());
      if (hasVideo) {
        assert.ok(last >= 75 && pictures.size >= 15, `${pictures.size} pictures, the last is number ${last}`);
        // It writes the decoder's spare lines too.
        for (const png of pictures.values()) assert.ok(sizeOf(png)[0] === 320 && sizeOf(png)[1] >= 180 && sizeOf(png)[1] < 200, String(sizeOf(png)));
        // The test picture is another one in each frame; VLC repeats some, more or fewer, while it fills its buffer.
        const different = new Set([...pictures.values()].map((png) => png.toString('base64'))).size;
        assert.ok(different >= 12, `${different} of ${pictures.size} differ`);
      }
      const seconds = secondsOf(sound);
      if (hasAudio) assert.ok(seconds >= 3 && loudness(sound) > 0.05, `${seconds} s of sound, ${loudness(sound)} loud`);
      assert.deepEqual([pictures.size > 0, sound.length > 0], [hasVideo, hasAudio]);
    });
  }
});
