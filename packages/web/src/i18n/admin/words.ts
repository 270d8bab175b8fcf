// All words of the administration, loaded with it: each room has a file of its own that holds both languages.
import type { Language } from '@lubo/contract/language';
import { capture } from './capture.ts';
import { choose, deleting, field, frame, problem, usage } from './frame.ts';
import { people, tokens } from './people.ts';
import { grade, order, school, site, subject, teacher } from './school.ts';
import { audit, signIn } from './security.ts';
import { lesson, timetable } from './timetable.ts';

const rooms = { frame, choose, delete: deleting, usage, field, problem, school, order, subject, grade, teacher, site, timetable, lesson, people, tokens, signIn, audit };

type Tree = { [key: string]: string | Tree };

/** The words in one language: `admin.<room>.<key>`. */
export function adminWords(language: Language): { admin: Tree } {
  const entries = Object.entries({ ...rooms, ...capture }).map(([room, words]): [string, Tree] => [room, words[language]]);
  return { admin: Object.fromEntries(entries) };
}
