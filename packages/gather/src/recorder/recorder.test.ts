// Recording with clock and disk in hand: slices, overlaps, lessons that touch, sources that come and go, disks that fill up.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { tracks } from '../fake-units.ts';
import { range } from '../fake-units.ts';
import { createFakeDisk } from './fake-disk.ts';
import { channelId, eight, lesson, numbered, picturesOf, soundUnder, standardBytes, takeInHand } from './fake-recording.ts';

const minute = 300;

/** Whole seconds after eight. */
const seconds = (moment: string): number => Math.round((Date.parse(moment) - eight) / 1000);

test('a lesson begins at the keyframe before and ends at the keyframe after, whatever moments it is told at', async () => {
  const { recorder, recordings, play } = await takeInHand();
  await play(0, 8);
  recorder.record(lesson('a', 0, 45));
  assert.deepEqual([recorder.isRecording, recorder.lessonId], [true, lesson('a', 0, 45).lessonId]);
  await play(8, 23);
  recorder.record(undefined);
  await play(23, 40);
  assert.equal(recorder.isRecording, false);
  assert.deepEqual(await picturesOf(recordings), [range(5, 25)]);
  const [slice] = recordings.store.finished();
  assert.ok(Math.abs(Date.parse(slice?.startedAt ?? '') - (eight + 1_000)) <= 200, slice?.startedAt);
  assert.equal(slice?.durationMillis, 4_000);
  assert.equal(slice?.codecs, 'avc1.42c00a,mp4a.40.2');
});

test('slices of a minute follow one another without losing or doubling a picture, in moments and in files', async () => {
  const { recorder, recordings, play } = await takeInHand();
  recorder.record(lesson('a', 0, 45));
  await play(0, 3 * minute + 50);
  recorder.record(undefined);
  await play(3 * minute + 50, 3 * minute + 60);
  assert.deepEqual(await picturesOf(recordings), [
    range(0, minute), range(minute, 2 * minute), range(2 * minute, 3 * minute), range(3 * minute, 3 * minute + 50),
  ]);
  const slices = recordings.store.finished();
  assert.deepEqual(slices.map(({ sliceIndex }) => sliceIndex), [0, 1, 2, 3]);
  slices.forEach((slice, i) => {
    const before = slices[i - 1];
    if (before) assert.equal(Date.parse(slice.startedAt), Date.parse(before.startedAt) + before.durationMillis);
  });
});

for (const k of [1, 2, 3]) {
  test(`with an overlap of ${k} the next slice begins with exactly the last ${k} GOPs of the one before`, async () => {
    const { recorder, recordings, play } = await takeInHand({ tuning: { sliceMinutes: 1, overlapGops: k } });
    recorder.record(lesson('a', 0, 45));
    await play(0, 2 * minute + 50);
    recorder.record(undefined);
    await play(2 * minute + 50, 2 * minute + 60);
    assert.deepEqual(await picturesOf(recordings), [
      range(0, minute), range(minute - 5 * k, 2 * minute), range(2 * minute - 5 * k, 2 * minute + 50),
    ]);
    const [report] = recordings.lessons.pending();
    assert.equal(report?.report.recordedMillis, (2 * minute + 50) * 200);
  });
}

test('without slices a lesson is one recording', async () => {
  const { recorder, recordings, play } = await takeInHand({ tuning: { sliceMinutes: 0, overlapGops: 2 } });
  recorder.record(lesson('a', 0, 45));
  await play(0, 3 * minute);
  recorder.record(undefined);
  await play(3 * minute, 3 * minute + 5);
  assert.deepEqual(await picturesOf(recordings), [range(0, 3 * minute)]);
});

test('lessons that touch share the GOP of their boundary', async () => {
  const { recorder, recordings, play } = await takeInHand();
  recorder.record(lesson('a', 0, 1));
  await play(0, 102);
  recorder.record(lesson('b', 1, 2));
  await play(102, 203);
  recorder.record(undefined);
  await play(203, 210);
  assert.deepEqual(await picturesOf(recordings), [range(0, 105), range(100, 205)]);
  assert.deepEqual(recordings.store.finished().map(({ lessonId }) => lessonId), [lesson('a', 0, 1).lessonId, lesson('b', 1, 2).lessonId]);
});

test('a lesson whose end is put off while it runs goes on in the same slice', async () => {
  const { recorder, recordings, play } = await takeInHand();
  recorder.record(lesson('a', 0, 1));
  await play(0, 50);
  recorder.record({ ...lesson('a', 0, 2), teacherId: 'teacher00001' });
  await play(50, 100);
  recorder.record(undefined);
  await play(100, 106);
  assert.deepEqual(await picturesOf(recordings), [range(0, 100)]);
  assert.equal(recordings.store.finished()[0]?.teacherId, 'teacher00001');
  assert.equal(recordings.lessons.pending()[0]?.report.plannedEnd, new Date(eight + 120_000).toISOString());
});

test('a source that is lost ends the slice; when it is back the lesson goes on, and the gap has its cause', async () => {
  const { recorder, recordings, play, bus, clock } = await takeInHand();
  recorder.record(lesson('a', 0, 1));
  await play(0, 50);
  bus.end();
  recorder.sourceLost('the camera hung up');
  await clock.advance(20_000);
  assert.equal(recorder.isRecording, false);
  bus.begin({ ...tracks });
  await play(0, 150);
  recorder.record(undefined);
  await play(150, 151);
  assert.deepEqual(await picturesOf(recordings), [range(0, 50), range(0, 150)]);
  const [pending] = recordings.lessons.pending();
  assert.deepEqual(pending?.report.gaps, [
    { from: new Date(eight + 10_000).toISOString(), to: new Date(eight + 30_000).toISOString(), cause: 'source-lost', detail: 'the camera hung up' },
  ]);
  assert.deepEqual([pending?.report.state, pending?.report.recordedMillis], ['over', 40_000]);
});

test('a new configuration in mid-stream begins a new slice at its keyframe', async () => {
  const { recorder, recordings, play, bus } = await takeInHand();
  recorder.record(lesson('a', 0, 1));
  await play(0, 20);
  bus.change({ ...tracks, video: { ...tracks.video!, width: 128, config: tracks.video!.config.with(3, 0x0b) } });
  await play(20, 40);
  bus.change({ ...tracks, video: { ...tracks.video!, width: 128, config: tracks.video!.config.with(3, 0x0b) } });
  await play(40, 60);
  recorder.record(undefined);
  await play(60, 61);
  assert.deepEqual(await picturesOf(recordings), [range(0, 20), range(20, 60)]);
  assert.deepEqual(recordings.store.finished().map(({ width }) => width), [64, 128]);
  assert.deepEqual(recordings.lessons.pending()[0]?.report.gaps.filter(({ cause }) => cause === 'source-lost'), []);
});

test('sound alone and pictures alone are recorded too', async () => {
  for (const { only, packets } of [
    { only: { audio: tracks.audio }, packets: (i: number) => soundUnder(i) },
    { only: { video: tracks.video }, packets: (i: number) => [numbered(i)] },
  ]) {
    const { recorder, recordings, bus, clock } = await takeInHand();
    bus.begin(only);
    recorder.record(lesson('a', 0, 1));
    for (let i = 0; i < 400; i++) {
      bus.publish(packets(i));
      await clock.advance(200);
    }
    recorder.record(undefined);
    bus.publish(packets(400));
    await clock.advance(1_000);
    const slices = recordings.store.finished();
    assert.deepEqual(slices.map(({ durationMillis }) => durationMillis), 'video' in only ? [60_000, 20_000] : [60_000, 19_800]);
    assert.deepEqual(slices.map(({ videoCodec, audioCodec }) => [videoCodec, audioCodec]), [
      ['video' in only ? 'h264' : null, 'audio' in only ? 'aac' : null], ['video' in only ? 'h264' : null, 'audio' in only ? 'aac' : null],
    ]);
    for (const { id } of slices) assert.ok((await standardBytes(recordings, id)).length > 1_000);
  }
});

test('times that repeat, fall a little or leap never make a broken file, and a leap begins a new slice', async () => {
  const { recorder, recordings, bus, clock } = await takeInHand();
  recorder.record(lesson('a', 0, 1));
  const times = [0, 200, 200, 190, 600, 800, 1_000, 900, 1_400, 1_600, 100_000, 100_200, 100_400, 100_600, 100_800, 101_000, 5, 205, 405];
  for (const [i, dts] of times.entries()) {
    bus.publish([{ ...numbered(i), dts, isKeyframe: [0, 5, 11, 15, 17].includes(i) }]);
    await clock.advance(200);
  }
  recorder.record(undefined);
  await clock.advance(20_000);
  assert.deepEqual(await picturesOf(recordings), [range(0, 10), range(11, 16), range(17, 19)]);
  for (const { startedAt, durationMillis } of recordings.store.finished()) {
    assert.ok(Date.parse(startedAt) >= eight && durationMillis < 5_000);
  }
});

test('a clock that is set while a lesson runs makes neither gap nor overlap', async () => {
  for (const step of [3_600_000, -3_600_000]) {
    const { recorder, recordings, play, day } = await takeInHand();
    recorder.record(lesson('a', 0, 3));
    await play(0, 100);
    day.stepMillis = step;
    await play(100, 2 * minute);
    day.stepMillis = 0;
    await play(2 * minute, 3 * minute);
    recorder.record(undefined);
    await play(3 * minute, 3 * minute + 1);
    const { report } = recordings.lessons.pending()[0]!;
    assert.deepEqual([report.recordedMillis, report.gaps], [180_000, []]);
    assert.deepEqual(recordings.store.finished().map(({ startedAt }) => Date.parse(startedAt) - eight), [0, 60_000, 120_000]);
  }
});

test('a lesson that is told late, and one that nobody goes on with, have gaps that say so', async () => {
  const { recorder, recordings, play } = await takeInHand();
  await play(0, 100);
  recorder.record(lesson('a', 0, 1));
  await play(100, 200);
  recorder.record(undefined);
  await play(200, 201);
  const { report } = recordings.lessons.pending()[0]!;
  assert.deepEqual(report.gaps.map(({ from, to, cause }) => [seconds(from), seconds(to), cause]), [
    // The ring had the second before the gather was told.
    [0, 19, 'late-start'], [40, 60, 'stopped'],
  ]);
});

test('a recording by hand that is ended by hand lacks nothing', async () => {
  const { recorder, recordings, play } = await takeInHand();
  await play(0, 5);
  const hand = { ...lesson('a', 0, 120), lessonId: 'hand-aaaaaaaaaaaa', kind: 'hand' as const, intervalId: null, plannedStart: eight + 1_000 };
  recorder.record(hand);
  await play(5, 100);
  recorder.record(undefined);
  await play(100, 101);
  const { report } = recordings.lessons.pending()[0]!;
  assert.deepEqual([report.state, report.gaps, report.recordedMillis, seconds(report.plannedEnd)], ['over', [], 20_000, 20]);
});

test('a lesson without any source is one gap', async () => {
  const { recorder, recordings, bus, clock } = await takeInHand();
  bus.end();
  recorder.sourceLost('no answer');
  recorder.record(lesson('a', 0, 1));
  recorder.sourceLost('no answer');
  await clock.advance(30_000);
  assert.deepEqual(recordings.lessons.pending()[0]?.report.gaps.map(({ cause, detail }) => [cause, detail]), [['source-lost', 'no answer']]);
  recorder.record(undefined);
  await clock.advance(60_000);
  assert.equal(recordings.lessons.pending()[0]?.report.state, 'over');
});

test('a full disk ends the recording cleanly and says so; with space again it goes on', async () => {
  const disk = createFakeDisk(30_000);
  const { recorder, recordings, play } = await takeInHand({ disk, reserveBytes: 8_000 });
  recorder.record(lesson('a', 0, 10));
  await play(0, 2 * minute);
  assert.equal(recorder.isRecording, false);
  assert.deepEqual(recordings.notices().map(({ code }) => code), ['disk-full']);
  assert.deepEqual(recordings.disks().map(({ isLow, isFull }) => [isLow, isFull]), [[true, true]]);
  const kept = (await picturesOf(recordings)).flat();
  assert.deepEqual(kept, range(0, kept.length));
  assert.ok(kept.length > minute / 2, String(kept.length));
  disk.capacityBytes = 10_000_000;
  await play(2 * minute, 3 * minute);
  recorder.record(undefined);
  await play(3 * minute, 3 * minute + 1);
  assert.equal((await picturesOf(recordings)).flat().at(-1), 3 * minute - 1);
  assert.ok(recordings.lessons.pending()[0]?.report.gaps.some(({ cause }) => cause === 'disk-full'));
});

test('a write that finds no space leaves every whole fragment, and the ring\'s GOP goes to another disk', async () => {
  const disk = createFakeDisk();
  const { recorder, recordings, play } = await takeInHand({ disk, folders: ['/disk/a', '/disk/b'] });
  recorder.record(lesson('a', 0, 10));
  await play(0, 100);
  disk.fullFolder = '/disk/a';
  await play(100, 104);
  await play(104, 150);
  recorder.record(undefined);
  await play(150, 160);
  assert.equal(recordings.store.finished().length, 1);
  disk.fullFolder = undefined;
  await play(160, 250);
  const pictures = await picturesOf(recordings);
  assert.equal(pictures.length, 2);
  const kept = new Set(pictures.flat());
  const missing = range(0, 150).filter((i) => !kept.has(i));
  assert.ok(missing.length < 5, `lost but for the fragment that found no space: ${missing.join(" ")}`);
});

test('a disk that refuses is left alone for some seconds, and what it holds is finished later', async () => {
  const disk = createFakeDisk();
  const { recorder, recordings, play } = await takeInHand({ disk });
  recorder.record(lesson('a', 0, 10));
  await play(0, 100);
  disk.refusal = 'EIO';
  const before = disk.operations;
  await play(100, 150);
  assert.ok(disk.operations - before < 60, String(disk.operations - before));
  assert.equal(recorder.isRecording, false);
  disk.refusal = undefined;
  await play(150, 250);
  recorder.record(undefined);
  await play(250, 320);
  const pictures = (await picturesOf(recordings)).flat();
  assert.deepEqual(pictures.slice(0, 95), range(0, 95));
  assert.equal(pictures.at(-1), 249);
  assert.equal(recordings.lessons.pending()[0]?.report.gaps[0]?.cause, 'failed');
});

test('the largest disk takes the next slice', async () => {
  const { recorder, recordings, play, disk } = await takeInHand({ folders: ['/disk/a', '/disk/b'] });
  const space = disk.space.bind(disk);
  let bigger = '/disk/b';
  disk.space = async (folder) => ({ ...(await space(folder)), freeBytes: folder === bigger ? 1e9 : 5e8 });
  await play(0, 30);
  recorder.record(lesson('a', 0, 10));
  await play(30, 200);
  bigger = '/disk/a';
  await play(200, 500);
  recorder.record(undefined);
  await play(500, 501);
  const media = disk.paths().filter((path) => path.endsWith('.mp4'));
  assert.deepEqual(media.map((path) => path.slice(0, 7)), ['/disk/b', '/disk/a']);
  assert.equal(recordings.store.finished().length, 2);
});

test('the standard file is the same bytes from any offset, has the checksum that is told, and goes when it is removed', async () => {
  const { recorder, recordings, play, disk } = await takeInHand();
  recorder.record(lesson('a', 0, 10));
  await play(0, 100);
  recorder.record(undefined);
  await play(100, 101);
  const [slice] = recordings.store.finished();
  const id = slice!.id;
  const whole = await standardBytes(recordings, id);
  const standard = await recordings.store.openStandard(id);
  assert.equal(standard.size, whole.length);
  assert.equal(await standard.sha256(), createHash('sha256').update(whole).digest('hex'));
  const keyframes = await standard.keyframes(3);
  assert.deepEqual(keyframes.map(({ millis }) => millis), [3_000, 10_000, 16_000]);
  await standard.close();
  for (const offset of [1, 700, whole.length - 30, whole.length]) {
    assert.deepEqual(Buffer.from(await standardBytes(recordings, id, offset)), Buffer.from(whole.subarray(offset)));
  }
  await recordings.store.remove(id);
  await recordings.store.remove(id);
  assert.deepEqual(disk.paths().filter((path) => path.startsWith('/disk')), []);
  await assert.rejects(recordings.store.openStandard(id), /no recording/);
  assert.equal(slice?.channelId, channelId);
});

test('few bytes are written beside the media', async () => {
  const { recorder, recordings, bus, clock, disk } = await takeInHand();
  recorder.record(lesson('a', 0, 10));
  let media = 0;
  for (let i = 0; i < 200; i++) {
    const data = new Uint8Array(25_000).fill(0x41);
    new DataView(data.buffer).setUint32(0, data.length - 4);
    media += data.length;
    bus.publish([{ ...numbered(i), data }]);
    await clock.advance(200);
  }
  recorder.record(undefined);
  await clock.advance(20_000);
  assert.equal(recordings.store.finished().length, 1);
  const { writtenBytes } = disk;
  assert.ok(writtenBytes / media < 1.01, String(writtenBytes / media));
});
