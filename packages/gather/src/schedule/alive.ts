// When this gather was last alive, kept on disk: after a start it tells which lessons passed while nobody was there.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';

/** How often the sign of life is written, in ms: a lesson that begins in that time and is lost with the gather is noted once more. */
export const aliveMillis = 15_000;

export type Alive = {
  /** Moment (ms since 1970) of the last sign of the life before; `undefined`: there is none. */
  readonly before: number | undefined;
  /** Signs begin; the state before has been looked at. */
  begin(): void;
  stop(): Promise<void>;
};

export type AliveOptions = { folder: string; clock: Clock; wall(): number; log: Logger };

/** Reads the last sign in `folder`. */
export async function openAlive({ folder, clock, wall, log }: AliveOptions): Promise<Alive> {
  const path = join(folder, 'alive.json');
  const before = await readSign(path);
  let cancel: (() => void) | undefined;
  let writing = Promise.resolve();
  const sign = (): void => {
    const now = wall();
    writing = writing
      .then(() => writeSign(path, now))
      .catch((error: unknown) => log.warn({ reason: (error as Error).message }, 'the sign of life can not be written'));
    cancel = clock.after(aliveMillis, sign);
  };
  return {
    before,
    begin: sign,
    async stop() {
      cancel?.();
      await writing;
    },
  };
}

async function readSign(path: string): Promise<number | undefined> {
  try {
    const { aliveAt } = JSON.parse(await readFile(path, 'utf8')) as { aliveAt?: unknown };
    return typeof aliveAt === 'string' && !Number.isNaN(Date.parse(aliveAt)) ? Date.parse(aliveAt) : undefined;
  } catch {
    return undefined;
  }
}

async function writeSign(path: string, now: number): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify({ aliveAt: new Date(now).toISOString() }), { mode: 0o600 });
  await rename(`${path}.new`, path);
}
