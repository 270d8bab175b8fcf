import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signStreamToken } from '@lubo/contract/stream-token';
import { createAdmission, isStreamName } from './admission.ts';

const oldKey = 'aa'.repeat(32);
const newKey = 'bb'.repeat(32);
const now = 1_800_000_000;
const settings = (...tokenKeys: string[]) => ({ settings: { tokenKeys } });

test('nothing is admitted before the keys are there', () => {
  const admission = createAdmission(() => now);
  assert.equal(admission.hasKeys, false);
  assert.equal(admission.check('room', 'play', signStreamToken(newKey, 'room', 'play', now + 60)), 'no-keys');
});

test('a token opens its stream for its action until it expires, with any key that is in use', () => {
  let time = now;
  const admission = createAdmission(() => time);
  assert.equal(admission.take(settings(newKey, oldKey)), true);
  for (const key of [newKey, oldKey]) {
    assert.equal(admission.check('room', 'play', signStreamToken(key, 'room', 'play', now + 60)), undefined);
  }
  const token = signStreamToken(newKey, 'room', 'play', now + 60);
  assert.equal(admission.check('room', 'publish', token), 'wrong');
  assert.equal(admission.check('other', 'play', token), 'wrong');
  assert.equal(admission.check('room', 'play', null), 'missing');
  assert.equal(admission.check('room', 'play', 'x'), 'malformed');
  time = now + 61;
  assert.equal(admission.check('room', 'play', token), 'expired');
});

test('a key that the site withdrew opens nothing, and an unusable state withdraws none', () => {
  const admission = createAdmission(() => now);
  admission.take(settings(newKey, oldKey));
  admission.take(settings(newKey));
  assert.equal(admission.check('room', 'play', signStreamToken(oldKey, 'room', 'play', now + 60)), 'wrong');
  assert.equal(admission.take({ settings: { tokenKeys: ['short'] } }), false);
  assert.equal(admission.check('room', 'play', signStreamToken(newKey, 'room', 'play', now + 60)), undefined);
});

test('names are plain words', () => {
  for (const name of ['k3v0q2m8x1ab', 'live_1-A']) assert.equal(isStreamName(name), true);
  for (const name of ['', 'a/b', 'a b', '教室', '../x', 'x'.repeat(129)]) assert.equal(isStreamName(name), false);
});
