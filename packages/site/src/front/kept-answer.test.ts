import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepAnswer, keepAnswers } from './kept-answer.ts';

/** Readings that end when they are told to. */
function readings() {
  const open: ((value: string) => void)[] = [];
  let now = 0;
  const clock = { elapsed: () => now };
  return { open, clock, pass: (millis: number) => void (now += millis), read: () => new Promise<string>((resolve) => void open.push(resolve)) };
}

test('many who ask at once make one reading', async () => {
  const { open, clock, read } = readings();
  const kept = keepAnswer(clock, 1000, read);
  const asked = [kept.get(), kept.get(), kept.get()];
  open[0]?.('a');
  assert.deepEqual(await Promise.all(asked), ['a', 'a', 'a']);
  assert.equal(open.length, 1);
});

test('an old answer is given at once while it is read anew', async () => {
  const { open, clock, pass, read } = readings();
  const kept = keepAnswer(clock, 1000, read);
  const first = kept.get();
  open[0]?.('a');
  await first;
  pass(1000);
  assert.equal(await kept.get(), 'a');
  assert.equal(await kept.get(), 'a');
  assert.equal(open.length, 2, 'read anew once');
  open[1]?.('b');
  await new Promise(setImmediate);
  assert.equal(await kept.get(), 'b');
});

test('after a change nobody gets what was read before, not even from a reading that was under way', async () => {
  const { open, clock, read } = readings();
  const kept = keepAnswer(clock, 1000, read);
  const before = kept.get();
  kept.forget();
  const after = kept.get();
  open[0]?.('old');
  open[1]?.('new');
  assert.deepEqual(await Promise.all([before, after]), ['old', 'new']);
  assert.equal(await kept.get(), 'new');
});

test('a reading that fails is tried again by the next who asks', async () => {
  let tries = 0;
  const kept = keepAnswer({ elapsed: () => 0 }, 1000, async () => {
    tries += 1;
    if (tries === 1) throw new Error('away');
    return 'there';
  });
  await assert.rejects(kept.get(), /away/);
  assert.equal(await kept.get(), 'there');
});

test('of many keys only so many are kept', async () => {
  const read: string[] = [];
  const kept = keepAnswers({ elapsed: () => 0 }, 1000, 2, async (key) => {
    read.push(key);
    return key;
  });
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) assert.equal(await kept.get(key), key);
  assert.deepEqual(read, ['a', 'b', 'c', 'b']);
});
