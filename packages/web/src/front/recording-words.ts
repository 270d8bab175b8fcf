// How a recording is named on pages. Pure.
import type { Recording } from '@lubo/contract';

type Named = Pick<Recording, 'subjectName' | 'teacherName' | 'className' | 'schoolName' | 'gradeName'>;

/** Subject and teacher; the class where neither is known. */
export function titleOf({ subjectName, teacherName, className }: Named): string {
  return joined([subjectName, teacherName]) || className;
}

/** Class and school, without what the title says already. */
export function placeOf(recording: Named): string {
  const { className, schoolName, gradeName } = recording;
  return joined([className === titleOf(recording) ? '' : className, schoolName, gradeName]);
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
