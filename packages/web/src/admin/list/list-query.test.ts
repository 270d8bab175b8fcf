import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf, readListState, writeListState } from './list-query.ts';

const spec = { sorts: ['name', 'createdAt'], usualSort: 'name', filters: ['gradeId', 'state'] };
const usual = { page: 1, pageSize: 20, sort: 'name', search: '', filters: {} };

test('an empty address is the usual list, and the usual list an empty address', () => {
  assert.deepEqual(readListState({}, spec), usual);
  assert.deepEqual(writeListState(usual, spec), {});
});

test('every state comes back from its address', () => {
  const state = { page: 3, pageSize: 50, sort: '-createdAt', search: '高一 <b>&', filters: { gradeId: 'abc', state: 'live' } };
  assert.deepEqual(readListState(writeListState(state, spec), spec), state);
});

test('nonsense in the address is passed over', () => {
  for (const page of ['0', '-1', 'x', '1.5', '100001', null, [null]]) assert.equal(readListState({ page }, spec).page, 1);
  assert.equal(readListState({ size: '1000' }, spec).pageSize, 20);
  for (const sort of ['id', '--name', '-', '']) assert.equal(readListState({ sort }, spec).sort, 'name');
  assert.equal(readListState({ search: 'x'.repeat(100) }, spec).search.length, 64);
  assert.deepEqual(readListState({ unknown: 'x', state: '' }, spec).filters, {});
  assert.equal(readListState({ search: ['a', 'b'] }, spec).search, 'a');
});

test('what others keep in the address stays', () => {
  assert.deepEqual(writeListState({ ...usual, page: 2 }, spec, { tab: 'x', page: '9', state: 'old' }), { tab: 'x', page: '2' });
});

test('the site is asked for what is said, without an empty search', () => {
  assert.deepEqual(callOf({ ...usual, search: ' ', filters: { state: 'live' } }), { page: 1, pageSize: 20, sort: 'name', state: 'live' });
});
