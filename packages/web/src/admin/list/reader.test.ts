import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createListReader } from './reader.ts';

function readerInHand() {
  const told: string[] = [];
  const reader = createListReader<string>({
    onBusy: (isBusy) => told.push(isBusy ? 'busy' : 'idle'),
    onPage: ({ rows }) => told.push(rows.join()),
    onError: (error) => told.push((error as Error).message),
  });
  const ask = () => {
    let give: (page: { rows: string[]; total: number }) => void = () => {};
    let fail: (error: Error) => void = () => {};
    const answer = new Promise<{ rows: string[]; total: number }>((resolve, reject) => ([give, fail] = [resolve, reject]));
    const done = reader.read(() => answer);
    return { give: (row: string) => (give({ rows: [row], total: 1 }), done), fail: (why: string) => (fail(new Error(why)), done) };
  };
  return { told, reader, ask };
}

test('an answer that comes after a newer question is nothing', async () => {
  const { told, ask } = readerInHand();
  const [first, second] = [ask(), ask()];
  await second.give('second');
  await first.give('first');
  assert.deepEqual(told, ['busy', 'busy', 'second', 'idle']);
});

test('an old failure does not disturb a new question', async () => {
  const { told, ask } = readerInHand();
  const [first, second] = [ask(), ask()];
  await first.fail('too late');
  assert.deepEqual(told, ['busy', 'busy']);
  await second.fail('refused');
  assert.deepEqual(told.slice(2), ['refused', 'idle']);
});

test('after the end nothing is told', async () => {
  const { told, reader, ask } = readerInHand();
  const only = ask();
  reader.stop();
  await only.give('row');
  assert.deepEqual(told, ['busy']);
});
