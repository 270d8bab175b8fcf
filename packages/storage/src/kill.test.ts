// A real process that writes to a real disk and is killed (SIGKILL) at seeded moments.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { initDiskVolume, openDiskVolume } from './disk.ts';
import { type Told, contentOf, keyCount, keyOf } from './kill-writer.ts';
import { keysOf, readAll, seededRandom } from './seeded-content.ts';

const rounds = 12;

/** What has to be true of a key, as far as the killed process told: `open` when a step was under way. */
type Known = Map<number, { state: 'stored' | 'absent' | 'open'; offset: number }>;

it('a volume keeps what its process acknowledged before each of its kills', async (t) => {
  const above = await mkdtemp(join(tmpdir(), 'lubo-kill-'));
  t.after(() => rm(above, { recursive: true }));
  const folder = join(above, 'volume');
  const id = await initDiskVolume(folder);
  const random = seededRandom(2026);
  const known: Known = new Map();
  let steps = 0;
  for (let round = 0; round < rounds; round++) {
    steps += await writeUntilKilled([folder, id, String(round)], known, { lines: 1 + Math.floor(random() * 120), millis: Math.floor(random() * 4) });
    const stored = await checkVolume(folder, id, known, `round ${round}`);
    known.clear();
    for (let index = 0; index < keyCount; index++) known.set(index, { state: stored.has(keyOf(index)) ? 'stored' : 'absent', offset: 0 });
  }
  assert.ok(steps > rounds, String(steps));
  const store = openDiskVolume({ folder, id });
  await store.sweep(new Date(Date.now() + 1_000_000));
  assert.deepEqual(await readdir(join(folder, 'partial')), []);
});

/** Lets the process write until it has told `lines` lines and some milliseconds more; answers how many steps it did. */
async function writeUntilKilled(given: string[], known: Known, when: { lines: number; millis: number }): Promise<number> {
  const stored = [...known].filter(([, { state }]) => state === 'stored').map(([index]) => index);
  const script = join(import.meta.dirname, 'kill-writer.ts');
  const child = spawn(process.execPath, [script, ...given, JSON.stringify(stored)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let lines = 0;
  let steps = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    // A kill may cut the last line.
    if (!line.endsWith('}')) continue;
    const told = JSON.parse(line) as Told;
    if (told.at === 'done') steps++;
    note(known, told);
    if (++lines === when.lines) void setTimeout(when.millis).then(() => child.kill('SIGKILL'));
  }
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  return steps;
}

function note(known: Known, { at, step, index, offset }: Told): void {
  if (step === 'append') known.set(index, { state: 'open', offset });
  else if (at === 'start') known.set(index, { state: 'open', offset: 0 });
  else known.set(index, { state: step === 'store' ? 'stored' : 'absent', offset: 0 });
}

/** Fails unless every object is whole and everything acknowledged is true; answers the keys that are stored. */
async function checkVolume(folder: string, id: string, known: Known, label: string): Promise<Set<string>> {
  const store = openDiskVolume({ folder, id });
  const keys = new Set(await keysOf(store));
  for (const [index, { state, offset }] of known) {
    const key = keyOf(index);
    if (state !== 'open') assert.equal(keys.has(key), state === 'stored', `${label}: ${key} should be ${state}`);
    if (keys.has(key) || offset === 0) continue;
    const upload = await store.uploadOf(key);
    assert.ok(upload !== undefined && upload.offset >= offset, `${label}: ${key} stands at ${upload?.offset}, was told ${offset}`);
  }
  for (let index = 0; index < keyCount; index++) {
    if (!keys.has(keyOf(index))) continue;
    const bytes = await readAll((await store.get(keyOf(index))).body);
    assert.ok(contentOf(index).equals(bytes), `${label}: ${keyOf(index)} is not whole`);
  }
  return keys;
}
