// Every conflict of the contract: each operation that changes something is made to collide with all that it can collide with, or
// says why nothing can. What is not of the contract's table is proven where it stands.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Route, problemCodes, routes } from '@lubo/contract';
import { type Conflict, type Conflicts, tellsOf } from '../testing/conflicts/conflict.ts';
import { conflicts } from '../testing/conflicts/table.ts';
import type { OperationName } from '../testing/operations/operation.ts';
import { createStage } from '../testing/stage.ts';

/** Conflicts beside the table: which test proves them, from this package's `src`. */
const provenIn: Record<string, string> = {
  'not-in-bin': 'channels/managed.test.ts',
  'idempotency-key-reused': 'http/repeated-creates.test.ts',
  'still-being-made': 'repeats/repeats.test.ts',
  'offset-mismatch': 'uploads/uploads.test.ts',
  'recording-differs': 'uploads/uploads.test.ts',
  'upload-differs': 'uploads/uploads.test.ts',
  'upload-busy': '../../storage/src/upload-suite.ts',
  'upload-incomplete': '../../storage/src/upload-suite.ts',
  'key-taken': '../../storage/src/store-suite.ts',
};

const entries = Object.entries(conflicts) as [OperationName, Conflicts][];
const isList = (entry: Conflicts): entry is readonly Conflict[] => Array.isArray(entry);
const colliding = entries.flatMap(([name, entry]) => (isList(entry) ? entry.map((conflict): [OperationName, Conflict] => [name, conflict]) : []));

test('every operation that changes something says what it may collide with', () => {
  const changing = (Object.entries(routes) as [string, Route][]).filter(([, { method, changesNothing }]) => method !== 'GET' && !changesNothing);
  assert.deepEqual(entries.map(([name]) => name).toSorted(), changing.map(([name]) => name).toSorted());
});

test('every code of a conflict is proven by one that collides, here or where it stands', () => {
  const here = new Set<string>(colliding.map(([, { code }]) => code));
  assert.deepEqual([...new Set([...here, ...Object.keys(provenIn)])].toSorted(), problemCodes.conflict.toSorted());
  for (const [code, file] of Object.entries(provenIn)) {
    assert.ok(!here.has(code), code);
    assert.ok(readFileSync(join(import.meta.dirname, '..', file), 'utf8').includes(`'${code}'`), `${file} proves ${code}`);
  }
});

test('each operation tells what it collides with, and changes nothing', async (t) => {
  const stage = await createStage(t);
  const noted = (): Promise<number> => stage.done(routes.listAuditEntries).then(({ total }) => total);
  const faults: string[] = [];
  for (const [name, conflict] of colliding) {
    const options = await conflict.set(stage);
    const before = await noted();
    const { problem } = await stage.call(routes[name], { cookie: stage.cookie, remoteAddress: stage.address(), ...options });
    if (problem?.code !== conflict.code || !tellsOf(conflict, problem)) faults.push(`${name} ${conflict.code}: ${JSON.stringify(problem)}`);
    assert.equal(await noted(), before, name);
    conflict.undo?.(stage);
  }
  assert.deepEqual(faults, []);
});
