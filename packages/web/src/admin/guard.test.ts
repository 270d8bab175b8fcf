import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detour } from './guard.ts';

const to = { fullPath: '/admin/schools?page=2' };

test('an administrator stays, a viewer lands on the front page, nobody signs in and comes back', () => {
  assert.equal(detour({ role: 'admin' }, to), undefined);
  assert.deepEqual(detour({ role: 'viewer' }, to), { path: '/' });
  assert.deepEqual(detour(undefined, to), { path: '/sign-in', query: { next: '/admin/schools?page=2' } });
});
