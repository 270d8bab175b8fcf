import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageNumbers } from './page-numbers.ts';

const cases = [
  { page: 1, pages: 1, shown: '1' },
  { page: 1, pages: 5, shown: '1 2 3 4 5' },
  { page: 1, pages: 9, shown: '1 2 … 8 9' },
  { page: 5, pages: 9, shown: '1 2 3 4 5 6 7 8 9' },
  { page: 9, pages: 20, shown: '1 2 … 8 9 10 … 19 20' },
  { page: 20, pages: 20, shown: '1 2 … 19 20' },
  { page: 30, pages: 20, shown: '1 2 … 19 20' },
];
for (const { page, pages, shown } of cases) {
  test(`page ${page} of ${pages}: ${shown}`, () => assert.equal(pageNumbers(page, pages).map((each) => each ?? '…').join(' '), shown));
}
