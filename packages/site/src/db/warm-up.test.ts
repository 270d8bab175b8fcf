import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { clockInHand } from '../testing/clock-in-hand.ts';
import { temporaryFolder } from '../testing/site-in-hand.ts';
import { systemClock } from '../time.ts';
import { databaseFile } from './sqlite.ts';
import { startWarming } from './warm-up.ts';

const megabyte = 1024 * 1024;

function folderWith(t: TestContext, bytes: number): string {
  const dir = temporaryFolder(t);
  writeFileSync(databaseFile(dir), '');
  truncateSync(databaseFile(dir), bytes);
  return dir;
}

const unexpected = (error: unknown): void => {
  throw error;
};

test('the whole database is read, of one too large its end within the limit', async (t) => {
  const dir = folderWith(t, 3 * megabyte + 5);
  const deps = { clock: systemClock, onFault: unexpected };
  assert.equal(await startWarming(dir, deps).done, 3 * megabyte + 5);
  assert.equal(await startWarming(dir, { ...deps, limitBytes: megabyte + 7 }).done, megabyte + 7);
  assert.equal(await startWarming(folderWith(t, 0), deps).done, 0);
});

test('reading leaves the disk to others in between, and ends when it is told', async (t) => {
  const pausing = Promise.withResolvers<void>();
  // Its time stands still: the pause after the first megabyte lasts until the end.
  const after = (): (() => void) => {
    pausing.resolve();
    return () => {};
  };
  const warmUp = startWarming(folderWith(t, 3 * megabyte), { clock: { ...clockInHand(), after }, onFault: unexpected });
  await pausing.promise;
  assert.equal(await warmUp.stop(), megabyte);
});

test('a file that can not be read is told and stops nothing', async (t) => {
  const faults: unknown[] = [];
  const warmUp = startWarming(temporaryFolder(t), { clock: systemClock, onFault: (error) => faults.push(error) });
  assert.equal(await warmUp.done, 0);
  assert.equal((faults[0] as NodeJS.ErrnoException).code, 'ENOENT');
});
