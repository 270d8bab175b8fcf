// ffmpeg publishes, ffprobe and ffmpeg play over HTTP-FLV and RTMP: the live server between two foreign ends.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type FakeLive, startFakeLive, until } from '../../packages/live/src/fake-live.ts';
import { type ClipKind, decode, makeClip, probe, programs, pushArgs, timesOf } from './live-harness.ts';

const cases: { kind: ClipKind; hasVideo: boolean; hasAudio: boolean }[] = [
  { kind: 'both', hasVideo: true, hasAudio: true },
  { kind: 'b-frames', hasVideo: true, hasAudio: true },
  { kind: 'video', hasVideo: true, hasAudio: false },
  { kind: 'audio', hasVideo: false, hasAudio: true },
];

for (const { kind, hasVideo, hasAudio } of cases) {
  describe(`what ffmpeg publishes, foreign players play: ${kind}`, { concurrency: true }, () => {
    const { start, end } = programs();
    let server: FakeLive;
    before(async () => {
      server = await startFakeLive();
      start('ffmpeg', pushArgs(await makeClip(kind), server.rtmp(kind, 'publish')));
      await until('publishing', () => server.live.hub.isPublishing(kind));
    });
    after(async () => {
      end();
      await server.live.close();
    });

    for (const way of ['HTTP-FLV', 'RTMP'] as const) {
      const url = (): string =>
        way === 'RTMP' ? server.rtmp(kind, 'play') : server.http(`/live/${kind}.flv?token=${server.token(kind, 'play')}`);
      test(`ffprobe finds the right tracks and rising times over ${way}`, async () => {
        const { streams, packets, complaints } = await probe(url(), 3);
        const codecs = [...(hasAudio ? ['aac'] : []), ...(hasVideo ? ['h264'] : [])];
        assert.deepEqual(streams.map(({ codec_name }) => codec_name).toSorted(), codecs);
        for (const { codec_type } of streams) {
          const times = timesOf(packets, codec_type as 'video' | 'audio');
          assert.ok(times.length > 50, `${times.length} ${codec_type} packets`);
          for (const [i, time] of times.entries()) if (i > 0) assert.ok(time > (times[i - 1] ?? 0), `${codec_type} ${time} after ${times[i - 1]}`);
        }
        assert.ok(Number(packets[0]?.dts_time) < 0.2, `starts at ${packets[0]?.dts_time}`);
        if (hasVideo) assert.match(packets.find(({ codec_type }) => codec_type === 'video')?.flags ?? '', /^K/);
        if (hasVideo && hasAudio) assert.ok(Math.abs((timesOf(packets, 'video')[0] ?? 0) - (timesOf(packets, 'audio')[0] ?? 0)) < 0.1);
        assert.equal(complaints, '');
      });
      test(`ffmpeg decodes it without a complaint over ${way}`, async () => {
        assert.equal(await decode(url(), 3), '');
      });
    }
  });
}
