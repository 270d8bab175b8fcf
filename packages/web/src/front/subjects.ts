// The subjects of the navigation, read once for all pages and anew when one changes.
import { routes } from '@lubo/contract';
import type { Subject } from '@lubo/contract';
import { shallowRef } from 'vue';
import { atHand, call } from '../api.ts';
import { listen } from '../events.ts';

/** In the navigation's order; `undefined` until they are known. */
export const subjects = shallowRef<readonly Subject[] | undefined>(atHand(routes.listSubjects)?.rows);

/** How many stand in the navigation itself; the rest are under "more". */
export const shownSubjects = 6;

let reading: Promise<void> | undefined;

/** Takes them from a page that has them. */
export function takeSubjects(known: readonly Subject[]): void {
  subjects.value = known;
}

/** Reads them unless they are known. */
export function needSubjects(): Promise<void> {
  return subjects.value === undefined ? readSubjects() : Promise.resolve();
}

/** Reads them anew when an administrator has changed them, until the returned function is called. */
export function followSubjects(): () => void {
  return listen({ onGap: () => {}, on: { catalog: ({ of }) => of === 'subjects' && void readSubjects() } });
}

function readSubjects(): Promise<void> {
  reading ??= call(routes.listSubjects)
    .then(({ rows }) => takeSubjects(rows))
    .catch(() => {})
    .finally(() => (reading = undefined));
  return reading;
}
