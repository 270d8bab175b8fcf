// Recording killed at every fifth operation of the disk, without and with loss of power: what was recorded is there afterwards.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFakeClock } from '../fake-clock.ts';
import { range, tracks } from '../fake-units.ts';
import { type FakeDisk, createFakeDisk } from './fake-disk.ts';
import { eight, lesson, picturesOf, takeInHand } from './fake-recording.ts';

const end = 640;

/** Numbers in [0, 1), the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Records two lessons until the process is dead; answers how many pictures it was given by then. */
async function record(disk: FakeDisk): Promise<{ given: number; operations: number }> {
  let given = 0;
  const hand = await takeInHand({ disk, tuning: { sliceMinutes: 1, overlapGops: 0 } }).catch(() => undefined);
  if (hand === undefined) return { given, operations: disk.operations };
  hand.recorder.record(lesson('a', 0, 1.5));
  for (; given < end && disk.operations < disk.killAt; given++) {
    if (given === 452) hand.recorder.record(lesson('b', 1.5, 3));
    await hand.play(given, given + 1);
  }
  return { given, operations: disk.operations };
}

type Crash = { killAt: number; powerSeed?: number };

async function crash({ killAt, powerSeed }: Crash): Promise<number> {
  const disk = createFakeDisk();
  disk.killAt = killAt;
  const { given, operations } = await record(disk);
  if (powerSeed === undefined) disk.restart();
  else disk.losePower(seeded(powerSeed));
  const clock = createFakeClock();
  await clock.advance(given * 200 + 5_000);
  const hand = await takeInHand({ disk, clock });
  assert.deepEqual(disk.paths().filter((path) => path.includes('aside')), [], 'something lost its journal');
  const slices = await picturesOf(hand.recordings);
  const kept = [...new Set(slices.flat())].sort((a, b) => a - b);
  assert.deepEqual(kept, range(0, kept.length), 'pictures are missing in the middle');
  for (const slice of slices) assert.deepEqual(slice, range(slice[0] ?? 0, (slice[0] ?? 0) + slice.length));
  const lost = (given - kept.length) / 5;
  assert.ok(lost <= 1.2, `${lost} s are lost`);
  const { report } = hand.recordings.lessons.pending()[0] ?? {};
  if (kept.length > 0) assert.ok(report, 'the lesson is forgotten');
  await goOn(hand, killAt);
  return operations;
}

/** The gather goes on with the lesson after its restart; the account is right in the end. */
async function goOn({ recorder, recordings, bus, play, clock }: Awaited<ReturnType<typeof takeInHand>>, killAt: number): Promise<void> {
  if (clock.now() > 80_000) return;
  bus.begin({ ...tracks });
  recorder.record(lesson('a', 0, 1.5));
  await play(0, 10);
  recorder.record(undefined);
  await play(10, 11);
  const { report } = recordings.lessons.pending().find(({ report: { id } }) => id === lesson('a', 0, 1.5).lessonId)!;
  const recorded = recordings.store.finished().reduce((sum, { durationMillis }) => sum + durationMillis, 0);
  assert.ok(Math.abs(report.recordedMillis - recorded) <= 1, `${report.recordedMillis} ms are counted, ${recorded} are there`);
  assert.deepEqual([...report.recordingIds].sort(), recordings.store.finished().map(({ id }) => id).sort());
  assert.equal(new Set(recordings.store.finished().map(({ sliceIndex }) => sliceIndex)).size, report.recordingIds.length);
  const missing = report.gaps.reduce((sum, { from, to }) => sum + Date.parse(to) - Date.parse(from), 0);
  assert.ok(Math.abs(missing + report.recordedMillis - 90_000) <= 1_500, `${missing} ms are missing, ${report.recordedMillis} recorded`);
  assert.ok(report.gaps.some(({ cause }) => cause === 'gather-down'), `${killAt}: ${JSON.stringify(report.gaps)}`);
  assert.ok(Date.parse(report.plannedEnd) > eight);
}

describe('a gather that dies while it records', async () => {
  const operations = await crash({ killAt: Infinity });

  it('does many operations', () => assert.ok(operations > 250, String(operations)));

  it('has lost no more than the last second, wherever it is killed', async () => {
    for (let killAt = 1; killAt <= operations; killAt += 5) await labelled({ killAt });
  });

  it('has lost no more than the last second, wherever the power goes', async () => {
    for (let killAt = 3; killAt <= operations; killAt += 5) await labelled({ killAt, powerSeed: killAt });
  });
});

async function labelled(story: Crash): Promise<void> {
  try {
    await crash(story);
  } catch (error) {
    throw new Error(JSON.stringify(story), { cause: error });
  }
}
