import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSyncPool } from './sync-pool.ts';

/** Syncs that end when they are told to. */
function syncsInHand() {
  const begun: { key: string; end(error?: Error): void }[] = [];
  const sync = (key: string) => () =>
    new Promise<void>((resolve, reject) => begun.push({ key, end: (error) => (error ? reject(error) : resolve()) }));
  return { begun, sync };
}
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('no more than so many syncs run at a time, the others in the order in which they came', async () => {
  const { begun, sync } = syncsInHand();
  const pool = createSyncPool(2);
  const all = ['a', 'b', 'c', 'd'].map((key) => pool(key, sync(key)));
  assert.deepEqual(begun.map(({ key }) => key), ['a', 'b']);
  begun[1]!.end();
  await settle();
  assert.deepEqual(begun.map(({ key }) => key), ['a', 'b', 'c']);
  for (let i = 0; i < 4; i++) {
    begun[i]?.end();
    await settle();
  }
  await Promise.all(all);
});

test('what is asked for while a file syncs is one further sync, begun after that', async () => {
  const { begun, sync } = syncsInHand();
  const pool = createSyncPool(2);
  const first = pool('a', sync('a'));
  const further = [pool('a', sync('a')), pool('a', sync('a'))];
  assert.equal(begun.length, 1);
  begun[0]!.end();
  await first;
  await settle();
  assert.equal(begun.length, 2);
  begun[1]!.end();
  await Promise.all(further);
});

test('a sync that fails is told to those who asked, and the next one is done', async () => {
  const { begun, sync } = syncsInHand();
  const pool = createSyncPool(1);
  const failing = pool('a', sync('a'));
  const next = pool('b', sync('b'));
  begun[0]!.end(new Error('EIO'));
  await assert.rejects(failing, /EIO/);
  await settle();
  begun[1]!.end();
  await next;
});
