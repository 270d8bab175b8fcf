import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameRows } from './same-rows.ts';

test('a row read anew that says the same stays the object it was; changed and new ones are as read, in the new order', () => {
  const [one, two, gone] = [{ id: 'a', n: 1 }, { id: 'b', n: 2 }, { id: 'c', n: 3 }];
  const changed = { id: 'b', n: 5 };
  const fresh = { id: 'd', n: 4 };
  const rows = sameRows([fresh, { id: 'a', n: 1 }, changed], [one, two, gone]);
  assert.deepEqual(rows, [fresh, one, changed]);
  assert.equal(rows[1], one);
  assert.equal(rows[2], changed);
});
