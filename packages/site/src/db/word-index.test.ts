import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../testing/site-in-hand.ts';
import { openDatabase } from './database.ts';
import { createWordIndex, indexRows, rarestWords } from './word-index.ts';

test('the rarest of many words are told', async (t) => {
  const db = await openDatabase(temporaryFolder(t));
  t.after(() => db.destroy());
  const rows = Array.from({ length: 120 }, (_, n) => ({ number: n + 1, words: ['all', 'every', ...(n % 3 === 0 ? ['third'] : []), ...(n === 7 ? ['one'] : []), `own${n}`] }));
  await createWordIndex(db, 'some_words');
  await indexRows(db, 'some_words', rows);
  assert.deepEqual(await rarestWords(db, 'some_words', ['all', 'third', 'one', 'none'], 3), ['none', 'one', 'third']);
  assert.deepEqual(await rarestWords(db, 'some_words', ['all', 'third', 'one', 'none'], 2), ['none', 'one']);
  assert.deepEqual(await rarestWords(db, 'some_words', ['all', 'third'], 3), ['third'], 'what nearly all rows have rules out nothing');
  assert.deepEqual(await rarestWords(db, 'some_words', ['all', 'every'], 3), ['all']);
  const many = rows.map(({ words }) => words.at(-1) ?? '');
  assert.equal((await rarestWords(db, 'some_words', many, 3)).length, 3);
});
