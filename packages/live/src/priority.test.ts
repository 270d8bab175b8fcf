import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { raisePriority } from './priority.ts';

test('the process asks to go before others, and bears a refusal', () => {
  const asked: number[] = [];
  raisePriority((priority) => void asked.push(priority));
  assert.deepEqual(asked, [constants.priority.PRIORITY_ABOVE_NORMAL]);
  raisePriority(() => {
    throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
  });
});
