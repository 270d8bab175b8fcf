import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryOf, targetsOf } from './summary.ts';

test('secrets are masked wherever they stand', () => {
  const cases: [body: unknown, summary: string][] = [
    [undefined, ''],
    [{ name: '一班', source: { mode: 'camera', user: 'admin', password: 'p' } }, '{"name":"一班","source":{"mode":"camera","user":"admin","password":"•••"}}'],
    [{ secret: 's', apiKey: 'k', newToken: { a: 1 }, code: 'c', pageSecret: null }, '{"secret":"•••","apiKey":"•••","newToken":"•••","code":"•••","pageSecret":null}'],
    [{ url: 'rtsp://admin:p/a@s@10.0.0.1/1', other: 'http://a/b' }, '{"url":"rtsp://•••@10.0.0.1/1","other":"http://a/b"}'],
    [{ url: 'rtsp://admin:p "s@10.0.0.1/1' }, '{"url":"rtsp://•••@10.0.0.1/1"}'],
    [{ rows: [{ url: 'rtsp://admin:secret@10.0.0.1/1' }] }, '{"rows":[{"url":"rtsp://•••@10.0.0.1/1"}]}'],
  ];
  for (const [body, summary] of cases) assert.equal(summaryOf(body), summary);
});

test('a summary has a bound, however large or deep the body is', () => {
  let deep: object = {};
  for (let i = 0; i < 10_000; i++) deep = { deep };
  for (const body of [{ text: 'x'.repeat(1_000_000) }, { text: '://'.repeat(300_000) }, { rows: Array.from({ length: 10_000 }, (_, n) => ({ n })) }, deep]) {
    assert.ok(summaryOf(body).length <= 1_000);
  }
});

test('targets are the identities of the address, or of what was made', () => {
  assert.deepEqual(targetsOf({ id: 'a', lessonId: 'b' }, { id: 'c' }), ['a', 'b']);
  assert.deepEqual(targetsOf(undefined, { id: 'c' }), ['c']);
  assert.deepEqual(targetsOf(undefined, undefined), []);
});
