import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldWords } from './field-words.ts';

const hasKey = (key: string): boolean => ['admin.field.needed', 'admin.field.too-long', 'admin.field.format'].includes(key);

test('each field has its first fault, under its own name', () => {
  const words = fieldWords(
    [
      { path: 'body.name', message: 'm', code: 'too-long', limit: 64 },
      { path: 'body.name', message: 'm', code: 'format' },
      { path: 'body.source.path', message: 'm', code: 'needed' },
    ],
    hasKey,
  );
  assert.deepEqual([...words], [
    ['name', { key: 'admin.field.too-long', values: { limit: 64 } }],
    ['source.path', { key: 'admin.field.needed', values: { limit: 0 } }],
  ]);
});

test('a fault without words of its own is told all the same', () => {
  assert.equal(fieldWords([{ path: 'body.x', message: 'm', code: 'strange' }], hasKey).get('x')?.key, 'admin.field.format');
  assert.equal(fieldWords([{ path: 'body.x', message: 'm' }], hasKey).get('x')?.key, 'admin.field.format');
});
