// Every create of the contract asked for again with its Idempotency-Key: it makes one thing, and a key is good for one request.
// How long keys last and what becomes of failed ones is proven in repeats/repeats.test.ts.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Route, routes, takesIdempotencyKey } from '@lubo/contract';
import Sqlite from 'better-sqlite3';
import type { OperationName } from '../testing/operations/operation.ts';
import { operations } from '../testing/operations/table.ts';
import type { CallOptions } from '../testing/site-in-hand.ts';
import { type Stage, createStage } from '../testing/stage.ts';

/** Creates that keep no keys, and why. */
const withoutKeys: Partial<Record<OperationName, string>> = {
  setUp: 'its code works once',
  enrol: 'its code works once',
  signIn: 'as many browsers as one likes',
  beginPhoneSignIn: 'each begins anew; what is not taken lapses',
};

const creates = (Object.entries(routes) as [OperationName, Route][]).filter(([, { method, status }]) => method === 'POST' && status === 201);
const keeping = creates.filter(([, route]) => takesIdempotencyKey(route));

test('every create keeps keys, or says why it does not', () => {
  const others = creates.filter(([name]) => !keeping.some(([each]) => each === name));
  assert.deepEqual(others.map(([name]) => name).toSorted(), Object.keys(withoutKeys).toSorted());
  assert.ok(keeping.length >= 13);
});

test('each create with the same key twice, or thrice at once, makes one thing; with another request the key is refused', async (t) => {
  const stage = await createStage(t);
  const call = (route: Route, key: string, options: CallOptions) => stage.call(route, { cookie: stage.cookie, ...options, headers: { 'idempotency-key': key } });
  for (const [name, route] of keeping) {
    const { good } = operations[name];
    const options = await good(stage);
    const first = await call(route, name, options);
    assert.equal(first.status, 201, name);
    const rows = rowsOf(stage);
    const again = await call(route, name, options);
    assert.deepEqual([again.status, again.body, again.headers['idempotency-replayed']], [201, first.body, 'true'], name);
    assert.deepEqual(rowsOf(stage), rows, `${name}: nothing is made, and nothing noted, a second time`);

    const other = await good(stage);
    const another = Object.keys(other).length === 0 ? await call(routes.createSubject, name, { body: { name: 'x' } }) : await call(route, name, other);
    assert.deepEqual([another.status, another.problem?.code], [409, 'idempotency-key-reused'], name);
    assert.equal(another.headers['idempotency-replayed'], undefined);

    const atOnce = await Promise.all([1, 2, 3].map(() => call(route, `${name}-at-once`, other)));
    const made = atOnce.filter(({ status, headers }) => status === 201 && headers['idempotency-replayed'] === undefined);
    assert.equal(made.length, 1, name);
    for (const { status, problem } of atOnce) assert.ok(status === 201 || problem?.code === 'still-being-made', name);
  }
});

/** Rows by table, but for the keys' own. */
function rowsOf({ dataDir }: Stage): Record<string, unknown> {
  const db = new Sqlite(join(dataDir, 'site', 'lubo.sqlite'), { readonly: true });
  const tables = db.prepare("select name from sqlite_master where type = 'table' and name not in ('idempotent_answers')").pluck().all() as string[];
  const counts = Object.fromEntries(tables.map((table) => [table, db.prepare(`select count(*) from "${table}"`).pluck().get()]));
  db.close();
  return counts;
}
