// ffmpeg publishes, ffprobe and ffmpeg play over HTTP-FLV and RTMP: our server between two foreign ends.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ClipKind, type TestLive, decode, makeClip, probe, pushArgs, startTestLive, timesOf, until } from './live-harness.ts';

const cases: { kind: ClipKind; video: boolean; audio: boolean }[] = [
  { kind: 'both', video: true, audio: true },
  { kind: 'b-frames', video: true, audio: true },
  { kind: 'video', video: true, audio: false },
  { kind: 'audio', video: false, audio: true },
];

describe('what ffmpeg publishes, foreign players play', () => {
  let server: TestLive;
  before(async () => {
    server = await startTestLive();
  });
  after(() => server.close());

  for (const { kind, video, audio } of cases) {
    describe(kind, () => {
      before(async () => {
        server.start('ffmpeg', pushArgs(await makeClip(kind), server.rtmpUrl(kind, 'publish')));
        await until('publishing', () => server.live.hub.isPublishing(kind));
      });
      for (const way of ['HTTP-FLV', 'RTMP'] as const) {
        const url = (): string => (way === 'HTTP-FLV' ? server.flvUrl(kind) : server.rtmpUrl(kind, 'play'));
        test(`ffprobe finds the right tracks and rising times over ${way}`, async () => {
          const { streams, packets, complaints } = await probe(url(), 3);
          assert.deepEqual(
            streams.map(({ codec_name }) => codec_name).toSorted(),
            [...(audio ? ['aac'] : []), ...(video ? ['h264'] : [])],
          );
          for (const { codec_type } of streams) {
            const times = timesOf(packets, codec_type as 'video' | 'audio');
            assert.ok(times.length > 50, `${times.length} ${codec_type} packets`);
            for (const [i, time] of times.entries()) if (i > 0) assert.ok(time > (times[i - 1] ?? 0), `${codec_type} ${time} after ${times[i - 1]}`);
          }
          assert.ok(Number(packets[0]?.dts_time) < 0.2, `starts at ${packets[0]?.dts_time}`);
          if (video) assert.match(packets.find(({ codec_type }) => codec_type === 'video')?.flags ?? '', /^K/);
          if (video && audio) assert.ok(Math.abs((timesOf(packets, 'video')[0] ?? 0) - (timesOf(packets, 'audio')[0] ?? 0)) < 0.1);
          assert.equal(complaints, '');
        });
        test(`ffmpeg decodes it without a complaint over ${way}`, async () => {
          assert.equal(await decode(url(), 3), '');
        });
      }
    });
  }
});
