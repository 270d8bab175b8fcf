// Waiting in tests for what comes over real sockets.
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves once `isTrue` is; rejects after 10 s, naming what was waited for. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(5);
  }
}
