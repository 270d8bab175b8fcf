// Our RTSP session against GStreamer's RTSP server: every picture and sound of a file that ffmpeg made, byte for byte and on time.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Mp4Track, type Packet, type RtspClientEvent, openMp4, splitNals } from '@lubo/media';
import { hasRtspServer, play, serveRtsp } from './rtsp-shell.ts';

const elements = ['qtdemux', 'h264parse', 'h265parse', 'aacparse', 'rtph264pay', 'rtph265pay', 'rtpmp4gpay', 'rtpmp4apay', 'rtppcmapay'];
const isReady = hasRtspServer(elements) && spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0;
const skip = isReady ? false : 'GStreamer\'s RTSP server (gir1.2-gst-rtsp-server-1.0, plugins) or ffmpeg is not installed';

const seconds = 6;
const picture = `testsrc2=size=320x180:rate=25:duration=${seconds}`;
const sound = (rate: number): string => `sine=frequency=440:sample_rate=${rate}:duration=${seconds}`;

type Case = { name: string; file: string; rate: number; encode: string[]; video: string; audio: string; codecs: { video: string; audio: string } };
const h264 = 'h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1';
const aac = 'aacparse ! rtpmp4gpay name=pay1 pt=97';
const cases: Case[] = [
  {
    name: 'H.264 with B-frames and three slices a picture, AAC',
    file: 'h264.mp4',
    rate: 48000,
    encode: ['-c:v', 'libx264', '-bf', '2', '-x264-params', 'slices=3', '-c:a', 'aac', '-ac', '2'],
    video: h264,
    audio: aac,
    codecs: { video: 'h264', audio: 'aac' },
  },
  {
    name: 'H.264 with parameter sets only in SDP, AAC as LATM',
    file: 'latm.mp4',
    rate: 44100,
    encode: ['-c:v', 'libx264', '-bf', '0', '-c:a', 'aac', '-ac', '1'],
    video: 'h264parse ! rtph264pay name=pay0 pt=96 config-interval=0 aggregate-mode=zero-latency',
    audio: 'aacparse ! rtpmp4apay name=pay1 pt=97',
    codecs: { video: 'h264', audio: 'aac' },
  },
  {
    name: 'H.265 with B-frames, AAC',
    file: 'h265.mp4',
    rate: 48000,
    encode: ['-c:v', 'libx265', '-x265-params', 'log-level=error:keyint=25:bframes=3', '-c:a', 'aac', '-ac', '1'],
    video: 'h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1',
    audio: aac,
    codecs: { video: 'h265', audio: 'aac' },
  },
  {
    name: 'H.264, G.711 A-law',
    file: 'alaw.mov',
    rate: 8000,
    encode: ['-c:v', 'libx264', '-bf', '0', '-profile:v', 'baseline', '-c:a', 'pcm_alaw', '-ac', '1'],
    video: h264,
    audio: 'rtppcmapay name=pay1 pt=8',
    codecs: { video: 'h264', audio: 'pcma' },
  },
];

describe('RTSP with GStreamer', { skip, timeout: 120_000, concurrency: 3 }, () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lubo-rtsp-'));
    for (const { file, rate, encode } of cases) {
      const sources = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound(rate)];
      const made = spawnSync('ffmpeg', ['-loglevel', 'error', '-nostdin', ...sources, ...encode, '-g', '25', '-b:v', '300k', join(folder, file)]);
      assert.equal(made.status, 0, String(made.stderr));
    }
  });
  after(() => rmSync(folder, { recursive: true }));
  const pipelineOf = ({ file, video, audio }: Case): string =>
    `filesrc location=${join(folder, file)} ! qtdemux name=d d.video_0 ! queue ! ${video} d.audio_0 ! queue ! ${audio}`;

  for (const one of cases) {
    for (const transport of ['tcp', 'udp'] as const) {
      it(`plays ${one.name} over ${transport}`, async () => {
        const server = await serveRtsp(pipelineOf(one));
        const events = await play({ url: `rtsp://127.0.0.1:${server.port}/stream`, transports: [transport] });
        await server.close();
        assert.deepEqual(events.find(({ type }) => type === 'described'), { type: 'described', codecs: one.codecs, skipped: [] });
        assert.deepEqual(events.at(-1), { type: 'end', reason: 'bye' });
        await checkMedia(events, readFileSync(join(folder, one.file)), one.codecs.audio === 'aac');
      });
    }
  }

  it('signs in with digest, and does not try a wrong password twice', async () => {
    const [one] = cases;
    assert.ok(one);
    const server = await serveRtsp(pipelineOf(one), ['teacher', 'p@ss:word']);
    const url = (login: string): string => `rtsp://${login}127.0.0.1:${server.port}/stream`;
    const right = await play({ url: url('teacher:p@ss:word@'), until: (events) => events.some(({ type }) => type === 'packet') });
    const wrong = await play({ url: url('teacher:secret@') });
    const none = await play({ url: url('') });
    await server.close();
    assert.ok(right.some(({ type }) => type === 'playing'));
    assert.deepEqual(wrong, [{ type: 'unauthorized', reason: 'wrong-credentials' }]);
    assert.deepEqual(none, [{ type: 'unauthorized', reason: 'no-credentials' }]);
  });

  it('names an unknown stream', async () => {
    const [one] = cases;
    assert.ok(one);
    const server = await serveRtsp(pipelineOf(one));
    const events = await play({ url: `rtsp://127.0.0.1:${server.port}/nothing` });
    await server.close();
    assert.deepEqual(events.map((event) => event.type === 'refused' && [event.reason, event.status]), [['not-found', 404]]);
  });
});

/** Bytes by which a sample is known: for video its slices, for the file may hold SEI besides. */
function keyOf(kind: 'video' | 'audio', codec: string, data: Uint8Array): string {
  const digest = createHash('sha1');
  if (kind === 'audio') return digest.update(data).digest('hex');
  for (const nal of splitNals(data, 4)) {
    const first = nal[0] ?? 0;
    const isSlice = codec === 'h264' ? (first & 31) <= 5 : ((first >>> 1) & 63) < 32;
    if (isSlice) digest.update(nal);
  }
  return digest.digest('hex');
}

/** Seconds by key at which the file presents each sample. */
function timesOf(file: Buffer, track: Mp4Track): Map<string, number> {
  const times = new Map<string, number>();
  for (let i = 0; i < track.sampleCount; i++) {
    const { offset, size, dts, compositionOffset } = track.sample(i);
    const key = keyOf(track.info.kind, track.info.codec, file.subarray(offset, offset + size));
    times.set(key, (dts + compositionOffset - track.presentationStart) / track.info.timescale);
  }
  return times;
}

async function checkMedia(events: readonly RtspClientEvent[], file: Buffer, hasAac: boolean): Promise<void> {
  const { tracks } = await openMp4((at, length) => Promise.resolve(file.subarray(at, at + length)), file.length);
  const lags: Partial<Record<'video' | 'audio', number[]>> = {};
  for (const kind of hasAac ? (['video', 'audio'] as const) : (['video'] as const)) {
    const track = tracks.find(({ info }) => info.kind === kind);
    assert.ok(track);
    const told = events.flatMap((event) => (event.type === 'track' && event.track.kind === kind ? [event.track] : []));
    assert.equal(told.length, 1);
    const timescale = told[0]?.timescale ?? 0;
    const packets = packetsOf(events, kind);
    checkDecodeTimes(packets);
    const times = timesOf(file, track);
    const found = packets.map((packet) => {
      const time = times.get(keyOf(kind, track.info.codec, packet.data));
      assert.notEqual(time, undefined, `a ${kind} packet that is not in the file`);
      return (packet.dts + packet.compositionOffset) / timescale - (time ?? 0);
    });
    // GStreamer leaves out the priming of the encoder, and may clip the last frame of sound.
    assert.ok(kind === 'video' ? found.length === track.sampleCount : found.length >= track.sampleCount - 3, `${found.length} of ${track.sampleCount}`);
    lags[kind] = found;
  }
  if (!hasAac) return checkSamples(packetsOf(events, 'audio'));
  // After at most a few seconds the two are together, however they arrived: 5 ms.
  const [video = NaN, audio = NaN] = [lags.video?.at(-1), lags.audio?.at(-1)];
  assert.ok(Math.abs(video - audio) < 0.005, `video ${video} s, audio ${audio} s`);
  // GStreamer gives the priming frame the time of the one behind it.
  assert.ok(lags.audio?.slice(1).every((lag) => Math.abs(lag - audio) < 0.002), 'the sound never moves');
}

function packetsOf(events: readonly RtspClientEvent[], kind: 'video' | 'audio'): Packet[] {
  return events.flatMap((event) => (event.type === 'packet' && event.packet.kind === kind ? [event.packet] : []));
}

function checkDecodeTimes(packets: readonly Packet[]): void {
  let last = -1;
  for (const { dts, compositionOffset } of packets) {
    assert.ok(dts > last && compositionOffset >= 0, `dts ${dts} after ${last}, offset ${compositionOffset}`);
    last = dts;
  }
  assert.equal(packets[0]?.isKeyframe, true);
}

/** G.711: no sample is missing, and the times count samples. */
function checkSamples(packets: readonly Packet[]): void {
  const [first] = packets;
  assert.ok(first);
  let bytes = 0;
  for (const packet of packets) {
    assert.ok(Math.abs(packet.dts - first.dts - bytes) <= 8, `dts ${packet.dts} at sample ${bytes}`);
    bytes += packet.data.length;
  }
  assert.ok(bytes >= (seconds - 0.2) * 8000, `${bytes} samples`);
}
