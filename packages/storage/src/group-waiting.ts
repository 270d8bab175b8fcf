// Waiting among volumes: one choice at a time, answers within a bound, and whether a source has been read from.
import { storageAway } from './faults.ts';
import type { Content } from './store.ts';

/** Runs works one after the other, each when the one before has settled. */
export function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}

/** The answer, or `storage-away` after `millis`: a disk behind a dead network never answers. */
export async function inTime<T>(work: Promise<T>, millis: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(storageAway('the volume does not answer')), millis);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The same content, and whether any of it has been asked for. */
export function trackContent(content: Content): { content: Content; isTouched(): boolean } {
  let touched = false;
  return {
    isTouched: () => touched,
    content: {
      [Symbol.asyncIterator]() {
        touched = true;
        return content[Symbol.asyncIterator]();
      },
    },
  };
}
