// Segments are taken apart again byte by byte here, and shown to ffprobe, ffmpeg and mediabunny.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import { concatBytes, viewOf } from '../bytes.ts';
import { filePackets, type FilePackets } from '../mp4/fixtures/packets.ts';
import type { Packet, Track } from '../packet.ts';
import { TsMuxer } from './mux.ts';
import { crc32Mpeg } from './section.ts';

const hasFfmpeg = ['ffmpeg', 'ffprobe'].every((program) => spawnSync(program, ['-version']).status === 0);
const names = ['bframes-aac.mp4', 'hevc-hvc1.mp4', 'hevc-open-gop-hev1.mp4', 'late-audio.mp4', 'mp3-sound.mp4'];

function load(name: string, shiftSeconds = 0): Promise<FilePackets> {
  return filePackets(new Uint8Array(readFileSync(new URL(`../mp4/fixtures/${name}`, import.meta.url))), shiftSeconds);
}

/** Packets cut before every keyframe after the first. */
function segmentsOf(packets: readonly Packet[]): Packet[][] {
  const segments: Packet[][] = [];
  for (const packet of packets) {
    if (segments.length === 0 || (packet.kind === 'video' && packet.isKeyframe && segments.at(-1)?.some((one) => one.kind === 'video'))) segments.push([]);
    segments.at(-1)?.push(packet);
  }
  return segments;
}

type SeenPes = { pid: number; pts: number; dts: number; pcr?: number; isRandomAccess: boolean; payload: Uint8Array };

/** Takes a stream apart; asserts sync bytes, continuity, table checksums and PES lengths. */
function demux(bytes: Uint8Array): SeenPes[] {
  assert.equal(bytes.length % 188, 0);
  const counters = new Map<number, number>();
  const open = new Map<number, { parts: Uint8Array[]; pcr?: number; isRandomAccess: boolean }>();
  const seen: SeenPes[] = [];
  const finish = (pid: number) => {
    const pes = open.get(pid);
    if (pes) seen.push(parsePes(pid, pes));
    open.delete(pid);
  };
  for (let at = 0; at < bytes.length; at += 188) {
    const packet = bytes.subarray(at, at + 188);
    const view = viewOf(packet);
    assert.equal(packet[0], 0x47);
    const pid = view.getUint16(1) & 0x1fff;
    const counter = (packet[3] ?? 0) & 15;
    const before = counters.get(pid);
    if (before !== undefined) assert.equal(counter, (before + 1) & 15, `continuity of ${pid}`);
    counters.set(pid, counter);
    const hasAdaptation = ((packet[3] ?? 0) & 0x20) !== 0;
    const payload = packet.subarray(hasAdaptation ? 5 + (packet[4] ?? 0) : 4);
    if (pid === 0 || pid === 0x1000) {
      const length = 3 + (view.getUint16(6) & 0xfff);
      assert.equal(crc32Mpeg(packet.subarray(5, 5 + length)), 0);
      continue;
    }
    const flags = hasAdaptation && (packet[4] ?? 0) > 0 ? (packet[5] ?? 0) : 0;
    if (((packet[1] ?? 0) & 0x40) !== 0) {
      finish(pid);
      const pcr = flags & 0x10 ? view.getUint32(6) * 2 + ((packet[10] ?? 0) >> 7) : undefined;
      open.set(pid, { parts: [], isRandomAccess: (flags & 0x40) !== 0, ...(pcr === undefined ? {} : { pcr }) });
    }
    open.get(pid)?.parts.push(payload);
  }
  for (const pid of open.keys()) finish(pid);
  return seen;
}

function parsePes(pid: number, pes: { parts: Uint8Array[]; pcr?: number; isRandomAccess: boolean }): SeenPes {
  const bytes = concatBytes(pes.parts);
  const view = viewOf(bytes);
  assert.equal(view.getUint32(0) >>> 8, 1);
  const declared = view.getUint16(4);
  if (declared !== 0) assert.equal(declared, bytes.length - 6);
  const pts = timestamp(bytes, 9);
  const dts = (bytes[7] ?? 0) === 0xc0 ? timestamp(bytes, 14) : pts;
  const payload = bytes.subarray(9 + (bytes[8] ?? 0));
  return { pid, pts, dts, isRandomAccess: pes.isRandomAccess, payload, ...(pes.pcr === undefined ? {} : { pcr: pes.pcr }) };
}

function timestamp(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes.subarray(at, at + 5);
  assert.ok(a & c & e & 1);
  return ((a >> 1) & 7) * 2 ** 30 + ((b << 22) | ((c >> 1) << 15) | (d << 7) | (e >> 1));
}

function nalsOf(annexB: Uint8Array): string[] {
  return Buffer.from(annexB).toString('hex').split('00000001').slice(1);
}

function lengthPrefixed(data: Uint8Array): string[] {
  const nals: string[] = [];
  for (let at = 0; at < data.length; at += 4 + viewOf(data).getUint32(at)) {
    nals.push(Buffer.from(data.subarray(at + 4, at + 4 + viewOf(data).getUint32(at))).toString('hex'));
  }
  return nals;
}

function ticks(packet: Packet, tracks: readonly Track[], offset = packet.compositionOffset): number {
  const { timescale } = tracks.find((track) => track.kind === packet.kind)!;
  return Math.round(((packet.dts + offset) * 90_000) / timescale) + 90_000;
}

for (const name of names) {
  test(`${name}: every access unit is in the stream with its times, delimiter and, at keyframes, parameter sets`, async () => {
    const { tracks, packets } = await load(name);
    const muxer = new TsMuxer(tracks);
    const seen = demux(concatBytes(segmentsOf(packets).map((segment) => muxer.writeSegment(segment))));
    const video = packets.filter((packet) => packet.kind === 'video');
    const isAvc = tracks[0]?.codec === 'h264';
    const pictures = seen.filter((pes) => pes.pid === 0x100);
    assert.deepEqual(pictures.map((pes) => [pes.pts, pes.dts, pes.isRandomAccess]), video.map((packet) => [ticks(packet, tracks), ticks(packet, tracks, 0), packet.isKeyframe]));
    pictures.forEach((pes, i) => {
      const nals = nalsOf(pes.payload);
      assert.equal(nals.shift(), isAvc ? '09f0' : '460150');
      const own = lengthPrefixed(video[i]!.data);
      const added = nals.slice(0, nals.length - own.length);
      assert.deepEqual(nals.slice(added.length), own);
      const types = added.map((nal) => (isAvc ? Number.parseInt(nal.slice(0, 2), 16) & 31 : (Number.parseInt(nal.slice(0, 2), 16) >> 1) & 63));
      assert.deepEqual(types, !video[i]!.isKeyframe ? [] : isAvc ? [7, 8] : [32, 33, 34]);
      assert.ok(pes.pcr !== undefined && pes.pcr < pes.dts);
    });
  });

  test(`${name}: AAC frames share PES packets, in order and within 10 ms of their times`, async () => {
    const { tracks, packets } = await load(name);
    const audio = packets.filter((packet) => packet.kind === 'audio');
    const muxer = new TsMuxer(tracks);
    const frames: { size: number; time: number; data: Uint8Array }[] = [];
    for (const pes of demux(muxer.writeSegment(packets)).filter((one) => one.pid === 0x101)) {
      for (let at = 0, k = 0; at < pes.payload.length; k++) {
        assert.equal(viewOf(pes.payload).getUint16(at), 0xfff1);
        const size = (viewOf(pes.payload).getUint32(at + 3) >>> 13) & 0x1fff;
        frames.push({ size, time: pes.pts + (k * 1024 * 90_000) / 44_100, data: pes.payload.subarray(at + 7, at + size) });
        at += size;
      }
    }
    assert.deepEqual(frames.map((frame) => frame.data), audio.map((packet) => packet.data));
    frames.forEach((frame, i) => assert.ok(Math.abs(frame.time - ticks(audio[i]!, tracks)) < 900, `frame ${i}`));
  });

  test(`${name}: ffmpeg decodes the segments without a warning and ffprobe sees our times`, { skip: !hasFfmpeg }, async () => {
    const { tracks, packets } = await load(name);
    const muxer = new TsMuxer(tracks);
    const folder = mkdtempSync(join(tmpdir(), 'lubo-ts-'));
    try {
      const path = join(folder, 'a.ts');
      writeFileSync(path, concatBytes(segmentsOf(packets).map((segment) => muxer.writeSegment(segment))));
      const decoded = spawnSync('ffmpeg', ['-v', 'warning', '-xerror', '-i', path, '-f', 'null', '-'], { encoding: 'utf8' });
      assert.deepEqual([decoded.status, decoded.stderr], [0, '']);
      const probe = spawnSync('ffprobe', ['-v', 'warning', '-show_packets', '-show_streams', '-of', 'json', path], { encoding: 'utf8' });
      assert.equal(probe.stderr, '');
      const { packets: seen, streams } = JSON.parse(probe.stdout);
      for (const kind of ['video', 'audio'] as const) {
        const ours = packets.filter((packet) => packet.kind === kind);
        const index = streams.findIndex((stream: { codec_type: string }) => stream.codec_type === kind);
        const theirs: { pts: number; dts: number }[] = seen.filter((packet: { stream_index: number }) => packet.stream_index === index);
        assert.equal(theirs.length, ours.length);
        theirs.forEach((packet, i) => {
          const tolerance = kind === 'video' ? 0 : 2;
          assert.ok(Math.abs(packet.pts - ticks(ours[i]!, tracks)) <= tolerance, `${kind} ${i}: pts ${packet.pts}`);
          assert.ok(Math.abs(packet.dts - ticks(ours[i]!, tracks, 0)) <= tolerance, `${kind} ${i}: dts ${packet.dts}`);
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  // mediabunny 1.61 guesses times where there are B-frames, so only order, kind and bytes are compared.
  test(`${name}: mediabunny finds the same pictures and sounds`, async () => {
    const { tracks, packets } = await load(name);
    using input = new Input({ formats: ALL_FORMATS, source: new BufferSource(new TsMuxer(tracks).writeSegment(packets)) });
    const judged = await input.getTracks();
    assert.deepEqual(judged.map((track) => track.type).toSorted(), tracks.map((track) => track.kind).toSorted());
    for (const track of judged) {
      const ours = packets.filter((packet) => packet.kind === track.type);
      const types: string[] = [];
      for await (const packet of new EncodedPacketSink(track).packets()) types.push(packet.type);
      assert.deepEqual(types, ours.map((packet) => (packet.isKeyframe ? 'key' : 'delta')));
    }
  });
}

test('clocks wrap at 33 bits, picture and sound alike', async () => {
  const { tracks, packets } = await load('bframes-aac.mp4', 2 ** 33 / 90_000 - 2);
  const seen = demux(new TsMuxer(tracks).writeSegment(packets));
  for (const pid of [0x100, 0x101]) {
    const pes = seen.filter((one) => one.pid === pid);
    assert.ok((pes[0]?.dts ?? 0) > 2 ** 32 && (pes.at(-1)?.dts ?? Infinity) < 2 ** 20, `${pid}`);
    const unwrapped = pes.map((one) => (one.dts < 2 ** 32 ? one.dts + 2 ** 33 : one.dts));
    assert.deepEqual(unwrapped, unwrapped.toSorted((a, b) => a - b));
  }
});

test('payloads of every size near the packet bounds come out whole', async () => {
  const { tracks } = await load('mp3-sound.mp4');
  for (const isKeyframe of [true, false]) {
    for (let size = 1; size < 600; size++) {
      const data = concatBytes([new Uint8Array(4), Uint8Array.from({ length: size }, (_, i) => (i === 0 ? 1 : (i % 250) + 3))]);
      viewOf(data).setUint32(0, size);
      const packet: Packet = { kind: 'video', dts: 0, compositionOffset: size % 2, isKeyframe, data };
      const [pes] = demux(new TsMuxer(tracks).writeSegment([packet]));
      assert.equal(nalsOf(pes!.payload).at(-1), Buffer.from(data.subarray(4)).toString('hex'));
    }
  }
});

test('delimiters and parameter sets that are there already are not doubled', async () => {
  const { tracks, packets } = await load('bframes-aac.mp4');
  const nal = (...bytes: number[]) => [0, 0, 0, bytes.length, ...bytes];
  const slice = lengthPrefixed(packets[0]!.data).at(-1);
  const data = (...nals: number[][]) => Uint8Array.from(nals.flat());
  const cases = [
    { nals: [nal(9, 0x10), nal(0x67, 1), nal(0x68, 2), nal(0x65, 3)], out: ['09f0', '6701', '6802', '6503'] },
    { nals: [nal(0x67, 1), nal(0x68, 2), nal(0x65, 3)], out: ['09f0', '6701', '6802', '6503'] },
    { nals: [nal(9, 0x10), nal(0x65, 3)], out: ['09f0', 'sps', 'pps', '6503'] },
  ];
  assert.ok(slice);
  for (const { nals, out } of cases) {
    const packet: Packet = { kind: 'video', dts: 0, compositionOffset: 0, isKeyframe: true, data: data(...nals) };
    const [pes] = demux(new TsMuxer(tracks).writeSegment([packet]));
    const seen = nalsOf(pes!.payload).map((one, i) => (out[i] === 'sps' && one.startsWith('67') ? 'sps' : out[i] === 'pps' && one.startsWith('68') ? 'pps' : one));
    assert.deepEqual(seen, out);
  }
});

test('a picture is never decoded after it is shown', async () => {
  const { tracks, packets } = await load('mp3-sound.mp4');
  const [pes] = demux(new TsMuxer(tracks).writeSegment([{ ...packets[0]!, compositionOffset: -512 }]));
  assert.equal(pes!.dts, pes!.pts);
  assert.equal(pes!.pts, ticks(packets[0]!, tracks, -512));
});

test('a stream of sound alone carries the clock with the sound', async () => {
  const { tracks, packets } = await load('bframes-aac.mp4');
  const audio = packets.filter((packet) => packet.kind === 'audio');
  const seen = demux(new TsMuxer(tracks.filter((track) => track.kind === 'audio')).writeSegment(audio));
  assert.ok(seen.length > 5 && seen.every((pes) => pes.pid === 0x101 && pes.pcr !== undefined && pes.pcr < pes.pts));
});

test('a gap in the sound begins a new PES packet with its own time', async () => {
  const { tracks, packets } = await load('bframes-aac.mp4');
  const audio = packets.filter((packet) => packet.kind === 'audio').slice(0, 4);
  const late: Packet = { ...audio[2]!, dts: audio[2]!.dts + 4410 };
  const seen = demux(new TsMuxer(tracks).writeSegment([audio[0]!, audio[1]!, late]));
  assert.deepEqual(seen.map((pes) => pes.pts), [ticks(audio[0]!, tracks), ticks(late, tracks)]);
});

test('a NAL unit that does not fit its packet, or a frame too long for ADTS, is a FormatError and leaves the counters alone', async () => {
  const { tracks, packets } = await load('bframes-aac.mp4');
  const muxer = new TsMuxer(tracks);
  const bad: Packet = { kind: 'video', dts: 0, compositionOffset: 0, isKeyframe: true, data: Uint8Array.of(0, 0, 0, 9, 1) };
  assert.throws(() => muxer.writeSegment([packets[0]!, bad]), { name: 'FormatError', message: /NAL unit of 9 bytes, 1 left/ });
  const long: Packet = { kind: 'audio', dts: 0, compositionOffset: 0, isKeyframe: true, data: new Uint8Array(8190) };
  assert.throws(() => muxer.writeSegment([long]), { name: 'FormatError', message: /frame length 8197 > 8191/ });
  assert.deepEqual(muxer.writeSegment(packets), new TsMuxer(tracks).writeSegment(packets));
  assert.throws(() => new TsMuxer([]), /no tracks/);
  assert.throws(() => new TsMuxer([tracks[0]!, tracks[0]!]), /more than one video track/);
});

test('the checksum is CRC-32/MPEG-2', () => {
  assert.equal(crc32Mpeg(new TextEncoder().encode('123456789')), 0x0376e6e7);
});
