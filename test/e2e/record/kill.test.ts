// Real processes that record a real clip are killed at seeded random moments: at most the last second is lost, every file plays.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasFfmpeg } from './recorded.ts';
import { killOnce } from './kill-once.ts';

// `npm run campaign:kill` kills a hundred times.
const kills = 10;

test(`${kills} kills lose at most a second each and leave only files that play`, { skip: !hasFfmpeg && 'there is no ffmpeg', timeout: kills * 30_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-kill-'));
  try {
    for (let seed = 1; seed <= kills; seed++) {
      const { lostMillis, files, faults } = await killOnce(join(folder, String(seed)), seed);
      assert.equal(files, 2);
      assert.deepEqual(faults, [], `kill ${seed}`);
      for (const lost of lostMillis) assert.ok(lost <= 1_000, `kill ${seed}: ${lost} ms are lost`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
