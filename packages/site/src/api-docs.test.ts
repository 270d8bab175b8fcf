import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routes } from '@lubo/contract';
import { apiDocsPath, docsPage, shape } from './api-docs.ts';
import { siteInHand } from './testing/site-in-hand.ts';

test('the page shows every operation, with nothing from outside and without scripts', async (t) => {
  const { site } = await siteInHand(t);
  const { headers, body, statusCode } = await site.app.inject(apiDocsPath);
  assert.equal(statusCode, 200);
  assert.match(String(headers['content-type']), /^text\/html; charset=utf-8/);
  for (const [name, { summary }] of Object.entries(routes)) {
    assert.ok(body.includes(`id="${name}"`), name);
    assert.ok(body.includes(summary.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)), summary);
  }
  assert.doesNotMatch(body, /<script|src=|href="http/);
  assert.doesNotMatch(body, /undefined|\[object/);
});

test('what the document says is shown as text', () => {
  const operation = { operationId: 'a', summary: '<b>&"', tags: ['x'], security: [], parameters: [], responses: {} };
  const page = docsPage({ info: { title: '<i>', version: '1' }, paths: { '/api/<u>': { get: operation } } });
  assert.doesNotMatch(page, /<i>|<b>&|<u>/);
});

test('shapes read as people write them', () => {
  assert.equal(shape({ type: 'string', minLength: 1, maxLength: 64 }), 'string 1–64');
  assert.equal(shape({ anyOf: [{ enum: ['a', 'b'] }, { type: 'null' }] }), '"a" | "b" | null');
  const rows = { type: 'array', items: { type: 'object', properties: { id: { type: 'string' }, n: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'how many' } }, required: ['id'] } };
  assert.equal(shape(rows), '[ {\n  id: string\n  n?: integer ≥ 0  // how many\n} ]');
});
