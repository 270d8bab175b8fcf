// Who may see the administration: administrators. Others are led on, nobody sees a page that will not work.
import type { Person } from '@lubo/contract';
import type { RouteLocationNormalized, RouteLocationRaw } from 'vue-router';

/** Where a visitor of an admin page goes instead; `undefined` when they may stay. */
export function detour(person: Pick<Person, 'role'> | undefined, to: Pick<RouteLocationNormalized, 'fullPath'>): RouteLocationRaw | undefined {
  if (person === undefined) return { path: '/sign-in', query: { next: to.fullPath } };
  return person.role === 'admin' ? undefined : { path: '/' };
}
