// Recordings as people see them: rows with the names around them.
import { type ArchivedRecording, type Recording, mediaPaths } from '@lubo/contract';
import type { Db } from '../db/tables.ts';

/** The recordings of these ids, in the same order; those that are gone are left out. */
export async function readRecordings(db: Db, ids: readonly string[]): Promise<ArchivedRecording[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('recordings')
    .leftJoin('subjects', 'subjects.id', 'recordings.subject_id')
    .leftJoin('teachers', 'teachers.id', 'recordings.teacher_id')
    .leftJoin('grades', 'grades.id', 'recordings.grade_id')
    .leftJoin('schools', 'schools.id', 'recordings.school_id')
    .selectAll('recordings')
    .select(['subjects.name as subject', 'teachers.name as teacher', 'grades.stage', 'grades.name as grade', 'schools.name as school'])
    .where('recordings.id', 'in', ids)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [viewOf(row)];
  });

  function viewOf(row: (typeof rows)[number]): ArchivedRecording {
    return {
      id: row.id,
      channelId: row.channel_id,
      lessonId: row.lesson_id,
      sliceIndex: row.slice_index,
      subjectId: row.subject_id,
      subjectName: row.subject ?? '',
      teacherId: row.teacher_id,
      teacherName: row.teacher ?? '',
      gradeId: row.grade_id,
      gradeName: `${row.stage ?? ''}${row.grade ?? ''}`,
      schoolId: row.school_id,
      schoolName: row.school ?? '',
      className: row.class_name,
      startedAt: row.started_at,
      durationMillis: row.duration_millis,
      width: row.width,
      height: row.height,
      codecs: row.codecs,
      plays: row.play_count,
      ...(row.poster_at === null ? {} : { posterUrl: pictureUrl('poster', row.id) }),
      ...(row.poster_at === null || row.poster_widths === '' ? {} : { posterWidths: row.poster_widths.split(',').map(Number) }),
      kind: row.kind,
      gatherId: row.gather_id,
      size: row.size,
      volumeId: row.volume_id,
      storedAt: row.stored_at,
      sha256: row.sha256,
      isKept: row.is_kept === 1,
      deletedAt: row.deleted_at,
      deletedBy: row.deleted_by,
    };
  }
}

/** Address of a recording's picture; one that is there never changes. */
export function pictureUrl(kind: 'poster' | 'thumbnails', id: string): string {
  return mediaPaths[kind].replace(':id', id);
}

/** What anyone may see of it. */
export function publicView(recording: ArchivedRecording): Recording {
  const { kind: _kind, gatherId: _gather, size: _size, volumeId: _volume, storedAt: _stored, sha256: _sha256, isKept: _kept, deletedAt: _at, deletedBy: _by, ...rest } = recording;
  return rest;
}
