// The sign of life on a real disk.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { createFakeClock } from '../fake-clock.ts';
import { aliveMillis, openAlive } from './alive.ts';

test('the last sign is found after a restart; a damaged one is none', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lubo-alive-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, 'gather');
  const clock = createFakeClock();
  const options = { folder, clock, wall: () => 1_000_000 + clock.now(), log: pino({ level: 'silent' }) };
  const first = await openAlive(options);
  assert.equal(first.before, undefined);
  first.begin();
  await clock.advance(2 * aliveMillis + 1);
  await first.stop();
  assert.equal((await openAlive(options)).before, 1_000_000 + 2 * aliveMillis);
  writeFileSync(join(folder, 'alive.json'), '{"aliveAt":"yester');
  assert.equal((await openAlive(options)).before, undefined);
});
