import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@lubo/contract';
import { createPasswords } from './password.ts';

const cheap = { logN: 4, r: 8, p: 1 };

test('a password is right, any other is wrong, and two hashes of one differ', async () => {
  const passwords = createPasswords(cheap);
  const kept = await passwords.hash('好密码 password');
  assert.match(kept, /^scrypt\$4\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  assert.equal(await passwords.isRight('好密码 password', kept), true);
  assert.equal(await passwords.isRight('好密码 passwore', kept), false);
  assert.notEqual(await passwords.hash('好密码 password'), kept);
});

test('the same letters typed composed or decomposed are the same password', async () => {
  const passwords = createPasswords(cheap);
  assert.equal(await passwords.isRight('Ame\u0301lie 12', await passwords.hash('Am\u00e9lie 12')), true);
});

test('a hash keeps the cost it was made with', async () => {
  const kept = await createPasswords({ logN: 5, r: 4, p: 2 }).hash('password');
  assert.equal(await createPasswords(cheap).isRight('password', kept), true);
});

test('the product hashes with N = 2^15, r = 8, p = 3', async () => {
  const kept = await createPasswords().hash('password');
  assert.match(kept, /^scrypt\$15\$8\$3\$/);
});

test('no account: nothing is right', async () => {
  assert.equal(await createPasswords(cheap).isRight('', undefined), false);
});

test('past 64 waiting sign-ins the next is sent away', async () => {
  const passwords = createPasswords(cheap);
  const waiting = Array.from({ length: 64 }, () => passwords.hash('x'));
  await assert.rejects(passwords.hash('x'), (error) => error instanceof AppError && error.code === 'busy');
  await Promise.all(waiting);
  assert.ok(await passwords.hash('x'));
});
