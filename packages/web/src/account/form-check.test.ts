import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSetUp, checkSignIn, safeTarget } from './form-check.ts';

const good = { name: '管理员', password: '12345678', again: '12345678', code: 'K7' };

test('a filled form may be sent', () => {
  assert.deepEqual(checkSignIn(good), {});
  assert.deepEqual(checkSetUp(good), {});
});

const faults = [
  { form: { ...good, name: '  ' }, fault: { name: 'account.nameNeeded' } },
  { form: { ...good, password: '', again: '' }, fault: { password: 'account.passwordNeeded' } },
  { form: { ...good, password: '1234567', again: '1234567' }, fault: { password: 'account.passwordShort' } },
  { form: { ...good, again: '12345679' }, fault: { again: 'account.passwordDiffers' } },
  { form: { ...good, code: ' ' }, fault: { code: 'account.codeNeeded' } },
];

for (const { form, fault } of faults) {
  test(`set-up is held back for ${Object.values(fault).join()}`, () => assert.deepEqual(checkSetUp(form), fault));
}

test('after signing in one goes only to addresses of this site', () => {
  assert.equal(safeTarget('/live/abc?x=1'), '/live/abc?x=1');
  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', undefined, ['/live']]) {
    assert.equal(safeTarget(next), '/');
  }
});
