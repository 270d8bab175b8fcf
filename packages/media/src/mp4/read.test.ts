// Our reader against two judges: what ffprobe wrote down (fixtures/make.sh) and mediabunny, run here.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import { FormatError } from '../errors.ts';
import { type Mp4File, type OpenOptions, openMp4 } from './read.ts';
import { packetFromSample, samplesInOrder } from './sample-data.ts';

type Row = [pts: number, dts: number, size: number, offset: number, isKeyframe: 0 | 1];
const probed: Record<string, Row[][]> = JSON.parse(new TextDecoder().decode(fixture('ffprobe-packets.json')));

function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
}

function open(bytes: Uint8Array, options?: OpenOptions): Promise<Mp4File> {
  return openMp4(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length, options);
}

function samplesOf(track: Mp4File['tracks'][number]) {
  return Array.from({ length: track.sampleCount }, (_, i) => track.sample(i));
}

for (const [name, streams] of Object.entries(probed)) {
  test(`every sample of ${name} is where and when ffprobe sees it`, async () => {
    const file = await open(fixture(name));
    assert.equal(file.tracks.length, streams.length);
    file.tracks.forEach((track, t) => {
      const rows = samplesOf(track).map((sample): Row => {
        const dts = sample.dts - track.presentationStart;
        return [dts + sample.compositionOffset, dts, sample.size, sample.offset, sample.isKeyframe ? 1 : 0];
      });
      assert.deepEqual(rows, streams[t]);
    });
  });
}

// avc3 and hev1 included; mediabunny numbers its timestamps in seconds with the edit list applied.
for (const name of [...Object.keys(probed), 'cut.mp4', 'negative-offsets.mp4', 'mp3-sound.mp4']) {
  test(`mediabunny shows the samples of ${name} at the same times with the same bytes`, async () => {
    const bytes = fixture(name);
    const file = await open(bytes);
    using input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) });
    const judged = await input.getTracks();
    for (const track of file.tracks) {
      const other = judged.find((one) => one.id === track.id);
      assert.ok(other);
      const sink = new EncodedPacketSink(other);
      let i = 0;
      for await (const packet of sink.packets()) {
        const sample = track.sample(i++);
        const seconds = (sample.dts + sample.compositionOffset - track.presentationStart) / track.info.timescale;
        assert.ok(Math.abs(packet.timestamp - seconds) < 1e-6, `${track.info.kind} ${i}: ${packet.timestamp} and ${seconds}`);
        assert.equal(packet.type, sample.isKeyframe ? 'key' : 'delta');
        assert.deepEqual(packet.data, bytes.subarray(sample.offset, sample.offset + sample.size));
      }
      assert.equal(i, track.sampleCount);
    }
  });
}

const shapes = [
  { name: 'bframes-aac.mp4', codecs: ['h264', 'aac'], seconds: 2, starts: [1024, 1024], first: [0, 1] },
  { name: 'hevc-hvc1.mp4', codecs: ['h265', 'aac'], seconds: 2, starts: [1024, 1024], first: [0, 1] },
  { name: 'fragmented-edit.mp4', codecs: ['h264', 'aac'], seconds: 2, starts: [1024, 1024], first: [0, 1] },
  // 0.5 s of nothing before 1,024 samples of priming: -(22050 - 1024), and ffmpeg counts milliseconds.
  { name: 'late-audio.mp4', codecs: ['h264', 'aac'], seconds: 110216 / 44100, starts: [1024, -20992], first: [0, 0] },
  // Shown from 0.5 s into the GOP: the half GOP before has to be decoded and so belongs to a pass.
  { name: 'cut.mp4', codecs: ['h264', 'aac'], seconds: 2, starts: [7424, 23074], first: [0, 22] },
];
for (const { name, codecs, seconds, starts, first } of shapes) {
  test(`${name}: tracks, edit and length of a pass`, async () => {
    const { tracks, durationSeconds } = await open(fixture(name));
    assert.deepEqual(tracks.map((track) => track.info.codec), codecs);
    assert.deepEqual(tracks.map((track) => track.presentationStart), starts);
    assert.deepEqual(tracks.map((track) => track.firstSample), first);
    assert.ok(Math.abs(durationSeconds - seconds) < 1e-3, `${durationSeconds}`);
    for (const { info } of tracks) {
      if (info.kind === 'video') assert.deepEqual([info.width, info.height, info.timescale], [96, 64, 12800]);
      else assert.deepEqual([info.sampleRate, info.channels, info.timescale], [44100, 1, 44100]);
    }
  });
}

for (const name of [...Object.keys(probed), 'cut.mp4', 'negative-offsets.mp4']) {
  test(`${name} played twice in a row neither falls back nor overlaps`, async () => {
    const bytes = fixture(name);
    const file = await open(bytes);
    const ends = new Map<number, { dts: number; shown: number[] }>();
    for (let pass = 0; pass < 2; pass++) {
      for (const { track, sample } of samplesInOrder(file.tracks)) {
        const shift = Math.round(pass * file.durationSeconds * track.info.timescale);
        const data = bytes.subarray(sample.offset, sample.offset + sample.size);
        const packet = packetFromSample(track, sample, data, shift);
        const before = ends.get(track.id);
        if (before) assert.ok(packet.dts > before.dts, `dts ${packet.dts} after ${before.dts}`);
        const shown = packet.dts + packet.compositionOffset;
        assert.ok(!before?.shown.includes(shown), `${shown} shown twice`);
        ends.set(track.id, { dts: packet.dts, shown: [...(before?.shown ?? []), shown] });
      }
    }
    const [video] = file.tracks;
    assert.ok(video);
    assert.equal(ends.get(video.id)?.shown.length, 2 * video.sampleCount);
  });
}

test('samplesInOrder merges the tracks by decode time on the presentation', async () => {
  const { tracks } = await open(fixture('bframes-aac.mp4'));
  const times = [...samplesInOrder(tracks)].map(({ track, sample }) => (sample.dts - track.presentationStart) / track.info.timescale);
  assert.deepEqual(times, times.toSorted((a, b) => a - b));
  assert.equal(times.length, 50 + 87);
});

test('a track whose codec cannot be carried is named, and refused when it is the picture', async () => {
  const { skipped, tracks } = await open(fixture('mp3-sound.mp4'));
  assert.deepEqual(skipped, [{ id: 2, kind: 'audio', codec: 'mp3' }]);
  assert.equal(tracks.length, 1);
  await assert.rejects(open(fixture('mpeg4.mp4')), { name: 'FormatError', message: /video codec mp4v is not supported/ });
});

/** `type`'s n-th occurrence in `bytes` as the offset of its box. */
function findType(bytes: Uint8Array, type: string, n = 0): number {
  let at = -1;
  for (let i = 0; i <= n; i++) at = new TextDecoder('latin1').decode(bytes).indexOf(type, at + 1);
  assert.ok(at >= 4, `${type} not found`);
  return at - 4;
}

/** The file with big-endian `value` at `shift` bytes past the start of a box. */
function patched(name: string, type: string, shift: number, value: number, n = 0): Uint8Array {
  const bytes = fixture(name);
  new DataView(bytes.buffer).setUint32(findType(bytes, type, n) + shift, value);
  return bytes;
}

const whole = fixture('bframes-aac.mp4');
const damaged = [
  { what: 'an empty file', bytes: new Uint8Array(0), says: /no moov box/ },
  { what: 'no MP4 at all', bytes: Uint8Array.from({ length: 4000 }, (_, i) => i % 7), says: /byte 0: not an MP4 box/ },
  { what: 'no moov', bytes: whole.subarray(0, findType(whole, 'moov')), says: /no moov box/ },
  { what: 'cut inside mdat', bytes: whole.subarray(0, 5000), says: /byte 40: mdat: box size \d+, but the file ends after 4960 bytes/ },
  { what: 'cut inside moov', bytes: whole.subarray(0, -100), says: /moov: box size \d+, but the file ends/ },
  { what: 'moov first and mdat cut', bytes: fixture('faststart.mp4').subarray(0, -100), says: /stco: sample \d+ at \d+ .* past the file's end/ },
  { what: 'a box smaller than its header', bytes: patched('bframes-aac.mp4', 'trak', 0, 4), says: /byte \d+: moov > trak: box size 4 < 8/ },
  { what: 'a box past its parent', bytes: patched('bframes-aac.mp4', 'stts', 0, 0x7fffffff), says: /stbl > stts: box size 2147483647 reaches past/ },
  { what: 'a huge moov', bytes: patched('bframes-aac.mp4', 'moov', 0, 0xffffffff), says: /moov: box size 4294967295/ },
  { what: 'zero timescale of the movie', bytes: patched('bframes-aac.mp4', 'mvhd', 20, 0), says: /mvhd: timescale 0/ },
  { what: 'zero timescale of a track', bytes: patched('bframes-aac.mp4', 'mdhd', 20, 0), says: /mdia > mdhd: timescale 0/ },
  { what: 'a sample past the end', bytes: patched('bframes-aac.mp4', 'stco', 16, 0x7fffff00), says: /stco: sample 1 at 2147483392/ },
  { what: 'more entries than bytes', bytes: patched('bframes-aac.mp4', 'ctts', 12, 0x10000000), says: /ctts: 268435456 entries of 8 bytes in/ },
  { what: 'a billion samples of one size', bytes: patched('bframes-aac.mp4', 'stsz', 16, 0x3fffffff), says: /stsz: 1073741823 samples, at most/ },
  { what: 'too short an stts', bytes: patched('bframes-aac.mp4', 'stts', 16, 3), says: /stts: durations for 3 of 50 samples/ },
  { what: 'a keyframe number past the end', bytes: patched('bframes-aac.mp4', 'stss', 16, 51), says: /stss: keyframe is sample 51 of 50/ },
  { what: 'a damaged avcC', bytes: patched('bframes-aac.mp4', 'avcC', 8, 0xff000000), says: /stsd > avc1 > avcC/ },
  { what: 'a run of more samples than the file has bytes', bytes: patched('fragmented.mp4', 'trun', 12, 0x0fffffff), says: /trun/ },
  { what: 'a fragment past the end', bytes: patched('fragmented.mp4', 'trun', 16, 0x7fffffff), says: /moof > traf > trun: sample at \d+ .* past the file's end/ },
  { what: 'fragments that go back in time', bytes: patched('fragmented.mp4', 'tfdt', 16, 0, 2), says: /tfdt: decode time 0 after/ },
];
for (const { what, bytes, says } of damaged) {
  test(`refused with its place and reason: ${what}`, async () => {
    await assert.rejects(open(bytes), (error) => error instanceof FormatError && says.test(error.message) || assert.fail(String(error)));
  });
}

test('two edits that do not follow each other are refused', async () => {
  const bytes = patched('late-audio.mp4', 'elst', 16 + 4, 5000, 1);
  await assert.rejects(open(bytes), /elst: an edit list with several separate parts is not supported/);
});

/** Opens, and if that works every sample must lie in the file and order must not fall. */
async function openOrRefuse(bytes: Uint8Array, options?: OpenOptions): Promise<Mp4File | undefined> {
  try {
    const file = await open(bytes, options);
    for (const track of file.tracks) {
      for (const sample of samplesOf(track)) {
        assert.ok(sample.offset >= 0 && sample.offset + sample.size <= bytes.length && sample.compositionOffset >= 0);
        assert.ok(sample.duration >= 0 && Number.isFinite(sample.dts + sample.compositionOffset));
      }
    }
    assert.ok(Number.isFinite(file.durationSeconds));
    return file;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

test('every beginning of a file is refused or read within its bounds', async () => {
  for (const name of ['bframes-aac.mp4', 'faststart.mp4', 'fragmented.mp4']) {
    const bytes = fixture(name);
    for (let length = 0; length < bytes.length; length += length < 2500 ? 1 : 7) {
      const file = await openOrRefuse(bytes.subarray(0, length));
      assert.ok(file === undefined || file.isFragmented, `${name} cut to ${length}`);
    }
  }
});

test('a fragmented recording that was cut off is read up to its last whole fragment', async () => {
  const bytes = fixture('fragmented-edit.mp4');
  const moofs = Array.from({ length: 3 }, (_, n) => findType(bytes, 'moof', n));
  const full = await open(bytes);
  let last = 0;
  for (let length = moofs[0] ?? 0; length <= bytes.length; length += 1) {
    const file = await openOrRefuse(bytes.subarray(0, length), { acceptTornTail: true });
    if (!file) {
      assert.ok(length < (moofs[1] ?? 0), `refused at ${length}`);
      continue;
    }
    const count = file.tracks[0]?.sampleCount ?? 0;
    assert.ok(count >= last && file.completeSize <= length);
    last = count;
  }
  assert.equal(last, full.tracks[0]?.sampleCount);
  const torn = bytes.slice();
  torn.fill(0, moofs[2]);
  const file = await open(torn, { acceptTornTail: true });
  assert.equal(file.completeSize, moofs[2]);
  assert.deepEqual(samplesOf(file.tracks[0]!), samplesOf(full.tracks[0]!).slice(0, file.tracks[0]!.sampleCount));
});

// mulberry32
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

for (const name of ['bframes-aac.mp4', 'hevc-hvc1.mp4', 'late-audio.mp4', 'quicktime.mov', 'fragmented.mp4', 'fragmented-edit.mp4']) {
  test(`1,000 mutations of ${name} give a file or a FormatError`, async () => {
    const original = fixture(name);
    const random = seeded(name.length);
    const boxesFrom = name.startsWith('fragmented') ? 0 : findType(original, 'moov');
    let refused = 0;
    for (let n = 0; n < 1000; n++) {
      const bytes = original.slice(0, random() < 0.2 ? Math.floor(random() * original.length) : original.length);
      for (let hits = 1 + Math.floor(random() * 4); hits > 0; hits--) {
        const at = boxesFrom + Math.floor(random() * (bytes.length - boxesFrom));
        if (at < bytes.length) bytes[at] = random() < 0.5 ? Math.floor(random() * 256) : random() < 0.5 ? 0xff : 0;
      }
      if (!(await openOrRefuse(bytes, { acceptTornTail: n % 2 === 0 }))) refused++;
    }
    assert.ok(refused > 50 && refused < 1000, `${refused} refused`);
  });
}
