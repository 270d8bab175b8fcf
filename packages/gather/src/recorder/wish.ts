// What a channel should record at a moment, as the timetable or a person at the site wants it.

/** A lesson to be recorded. Moments in ms since 1970. */
export type RecordWish = {
  /** As the contract's LessonId. */
  lessonId: string;
  kind: 'planned' | 'hand';
  intervalId: string | null;
  subjectId: string | null;
  teacherId: string | null;
  plannedStart: number;
  plannedEnd: number;
};
