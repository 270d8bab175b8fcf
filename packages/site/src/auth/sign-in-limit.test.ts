import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@lubo/contract';
import { createSignInLimit, pauseSeconds } from './sign-in-limit.ts';

const isPaused = async (begin: Promise<void>): Promise<number> => {
  try {
    await begin;
    return 0;
  } catch (error) {
    assert.ok(error instanceof AppError && error.kind === 'too-many');
    return error.retryAfterSeconds ?? -1;
  }
};

test('pauses grow from 10 s to 15 min', () => {
  assert.deepEqual([1, 4, 5, 6, 7, 11, 12, 1e6].map((tries) => pauseSeconds(tries)), [0, 0, 10, 20, 40, 640, 900, 900]);
});

test('five tries are free, then each costs a longer pause, for this name from this address', async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: Date.UTC(2026, 8, 1) });
  const limit = createSignInLimit();
  for (let i = 0; i < 5; i++) assert.equal(await isPaused(limit.begin('li', '10.0.0.1')), 0);
  assert.equal(await isPaused(limit.begin('li', '10.0.0.1')), 10);
  assert.equal(await isPaused(limit.begin('wang', '10.0.0.1')), 0);
  assert.equal(await isPaused(limit.begin('li', '10.0.0.2')), 0);
  t.mock.timers.tick(10_001);
  assert.equal(await isPaused(limit.begin('li', '10.0.0.1')), 0);
  assert.equal(await isPaused(limit.begin('li', '10.0.0.1')), 20);
  t.mock.timers.tick(20_001);
  await limit.begin('li', '10.0.0.1');
  await limit.succeed('li', '10.0.0.1');
  for (let i = 0; i < 5; i++) assert.equal(await isPaused(limit.begin('li', '10.0.0.1')), 0);
});

test('tries that come at once are counted before any is answered', async () => {
  const limit = createSignInLimit();
  const answers = await Promise.all(Array.from({ length: 20 }, () => isPaused(limit.begin('li', '10.0.0.1'))));
  assert.equal(answers.filter((seconds) => seconds === 0).length, 5);
});

test('one address can not try without end under ever new names', async () => {
  const limit = createSignInLimit();
  for (let i = 0; i < 300; i++) await limit.begin(`name ${i}`, '10.0.0.1');
  assert.ok((await isPaused(limit.begin('another', '10.0.0.1'))) > 0);
  assert.equal(await isPaused(limit.begin('another', '10.0.0.2')), 0);
});

test('people who sign in rightly from behind one address do not use up its tries', async () => {
  const limit = createSignInLimit();
  for (let i = 0; i < 400; i++) {
    await limit.begin(`name ${i}`, '10.0.0.1');
    await limit.succeed(`name ${i}`, '10.0.0.1');
  }
  assert.equal(await isPaused(limit.begin('another', '10.0.0.1')), 0);
});

test('the addresses of one IPv6 network count as one', async () => {
  const limit = createSignInLimit();
  for (let i = 0; i < 5; i++) await limit.begin('li', `2001:db8:0:7::${i + 1}`);
  assert.ok((await isPaused(limit.begin('li', '2001:0db8:0:7:aaaa::9'))) > 0);
  assert.equal(await isPaused(limit.begin('li', '2001:db8:0:8::1')), 0);
  assert.equal(await isPaused(limit.begin('li', '::ffff:10.0.0.1')), 0);
  assert.equal(await isPaused(limit.begin('li', '::ffff:10.0.0.2')), 0);
});

test('guesses for one name from many addresses make all of them pause, but not where its owner signs in', async () => {
  const limit = createSignInLimit();
  await limit.begin('li', '10.1.0.1');
  await limit.succeed('li', '10.1.0.1');
  const paused: number[] = [];
  for (let i = 0; i < 60; i++) paused.push(await isPaused(limit.begin('li', `10.0.${i}.1`)));
  assert.equal(paused.filter((seconds) => seconds > 0).length, 10);
  assert.ok((await isPaused(limit.begin('li', '10.9.9.9'))) > 0);
  assert.equal(await isPaused(limit.begin('wang', '10.9.9.9')), 0);
  assert.equal(await isPaused(limit.begin('li', '10.1.0.1')), 0);
});
