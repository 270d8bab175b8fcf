// Who is signed in: read at the start, changed by sign-in, set-up and sign-out, forgotten when the 24 hours are over.
import { routes } from '@lubo/contract';
import type { Person, Session } from '@lubo/contract';
import { reactive, readonly } from 'vue';
import { call, whenSignedOut } from '../api.ts';

const state = reactive<{ person: Person | undefined; isKnown: boolean }>({ person: undefined, isKnown: false });
let ending: ReturnType<typeof setTimeout> | undefined;
let tellKnown = (): void => {};
const known = new Promise<void>((resolve) => (tellKnown = resolve));

/** `isKnown` once the site has told; `person` while somebody is signed in. */
export const session = readonly(state);

/** Resolves once the site has told who is signed in, or has not answered. */
export function whenSessionIsKnown(): Promise<void> {
  return known;
}

// A call was refused for want of a session: it ended elsewhere.
whenSignedOut(() => take(null));

/** Asks the site who is signed in. */
export async function readSession(): Promise<void> {
  const answer = await call(routes.getSession).catch(() => ({ session: null }));
  take(answer.session);
}

/** Signs in with a local account; rejects with `ApiProblem`. */
export async function signIn(name: string, password: string): Promise<void> {
  take(await call(routes.signIn, { body: { name, password } }));
}

/** Makes the first administrator and signs in; rejects with `ApiProblem`. */
export async function setUp(code: string, name: string, password: string): Promise<void> {
  take(await call(routes.setUp, { body: { code, name, password } }));
}

/** Takes over a session that began in another way than by a password. */
export function adoptSession(next: Session): void {
  take(next);
}

/** The own name or picture has changed. */
export function renameSession(person: Person): void {
  if (state.person?.id === person.id) state.person = person;
}

/** Ends all sessions of this person, here and on every other device. */
export async function signOutEverywhere(): Promise<void> {
  await call(routes.signOutEverywhere);
  take(null);
}

/** Ends the session here and on the site. */
export async function signOut(): Promise<void> {
  await call(routes.signOut);
  take(null);
}

function take(next: Session | null): void {
  clearTimeout(ending);
  state.person = next?.person;
  state.isKnown = true;
  tellKnown();
  if (next === null) return;
  const leftMs = Date.parse(next.expiresAt) - Date.now();
  // A timer holds at most 2^31 ms.
  if (leftMs > 0 && leftMs < 2 ** 31) ending = setTimeout(() => take(null), leftMs);
}
