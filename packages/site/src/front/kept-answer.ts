// An answer kept for a moment: whoever asks gets what is there, one reading at a time makes it anew, a change makes it old at once.
import type { Clock } from '../time.ts';

export type KeptAnswer<T> = {
  /** What is kept, or a fresh reading. While one that has only grown old is read anew, others get the old one. */
  get(): Promise<T>;
  /** Something has changed: nobody gets what was read before. */
  forget(): void;
};

/** Keeps what `read` gives for `millis`. A reading that fails is not kept. */
export function keepAnswer<T>(clock: Pick<Clock, 'elapsed'>, millis: number, read: () => Promise<T>): KeptAnswer<T> {
  let kept: { value: T; readAt: number } | undefined;
  let reading: Promise<T> | undefined;

  const readAnew = (): Promise<T> => {
    const mine: Promise<T> = read().then(
      (value) => {
        if (reading === mine) kept = { value, readAt: clock.elapsed() };
        return value;
      },
    );
    reading = mine;
    const end = (): void => {
      if (reading === mine) reading = undefined;
    };
    mine.then(end, end);
    return mine;
  };

  return {
    async get() {
      if (kept === undefined) return reading ?? readAnew();
      // What is old is still shown: whoever reads it anew does it for the next one.
      if (clock.elapsed() - kept.readAt >= millis && reading === undefined) readAnew().catch(() => {});
      return kept.value;
    },
    forget() {
      kept = undefined;
      reading = undefined;
    },
  };
}

/** Kept answers by key, the `most` asked for last. */
export type KeptAnswers<T> = { get(key: string): Promise<T>; forget(): void };

/** Keeps what `read` gives for each key. */
export function keepAnswers<T>(clock: Pick<Clock, 'elapsed'>, millis: number, most: number, read: (key: string) => Promise<T>): KeptAnswers<T> {
  const byKey = new Map<string, { answer: KeptAnswer<T>; usedAt: number }>();
  return {
    async get(key) {
      const now = clock.elapsed();
      const known = byKey.get(key);
      // Long after it was last asked for nobody wants what it was then.
      const answer = known !== undefined && now - known.usedAt < 4 * millis ? known.answer : keepAnswer(clock, millis, () => read(key));
      byKey.delete(key);
      byKey.set(key, { answer, usedAt: now });
      const [oldest] = byKey.keys();
      if (byKey.size > most && oldest !== undefined) byKey.delete(oldest);
      try {
        return await answer.get();
      } catch (error) {
        if (byKey.get(key)?.answer === answer) byKey.delete(key);
        throw error;
      }
    },
    forget: () => byKey.clear(),
  };
}
