// A recording with what is watched after it: the next slice or lesson first, then what is most like it, newest first.
import { type Recording, type WatchPage, relatedSize } from '@lubo/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../db/tables.ts';
import { newestOf, readRuns } from './home.ts';

/** What surrounds `recording`. Each run is led by an index and ends after a few rows, however many there are. */
export async function readWatchPage(db: Db, recording: Recording): Promise<WatchPage> {
  const { id, subjectId, teacherId, channelId, className } = recording;
  const one = relatedSize + 1;
  const known = (column: string, value: string | null): RawBuilder<unknown>[] =>
    value === null || value === '' ? [] : [newestOf(sql`${sql.ref(column)} = ${value} and deleted_at is null`, one)];
  const runs = [
    nextSlice(recording),
    ...(channelId === null ? [] : [nextLesson(recording, channelId)]),
    ...known('teacher_id', teacherId),
    ...known('class_name', className),
    ...known('subject_id', subjectId),
    newestOf(sql`deleted_at is null`, one),
  ];
  const found = await readRuns(db, runs);
  const follows = found.slice(0, channelId === null ? 1 : 2).flat();
  const [next] = follows;
  const others = found.slice(channelId === null ? 1 : 2);
  // Of the teacher's and the class's, those of the subject are nearer.
  const near = others.flat();
  const sameSubject = subjectId === null ? [] : near.filter((each) => each.subjectId === subjectId);
  const related = unique([...(next === undefined ? [] : [next]), ...sameSubject, ...near]).filter((each) => each.id !== id);
  return { recording, ...(next === undefined ? {} : { next }), related: related.slice(0, relatedSize) };
}

function unique(recordings: readonly Recording[]): Recording[] {
  const byId = new Map<string, Recording>();
  for (const each of recordings) if (!byId.has(each.id)) byId.set(each.id, each);
  return [...byId.values()];
}

function nextSlice({ lessonId, sliceIndex }: Recording): RawBuilder<unknown> {
  return sql`select id from recordings where lesson_id = ${lessonId} and deleted_at is null and slice_index > ${sliceIndex} order by slice_index, id limit 1`;
}

function nextLesson({ subjectId, startedAt, lessonId }: Recording, channelId: string): RawBuilder<unknown> {
  const ofSubject = subjectId === null ? sql`subject_id is null` : sql`coalesce(subject_id, '') = ${subjectId}`;
  return sql`select id from recordings where channel_id = ${channelId} and deleted_at is null and started_at > ${startedAt} and lesson_id <> ${lessonId} and ${ofSubject} order by started_at, id limit 1`;
}
