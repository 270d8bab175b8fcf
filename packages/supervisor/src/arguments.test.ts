import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from './arguments.ts';

test('the words after npm start are understood', () => {
  assert.deepEqual(parseArguments([]), { isDemo: false, isHelp: false });
  assert.deepEqual(parseArguments(['--demo']), { isDemo: true, isHelp: false });
  assert.deepEqual(parseArguments(['-h']), { isDemo: false, isHelp: true });
});

test('unknown words are refused by name', () => {
  assert.throws(() => parseArguments(['--dmeo']), /--dmeo.*--help/);
  assert.throws(() => parseArguments(['demo']), /demo.*--help/);
});
