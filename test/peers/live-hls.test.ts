// ffmpeg publishes, ffprobe and ffmpeg play over HLS for more than ten segments, in both forms: nothing missing, nothing twice.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { after, before, describe, test } from 'node:test';
import { type FakeLive, startFakeLive, until } from '../../packages/live/src/fake-live.ts';
import { type ClipKind, type ProbedPacket, makeClip, probe, programs, pushArgs, timesOf } from './live-harness.ts';

const run = promisify(execFile);
/** Three segments of 1 s and eight of 2 s. */
const watchSeconds = 19;

const cases: { kind: ClipKind; hasVideo: boolean; hasAudio: boolean }[] = [
  { kind: 'b-frames', hasVideo: true, hasAudio: true },
  { kind: 'video', hasVideo: true, hasAudio: false },
  { kind: 'audio', hasVideo: false, hasAudio: true },
];

/** Plays strictly: any fault of the stream ends it. The result is what ffmpeg complained of. */
async function playStrictly(url: string, seconds: number): Promise<string> {
  const args = ['-v', 'warning', '-xerror', '-err_detect', 'explode', '-i', url, '-t', String(seconds), '-f', 'null', '-'];
  return complaintsOf((await run('ffmpeg', args, { timeout: 60_000 })).stderr);
}

/** ffmpeg 5 reads the initialisation segment of any live fMP4 playlist twice and says so. */
function complaintsOf(text: string): string {
  return text.replaceAll(/^.*Found duplicated MOOV Atom.*\n(?: +Last message repeated \d+ times\n)?/gm, '');
}

/** Packet after packet a frame's length apart. */
function assertEvery(times: readonly number[], seconds: number, what: string): void {
  for (const [i, time] of times.entries()) {
    const step = i === 0 ? seconds : time - (times[i - 1] ?? 0);
    assert.ok(Math.abs(step - seconds) < 0.001, `${what}: step of ${step} s at ${time}`);
  }
}

/** Without video ffmpeg's HLS reader gives the first of the frames in a PES packet a wrong time until it knows the rate. */
const soundFrom = (packets: readonly ProbedPacket[], hasVideo: boolean): number[] => timesOf(packets, 'audio').slice(hasVideo ? 0 : 20);

for (const { kind, hasVideo, hasAudio } of cases) {
  describe(`what ffmpeg publishes plays over HLS: ${kind}`, { concurrency: true }, () => {
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

    for (const format of ['fmp4', 'ts']) {
      const url = (): string => server.http(`/live/${kind}.m3u8?format=${format}&token=${server.token(kind, 'play')}`);
      test(`ffprobe sees every frame once and no wrong time as ${format}`, async () => {
        const { streams, packets, complaints } = await probe(url(), watchSeconds);
        const codecs = [...(hasAudio ? ['aac'] : []), ...(hasVideo ? ['h264'] : [])];
        assert.deepEqual(streams.map(({ codec_name }) => codec_name).toSorted(), codecs);
        assert.equal(complaintsOf(complaints), '');
        if (hasVideo) {
          const pictures = timesOf(packets, 'video');
          assertEvery(pictures, 0.04, 'video');
          assert.ok(pictures.length >= (watchSeconds - 1) * 25, `${pictures.length} pictures`);
          assert.match(packets.find(({ codec_type }) => codec_type === 'video')?.flags ?? '', /^K/);
        }
        if (hasAudio) {
          const frames = soundFrom(packets, hasVideo);
          assertEvery(frames, 1024 / 44_100, 'audio');
          assert.ok(frames.length >= (watchSeconds - 2) * 43, `${frames.length} frames of sound`);
        }
        if (hasVideo && hasAudio) assert.ok(Math.abs((timesOf(packets, 'video')[0] ?? 0) - (timesOf(packets, 'audio')[0] ?? 0)) < 0.1);
      });
      test(`ffmpeg decodes it strictly and without a complaint as ${format}`, async () => {
        assert.equal(await playStrictly(url(), watchSeconds), '');
      });
    }
  });
}

describe('a publisher that is killed and comes back', { concurrency: true }, () => {
  const { start, end } = programs();
  let server: FakeLive;
  before(async () => {
    server = await startFakeLive();
  });
  after(async () => {
    end();
    await server.live.close();
  });

  for (const format of ['fmp4', 'ts']) {
    test(`is a discontinuity that a player passes, as ${format}`, async () => {
      const push = async () => start('ffmpeg', pushArgs(await makeClip('b-frames'), server.rtmp(format, 'publish')));
      const first = await push();
      await until('publishing', () => server.live.hub.isPublishing(format));
      const bytesIn = (): number => server.live.hub.streams.get(format)?.bytesIn ?? 0;
      const playing = probe(server.http(`/live/${format}.m3u8?format=${format}&token=${server.token(format, 'play')}`), 8);
      await until('a viewer', () => server.live.hub.streams.get(format)?.viewers.size === 1);
      await until('four seconds of media', () => bytesIn() > 250_000, 20);
      first.kill('SIGKILL');
      await until('unpublished', () => !server.live.hub.isPublishing(format));
      await push();
      const { packets } = await playing;
      const pictures = timesOf(packets, 'video');
      assert.ok(pictures.length > 150, `${pictures.length} pictures`);
      for (const [i, time] of pictures.entries()) assert.ok(i === 0 || time > (pictures[i - 1] ?? 0), `${time} after ${pictures[i - 1]}`);
    });
  }
});
