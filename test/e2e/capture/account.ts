// What has become of a lesson: its recordings as anyone can fetch them from the site, decoded, against the account that the site gives.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArchivedRecording, Gap, Lesson, LessonRecording, PlayInfo } from '@lubo/contract';
import { eventually } from '../installation.ts';
import { faultsOf } from '../record/recorded.ts';
import { type NumberedClip, missingIn, pictureMillis } from './clip.ts';
import type { TestSite } from './stand.ts';

export type Account = {
  lesson: Lesson;
  /** By their start. */
  recordings: ArchivedRecording[];
  /** What is wrong, a sentence each: unplayable, doubled, or numbers that do not agree. */
  faults: string[];
  /** Pictures of the clip that are missing within and between the recordings; where there is no clip, 0. */
  missing: number;
  /** Each recording's pictures by their numbers. */
  numbers: number[][];
};

/** A keyframe may come a second after a moment, and what lies within a second of its neighbour is no gap. */
const toleranceMillis = 1_300;
/** The site tells whole seconds. */
const toldSeconds = 0.7;

type ToldLesson = Lesson & { recordings: LessonRecording[] };

/**
 * Waits until a lesson is over and as much of it is on the site as its gather has recorded, then judges it. What does not come within
 * `seconds` is judged as it is: it lacks something.
 */
export async function accountOf(site: TestSite, lessonId: string, clip?: NumberedClip, seconds = 90): Promise<Account> {
  let lesson: ToldLesson | undefined;
  await eventually(`lesson ${lessonId} is over and on the site`, seconds, async () => {
    lesson = await site.call<ToldLesson>('GET', `/api/lessons/${lessonId}`);
    const { state, recordings, recordedSeconds } = lesson;
    const stored = recordings.reduce((sum, { durationMillis }) => sum + durationMillis, 0) / 1000;
    return state !== 'recording' && state !== 'planned' && Math.abs(stored - recordedSeconds) < toldSeconds;
  }).catch((error: unknown) => {
    if (lesson === undefined) throw error;
  });
  if (lesson === undefined) throw new Error(`the site knows no lesson ${lessonId}`);
  return judge(site, lesson, clip);
}

async function judge(site: TestSite, lesson: ToldLesson, clip: NumberedClip | undefined): Promise<Account> {
  const { rows } = await site.call<{ rows: ArchivedRecording[] }>('GET', `/api/archive?lessonId=${lesson.id}&sort=startedAt&pageSize=100`);
  const told = lesson.recordings.map(({ id }) => id).toSorted().join();
  const faults = rows.map(({ id }) => id).toSorted().join() === told ? [] : [`the lesson has recordings ${told}, the archive others`];
  faults.push(...spanFaults(lesson, rows));
  const folder = mkdtempSync(join(tmpdir(), 'lubo-account-'));
  try {
    const numbers: number[][] = [];
    for (const recording of rows) {
      const path = join(folder, `${recording.id}.mp4`);
      faults.push(...(await fetchTo(site, recording, path)));
      const fault = faultsOf(path);
      if (fault !== '') faults.push(`${recording.id}: ${fault}`);
      if (clip !== undefined) numbers.push(clip.numbersIn(path));
    }
    faults.push(...numbers.flatMap((each, i) => countFaults(each.length, rows[i])));
    return { lesson, recordings: rows, faults, missing: missingIn(numbers), numbers };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function fetchTo(site: TestSite, { id, size, sha256 }: ArchivedRecording, path: string): Promise<string[]> {
  const { videoUrl } = await site.call<PlayInfo>('GET', `/api/recordings/${id}/play`);
  const bytes = Buffer.from(await (await fetch(new URL(videoUrl, site.url))).arrayBuffer());
  writeFileSync(path, bytes);
  if (bytes.length !== size) return [`${id} has ${bytes.length} bytes, not ${size}`];
  return createHash('sha256').update(bytes).digest('hex') === sha256 ? [] : [`${id} has not the checksum that the site says`];
}

/** Pictures against duration: a recording has what it says. */
function countFaults(pictures: number, recording: ArchivedRecording | undefined): string[] {
  const millis = recording?.durationMillis ?? 0;
  return Math.abs(pictures * pictureMillis - millis) <= 100 ? [] : [`${recording?.id} has ${pictures} pictures in ${millis} ms`];
}

type Span = { from: number; to: number };

/** Recorded spans and gaps make up the lesson; none is there twice; the sum is what the site says. */
function spanFaults(lesson: Lesson, rows: readonly ArchivedRecording[]): string[] {
  const faults: string[] = [];
  const spans = rows.map(({ startedAt, durationMillis }): Span => ({ from: Date.parse(startedAt), to: Date.parse(startedAt) + durationMillis }));
  const indexes = new Set(rows.map(({ sliceIndex }) => sliceIndex));
  if (indexes.size !== rows.length) faults.push('two recordings are the same slice of the lesson');
  for (const [i, span] of spans.entries()) if (i > 0 && span.from < (spans[i - 1]?.to ?? 0) - 100) faults.push(`recording ${i} begins before the one before it ends`);
  const recorded = spans.reduce((sum, { from, to }) => sum + to - from, 0) / 1000;
  if (Math.abs(recorded - lesson.recordedSeconds) > toldSeconds) faults.push(`${recorded} s are stored, the lesson says ${lesson.recordedSeconds} s`);
  const gaps = lesson.gaps.map((gap: Gap): Span => ({ from: Date.parse(gap.from), to: Date.parse(gap.to) }));
  for (const gap of gaps) for (const span of spans) if (Math.min(gap.to, span.to) - Math.max(gap.from, span.from) > 100) faults.push(`the gap at ${new Date(gap.from).toISOString()} was recorded`);
  let at = Date.parse(lesson.plannedStart);
  const end = Date.parse(lesson.plannedEnd);
  for (const { from, to } of [...spans, ...gaps].toSorted((a, b) => a.from - b.from)) {
    if (from - at > toleranceMillis) faults.push(`${from - at} ms before ${new Date(from).toISOString()} are neither recorded nor missing`);
    at = Math.max(at, to);
  }
  if (end - at > toleranceMillis) faults.push(`${end - at} ms before the end are neither recorded nor missing`);
  return faults;
}

/** Whether all recordings that the site has of a channel belong to these lessons: how many there are beside them. */
export async function strayRecordings(site: TestSite, channelId: string, lessonIds: readonly string[]): Promise<number> {
  const { rows } = await site.call<{ rows: ArchivedRecording[] }>('GET', `/api/archive?channelId=${channelId}&pageSize=100`);
  return rows.filter(({ lessonId }) => !lessonIds.includes(lessonId)).length;
}
