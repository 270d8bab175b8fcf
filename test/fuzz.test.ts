// The short form of `npm run fuzz`: every past finding again, and a seeded campaign against each parser.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { campaign, faultOf } from '../fuzz/campaign.ts';
import { mutate, seededRandom } from '../fuzz/mutate.ts';
import { targets } from '../fuzz/targets.ts';

const folder = join(import.meta.dirname, '../fuzz/findings');
const findings = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.bin')) : [];

describe('parsers meet damaged bytes', () => {
  for (const target of targets) {
    test(`${target.name}: 800 seeded inputs give a result or a FormatError`, async () => {
      const { findings: found, runs } = await campaign({ target, seed: 1, isOver: (count) => count >= 800 });
      assert.deepEqual(found.map(({ error }) => error.stack), []);
      assert.equal(runs, 800);
    });
  }

  for (const name of findings) {
    test(`the finding ${name} is no more`, async () => {
      const target = targets.find((each) => name.startsWith(`${each.name}-`));
      assert.ok(target !== undefined, 'no such target');
      assert.equal(await faultOf(target, new Uint8Array(readFileSync(join(folder, name)))), undefined);
    });
  }
});

test('a campaign finds a planted fault and tells it once', async () => {
  const planted = {
    name: 'planted',
    seeds: () => [Uint8Array.of(1, 2, 3)],
    run: (bytes: Uint8Array) => {
      if (bytes[0] === 0xff) throw new TypeError('planted');
    },
  };
  const { findings: found } = await campaign({ target: planted, seed: 1, isOver: (count) => count >= 5_000 });
  assert.deepEqual(found.map(({ error }) => error.message), ['planted']);
});

test('the same seed makes the same inputs', () => {
  const inputs = (seed: number): string[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 50 }, () => String(mutate([Uint8Array.of(1, 2, 3, 4, 5)], random)));
  };
  assert.deepEqual(inputs(3), inputs(3));
  assert.notDeepEqual(inputs(3), inputs(4));
});
