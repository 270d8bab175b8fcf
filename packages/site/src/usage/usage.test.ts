import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@lubo/contract';
import { openDatabase } from '../db/database.ts';
import { temporaryFolder } from '../testing/site-in-hand.ts';
import { type UsageCounter, createUsageBook } from './usage.ts';

const counted = (kind: string, effect: UsageCounter['effect'], found: { count: number; bytes?: number }): UsageCounter => ({
  thing: 'gather',
  kind,
  effect,
  count: () => Promise.resolve(found),
});

const isProblem = (code: string) => (error: unknown) => error instanceof AppError && error.kind === 'conflict' && error.code === code && error.usage !== undefined;

test('what hangs on a thing is told by kind, number and size; other things do not count', async (t) => {
  const db = await openDatabase(temporaryFolder(t));
  t.after(() => db.destroy());
  const recordings = { count: 3, bytes: 5_000_000_000 };
  const book = createUsageBook([counted('recordings', 'goes', recordings), counted('intervals', 'goes', { count: 0 }), { ...counted('gathers', 'blocks', { count: 1 }), thing: 'school' }]);
  const usage = await book.of(db, 'gather', '000000000000');
  assert.deepEqual([usage.items, usage.isBlocked], [[{ kind: 'recordings', effect: 'goes', ...recordings }], false]);
  assert.deepEqual(await book.of(db, 'grade', '000000000000'), { ...usage, items: [], state: (await book.of(db, 'subject', '1')).state });
});

test('it goes without a word when nothing hangs on it, with the very state when something does, and never when it is blocked', async (t) => {
  const db = await openDatabase(temporaryFolder(t));
  t.after(() => db.destroy());
  const found = { count: 0 };
  const book = createUsageBook([counted('recordings', 'goes', found)]);
  await book.requireDeletable(db, 'gather', 'x', undefined);
  found.count = 2;
  await assert.rejects(book.requireDeletable(db, 'gather', 'x', undefined), isProblem('confirm-needed'));
  const { state } = await book.of(db, 'gather', 'x');
  await book.requireDeletable(db, 'gather', 'x', state);
  found.count = 3;
  await assert.rejects(book.requireDeletable(db, 'gather', 'x', state), isProblem('confirm-needed'));
  const blocked = createUsageBook([counted('gathers', 'blocks', { count: 1 })]);
  const { state: blockedState } = await blocked.of(db, 'gather', 'x');
  await assert.rejects(blocked.requireDeletable(db, 'gather', 'x', blockedState), isProblem('in-use'));
});
