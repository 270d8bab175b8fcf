// What a sign-in service tells of a person, in a form that fits the tables; services send anything.
import { AppError } from '@lubo/contract';

/** Who came from a service. */
export type Profile = {
  /** Who it is there, the preferred form first: any that is known is the same person. */
  subjects: [string, ...string[]];
  name: string;
  pictureUrl: string | undefined;
  /** Empty when the service tells none. */
  region: string;
};

/** A name without control characters, at most 64 characters; `undefined` when nothing is left. */
export function plainName(given: unknown): string | undefined {
  if (typeof given !== 'string') return undefined;
  // By code points: half an emoji is no character.
  const name = Array.from(given.slice(0, 256).replace(/\p{Cc}/gu, ' ').trim()).slice(0, 32).join('').trim();
  return name === '' ? undefined : name;
}

/** An address of a picture that a page may load. */
export function pictureOf(given: unknown): string | undefined {
  if (typeof given !== 'string' || given.length > 1024 || !URL.canParse(given)) return undefined;
  return /^https?:$/.test(new URL(given).protocol) ? given : undefined;
}

/** Country, province, city: what there is of them. */
export function regionOf(...parts: unknown[]): string {
  return [...new Set(parts.map(plainName).filter((part) => part !== undefined))].join(' ').slice(0, 128);
}

/** The person, or the service for them, said no. */
export function declined(): AppError {
  return new AppError('denied', 'sign-in-declined', 'The sign-in was declined.');
}

/** The code or the whole attempt is too old, used already, or another browser's. */
export function expired(cause?: unknown): AppError {
  return new AppError('gone', 'sign-in-expired', 'This sign-in has expired, was used already, or was begun in another browser; begin again.', { cause });
}

/** The service does not answer as it should. */
export function unreachable(what: string, cause?: unknown): AppError {
  return new AppError('unavailable', 'sign-in-service-unreachable', `${what} does not answer; try again.`, { cause, retryAfterSeconds: 10 });
}

/** The service refuses this site: its settings are wrong. `why` is the service's own word. */
export function refused(what: string, why: string, cause?: unknown): AppError {
  return new AppError('unavailable', 'sign-in-service-refused', `${what} refuses this site: ${why}. An administrator must check the settings.`, { cause });
}
