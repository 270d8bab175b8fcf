// Titles of teachers from the highest, as the contract has them.
import type { TeacherTitle } from '@lubo/contract';

export const teacherTitles: readonly TeacherTitle[] = ['full-senior', 'senior', 'first', 'second', 'third'];
