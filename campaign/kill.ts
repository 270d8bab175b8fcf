// Kills a gather that records, again and again at seeded random moments, and says what each kill has cost. One JSON line a kill.
//
//   npm run campaign:kill -- [--kills 100] [--seed 1]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { killOnce } from '../test/e2e/record/kill-once.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } } });
const folder = mkdtempSync(join(tmpdir(), 'lubo-campaign-'));
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const lost: number[] = [];
let bad = 0;
try {
  for (let n = 0; n < Number(values.kills); n++) {
    const seed = Number(values.seed) + n;
    const dataDir = join(folder, String(seed));
    const kill = await killOnce(dataDir, seed);
    rmSync(dataDir, { recursive: true });
    const lostMillis = kill.lostMillis.map(Math.round);
    lost.push(...lostMillis);
    if (kill.faults.length > 0 || lostMillis.some((millis) => millis > 1_000)) bad += 1;
    say({ seed, ...kill, lostMillis });
  }
} finally {
  rmSync(folder, { recursive: true });
}
const sorted = lost.toSorted((a, b) => a - b);
say({ kills: Number(values.kills), bad, medianLostMillis: sorted[Math.floor(sorted.length / 2)], mostLostMillis: sorted.at(-1) });
process.exit(bad === 0 ? 0 : 1);
