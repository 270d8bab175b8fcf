// A standard file made of a recording's fragments: read back by us, by mediabunny and, where they are installed, by ffmpeg and ffprobe.
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
import { writeFragment, writeInitSegment } from './fragment.ts';
import { layoutProgressive } from './progressive.ts';
import { type Mp4File, type Mp4Track, openMp4 } from './read.ts';
import { packetFromSample } from './sample-data.ts';

const hasFfmpeg = ['ffmpeg', 'ffprobe'].every((program) => spawnSync(program, ['-version']).status === 0);
const createdAt = Date.UTC(2026, 8, 1, 0, 0, 5);

const open = (bytes: Uint8Array): Promise<Mp4File> => openMp4(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length);

type Recording = { tracks: Track[]; packets: Packet[]; endDts: { video: number; audio: number } };

/** A fixture's packets, moved on so that no decode time is negative. */
async function recordingOf(name: string): Promise<Recording> {
  return filePackets(new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url))), 0.5);
}

function fragmentsOf({ tracks, packets, endDts }: Recording, size: number): Uint8Array {
  const parts = writeInitSegment(tracks, createdAt);
  const runs = tracks.map(({ kind }) => packets.filter((packet) => packet.kind === kind));
  for (let from = 0, sequence = 1; runs.some((run) => run.length > from); from += size, sequence++) {
    parts.push(...writeFragment(sequence, runs.map((run, t) => ({
      trackId: t + 1, packets: run.slice(from, from + size), endDts: run[from + size]?.dts ?? endDts[tracks[t]!.kind],
    }))));
  }
  return concatBytes(parts);
}

async function standardOf(fragments: Uint8Array): Promise<Uint8Array> {
  const { head, ranges, size } = layoutProgressive((await open(fragments)).tracks, createdAt);
  const bytes = concatBytes([head, ...ranges.map(({ start, end }) => fragments.subarray(start, end))]);
  assert.equal(bytes.length, size);
  return bytes;
}

/** When each sample is decoded and shown in seconds of the presentation, and its bytes. */
function samplesOf(bytes: Uint8Array, track: Mp4Track) {
  const { timescale } = track.info;
  return Array.from({ length: track.sampleCount }, (_, i) => {
    const sample = track.sample(i);
    const { data, isKeyframe } = packetFromSample(track, sample, bytes.subarray(sample.offset, sample.offset + sample.size));
    return { shown: (sample.dts + sample.compositionOffset - track.presentationStart) / timescale, dts: sample.dts / timescale, isKeyframe, data };
  });
}

const names = ['bframes-aac.mp4', 'hevc-hvc1.mp4', 'hevc-open-gop-hev1.mp4', 'late-audio.mp4', 'negative-offsets.mp4'];
for (const name of names) {
  for (const size of [1, 7, 1000]) {
    test(`${name} in fragments of ${size} packets becomes a standard file with every sample, in sync`, async () => {
      const recording = await recordingOf(name);
      const fragments = fragmentsOf(recording, size);
      const standard = await standardOf(fragments);
      const [before, after] = [await open(fragments), await open(standard)];
      assert.equal(after.isFragmented, false);
      assert.deepEqual(after.tracks.map(({ info }) => info), recording.tracks);
      const wanted = before.tracks.map((track) => samplesOf(fragments, track));
      const start = Math.min(...wanted.flat().map(({ shown }) => shown));
      for (const [t, track] of after.tracks.entries()) {
        const found = samplesOf(standard, track);
        assert.equal(found.length, wanted[t]!.length);
        found.forEach((sample, i) => {
          const one = wanted[t]![i]!;
          assert.ok(Math.abs(sample.shown - (one.shown - start)) <= 0.000_51, `sample ${i}: shown at ${sample.shown}, ${one.shown - start} expected`);
          assert.deepEqual([sample.isKeyframe, sample.data], [one.isKeyframe, one.data]);
        });
      }
      assert.ok(Math.abs(after.durationSeconds - Math.max(...recording.tracks.map(({ kind, timescale }, t) =>
        lastShown(before.tracks[t]!, recording.endDts[kind]) / timescale)) + start) < 0.002);
    });
  }

  test(`mediabunny finds the same samples at the same times in the standard file of ${name}`, async () => {
    const recording = await recordingOf(name);
    const fragments = fragmentsOf(recording, 10);
    const standard = await standardOf(fragments);
    using input = new Input({ formats: ALL_FORMATS, source: new BufferSource(standard) });
    const judged = await input.getTracks();
    const wanted = (await open(fragments)).tracks.map((track) => samplesOf(fragments, track));
    const start = Math.min(...wanted.flat().map(({ shown }) => shown));
    assert.equal(judged.length, wanted.length);
    for (const [t, track] of judged.entries()) {
      let i = 0;
      for await (const packet of new EncodedPacketSink(track).packets()) {
        const one = wanted[t]![i++]!;
        assert.ok(Math.abs(packet.timestamp - (one.shown - start)) <= 0.001, `${packet.timestamp} ${one.shown - start}`);
        assert.deepEqual(packet.data, one.data);
      }
      assert.equal(i, wanted[t]!.length);
    }
  });

  test(`ffmpeg and ffprobe read the standard file of ${name} without a warning, with its creation time`, { skip: !hasFfmpeg }, async () => {
    const standard = await standardOf(fragmentsOf(await recordingOf(name), 25));
    const folder = mkdtempSync(join(tmpdir(), 'lubo-progressive-'));
    try {
      const path = join(folder, 'a.mp4');
      writeFileSync(path, standard);
      const decoded = spawnSync('ffmpeg', ['-v', 'warning', '-xerror', '-i', path, '-f', 'null', '-'], { encoding: 'utf8' });
      assert.deepEqual([decoded.status, decoded.stderr], [0, '']);
      const probe = spawnSync('ffprobe', ['-v', 'warning', '-show_format', '-of', 'json', path], { encoding: 'utf8' });
      assert.equal(probe.stderr, '');
      assert.equal(JSON.parse(probe.stdout).format.tags.creation_time, '2026-09-01T00:00:05.000000Z');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

function lastShown(track: Mp4Track, endDts: number): number {
  let end = endDts;
  for (let i = 0; i < track.sampleCount; i++) {
    const { dts, compositionOffset, duration } = track.sample(i);
    end = Math.max(end, dts + compositionOffset + duration - track.presentationStart);
  }
  return end;
}

test('moov comes before the media', async () => {
  const bytes = await standardOf(fragmentsOf(await recordingOf('bframes-aac.mp4'), 25));
  const text = Buffer.from(bytes).toString('latin1');
  assert.ok(text.indexOf('moov') > 0 && text.indexOf('moov') < text.indexOf('mdat'));
});

/** A track of `count` samples of `size` bytes, a chunk for every ten of them; no bytes behind it. */
function hugeTrack(info: Track, count: number, size: number): Mp4Track {
  return {
    id: 1, info, lengthSize: 4, durationTicks: 0, presentationStart: 0, sampleCount: count, firstSample: 0, endSample: count,
    sample: (i) => ({ offset: i * size + Math.floor(i / 10) * 100, size, dts: i * 40, compositionOffset: 0, duration: 40, isKeyframe: i % 50 === 0 }),
  };
}

test('past 4 GiB the places and the size of the media have 64 bits', async () => {
  const { tracks } = await recordingOf('bframes-aac.mp4');
  const track = hugeTrack({ ...tracks[0]!, timescale: 1000 }, 100_000, 50_000);
  const { head, ranges, size } = layoutProgressive([track], createdAt);
  assert.equal(size, head.length + 5_000_000_000);
  const file = await openMp4(async (offset, length) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    bytes.set(head.subarray(offset, offset + length));
    return bytes;
  }, size);
  const last = file.tracks[0]!.sample(99_999);
  assert.equal(last.offset + last.size, size);
  assert.equal(file.tracks[0]!.sample(10).offset, head.length + 500_000);
  assert.equal(ranges.length, 10_000);
});

test('hours of samples cost few bytes each', async () => {
  const { tracks } = await recordingOf('bframes-aac.mp4');
  const { head } = layoutProgressive([hugeTrack({ ...tracks[0]!, timescale: 1000 }, 1_000_000, 100)], createdAt);
  assert.ok(head.length < 5_000_000, String(head.length));
});

test('what is no recording is refused', async () => {
  const { tracks } = await recordingOf('bframes-aac.mp4');
  assert.throws(() => layoutProgressive([hugeTrack(tracks[0]!, 0, 1)], createdAt), RangeError);
  assert.throws(() => layoutProgressive([{ ...hugeTrack(tracks[0]!, 10, 1), lengthSize: 2 }], createdAt), /lengths of 2 bytes/);
});
