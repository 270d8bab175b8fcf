import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moved } from './moved.ts';

const list = ['a', 'b', 'c', 'd'];

for (const [from, to, expected] of [[0, 2, 'bcad'], [3, 0, 'dabc'], [1, 2, 'acbd'], [1, 1, 'abcd'], [0, -1, 'abcd'], [3, 4, 'abcd'], [9, 0, 'abcd']] as const) {
  test(`from ${from} to ${to} it is ${expected}`, () => {
    assert.equal(moved(list, from, to).join(''), expected);
    assert.equal(list.join(''), 'abcd');
  });
}
