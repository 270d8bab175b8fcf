// What we write is read back by us, by mediabunny and, where they are installed, by ffmpeg and ffprobe.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import { concatBytes } from '../bytes.ts';
import type { Packet, Track } from '../packet.ts';
import { filePackets } from './fixtures/packets.ts';
import { type FragmentRun, writeFragment, writeInitSegment } from './fragment.ts';
import { type Mp4File, openMp4 } from './read.ts';
import { packetFromSample } from './sample-data.ts';

const hasFfmpeg = ['ffmpeg', 'ffprobe'].every((program) => spawnSync(program, ['-version']).status === 0);

function open(bytes: Uint8Array): Promise<Mp4File> {
  return openMp4(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length);
}

/** Tracks and packets of a fixture, all moved half a second on so that no decode time is negative. */
async function fixturePackets(name: string): Promise<{ tracks: Track[]; runs: FragmentRun[] }> {
  const bytes = new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
  const { tracks, packets, endDts } = await filePackets(bytes, 0.5);
  const runs = tracks.map(({ kind }, t) => ({
    trackId: t + 1, packets: packets.filter((packet) => packet.kind === kind), endDts: endDts[kind],
  }));
  return { tracks, runs };
}

/** Init segment and fragments of `size` packets a track. */
function writeAll(tracks: readonly Track[], runs: readonly FragmentRun[], size: number): Uint8Array {
  const parts = writeInitSegment(tracks, Date.UTC(2026, 8, 1));
  const most = Math.max(...runs.map((run) => run.packets.length));
  for (let from = 0, sequence = 1; from < most; from += size, sequence++) {
    const slice = runs.map(({ trackId, packets, endDts }): FragmentRun => ({
      trackId,
      packets: packets.slice(from, from + size),
      endDts: packets[from + size]?.dts ?? endDts,
    }));
    parts.push(...writeFragment(sequence, slice));
  }
  return concatBytes(parts);
}

const names = ['bframes-aac.mp4', 'hevc-hvc1.mp4', 'hevc-open-gop-hev1.mp4', 'late-audio.mp4', 'mp3-sound.mp4'];
for (const name of names) {
  for (const size of [1, 7, 25, 1000]) {
    test(`${name} in fragments of ${size} packets is read back as it was`, async () => {
      const { tracks, runs } = await fixturePackets(name);
      const bytes = writeAll(tracks, runs, size);
      const file = await open(bytes);
      assert.ok(file.isFragmented);
      assert.deepEqual(file.tracks.map((track) => track.info), tracks);
      const back = file.tracks.map((track) => Array.from({ length: track.sampleCount }, (_, i) => {
        const sample = track.sample(i);
        return packetFromSample(track, sample, bytes.subarray(sample.offset, sample.offset + sample.size));
      }));
      assert.deepEqual(back, runs.map((run) => run.packets));
      assert.deepEqual(file.tracks.map((track) => {
        const last = track.sample(track.sampleCount - 1);
        return last.dts + last.duration;
      }), runs.map((run) => run.endDts));
    });
  }

  test(`mediabunny reads ${name} in fragments with the same times and bytes`, async () => {
    const { tracks, runs } = await fixturePackets(name);
    using input = new Input({ formats: ALL_FORMATS, source: new BufferSource(writeAll(tracks, runs, 10)) });
    const judged = await input.getTracks();
    assert.equal(judged.length, tracks.length);
    for (const [t, track] of judged.entries()) {
      const { packets } = runs[t]!;
      const { timescale } = tracks[t]!;
      let i = 0;
      for await (const packet of new EncodedPacketSink(track).packets()) {
        const ours = packets[i++]!;
        assert.ok(Math.abs(packet.timestamp - (ours.dts + ours.compositionOffset) / timescale) < 1e-6);
        assert.equal(packet.type, ours.isKeyframe ? 'key' : 'delta');
        assert.deepEqual(packet.data, ours.data);
      }
      assert.equal(i, packets.length);
    }
  });

  test(`ffmpeg and ffprobe read ${name} in fragments without a warning`, { skip: !hasFfmpeg }, async () => {
    const { tracks, runs } = await fixturePackets(name);
    const folder = mkdtempSync(join(tmpdir(), 'lubo-fragment-'));
    try {
      const path = join(folder, 'a.mp4');
      writeFileSync(path, writeAll(tracks, runs, 25));
      const decoded = spawnSync('ffmpeg', ['-v', 'warning', '-xerror', '-i', path, '-f', 'null', '-'], { encoding: 'utf8' });
      assert.deepEqual([decoded.status, decoded.stderr], [0, '']);
      const probe = spawnSync('ffprobe', ['-v', 'warning', '-show_packets', '-of', 'json', path], { encoding: 'utf8' });
      assert.equal(probe.stderr, '');
      const { packets } = JSON.parse(probe.stdout);
      runs.forEach((run, t) => {
        const seen = packets.filter((packet: { stream_index: number }) => packet.stream_index === t);
        assert.deepEqual(
          seen.map((packet: { pts: number; dts: number; size: string; flags: string }) => [packet.pts, packet.dts, Number(packet.size), packet.flags[0]]),
          run.packets.map((ours) => [ours.dts + ours.compositionOffset, ours.dts, ours.data.length, ours.isKeyframe ? 'K' : '_']),
        );
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test('the packets own bytes are handed on, not copied', async () => {
  const { runs } = await fixturePackets('bframes-aac.mp4');
  const parts = writeFragment(1, runs);
  const packets = runs.flatMap((run) => run.packets);
  assert.deepEqual(parts.slice(1).map((part) => part === packets[parts.indexOf(part) - 1]?.data), packets.map(() => true));
});

const packet: Packet = { kind: 'video', dts: 5, compositionOffset: 0, isKeyframe: true, data: Uint8Array.of(1) };
const refused = [
  { what: 'a negative dts', packets: [{ ...packet, dts: -1 }], endDts: 10, says: /track 1: dts -1 < 0/ },
  { what: 'a dts that falls', packets: [packet, { ...packet, dts: 4 }], endDts: 10, says: /track 1: -1 ticks after dts 5/ },
  { what: 'an end before the last packet', packets: [packet], endDts: 4, says: /-1 ticks after dts 5/ },
  { what: 'no packets', packets: [], endDts: 4, says: /without packets/ },
];
for (const { what, packets, endDts, says } of refused) {
  test(`refuses to write ${what}`, () => {
    assert.throws(() => writeFragment(1, [{ trackId: 1, packets, endDts }]), { name: 'RangeError', message: says });
  });
}

test('late decode times survive, and negative composition offsets are written with a sign and read lifted to 0', async () => {
  const { tracks, runs } = await fixturePackets('bframes-aac.mp4');
  const hours = 2 ** 36;
  const packets = runs[0]!.packets.map(({ kind, isKeyframe, data, dts, compositionOffset }) => (
    { kind, isKeyframe, data, dts: dts + hours, compositionOffset: compositionOffset - 1024 }));
  const bytes = writeAll(tracks, [{ trackId: 1, packets, endDts: hours + runs[0]!.endDts }], 25);
  const [video] = (await open(bytes)).tracks;
  const lowest = Math.min(...packets.map((one) => one.compositionOffset));
  assert.ok(lowest < 0);
  assert.deepEqual(
    Array.from({ length: 50 }, (_, i) => [video!.sample(i).dts, video!.sample(i).compositionOffset]),
    packets.map((one) => [one.dts + lowest, one.compositionOffset - lowest]),
  );
});
