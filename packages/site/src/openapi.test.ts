import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Route, routes } from '@lubo/contract';
import { openApiPath } from './openapi.ts';
import { siteInHand } from './testing/site-in-hand.ts';

type Operation = {
  operationId: string;
  summary: string;
  security: unknown[];
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
};
type Document = { openapi: string; info: { title: string; version: string }; paths: Record<string, Record<string, Operation>>; components: Record<string, Record<string, object>> };

test('the document describes every route of the table, and nothing else', async (t) => {
  const { site } = await siteInHand(t);
  const response = await site.app.inject(openApiPath);
  assert.match(String(response.headers['content-type']), /^application\/json/);
  const document = response.json<Document>();
  assert.match(document.openapi, /^3\.1\./);
  assert.equal(document.info.version, '1.2.3');
  const described = Object.entries(document.paths).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method} ${path}`));
  const table = Object.entries(routes) as [string, Route][];
  assert.deepEqual(described.toSorted(), table.map(([, route]) => `${route.method.toLowerCase()} ${route.path.replace(/:(\w+)/g, '{$1}')}`).toSorted());
  for (const [name, route] of table) checkOperation(document, name, route);
});

function checkOperation(document: Document, name: string, route: Route): void {
  const path = route.path.replace(/:(\w+)/g, '{$1}');
  const operation = document.paths[path]?.[route.method.toLowerCase()];
  assert.ok(operation, name);
  assert.equal(operation.operationId, name);
  assert.ok(operation.summary.length > 5);
  assert.deepEqual(operation.security, securityOf(route), name);
  const header = operation.parameters.filter((parameter) => parameter.in === 'header').map((parameter) => parameter.name);
  assert.deepEqual(header, route.access !== 'public' && route.status === 201 && route.method === 'POST' ? ['Idempotency-Key'] : [], name);
  const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
  assert.deepEqual(inPath.map((parameter) => `{${parameter.name}}`), path.match(/\{\w+\}/g) ?? [], name);
  assert.ok(operation.parameters.every((parameter) => Object.keys(parameter.schema).length > 0 && (parameter.in !== 'path' || parameter.required)));
  assert.equal(operation.requestBody !== undefined, route.body !== undefined);
  const success = Object.keys(operation.responses).find((status) => status !== 'default');
  assert.equal(Number(success), route.status ?? (route.response === undefined ? 204 : 200));
  assert.equal(operation.responses[success ?? '']?.content !== undefined, route.response !== undefined);
  assert.ok(operation.responses['default']?.content?.['application/problem+json']);
}

test('references lead somewhere, and defaults are not asked for', async (t) => {
  const { site } = await siteInHand(t);
  const text = (await site.app.inject(openApiPath)).body;
  const document = JSON.parse(text) as Document;
  for (const [, section = '', name = ''] of text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)) assert.ok(document.components[section]?.[name], name);
  assert.doesNotMatch(text, /\$schema|~standard/);
  const body = document.paths['/api/channels']?.['post']?.requestBody?.content['application/json']?.schema as { required: string[] };
  assert.deepEqual(body.required.toSorted(), ['gatherId', 'name', 'source']);
});

/** Who may call: people by their session, programs by a token's scope, gathers by their key. */
function securityOf({ access, scope, method, changesNothing }: Route): unknown[] {
  if (access === 'public') return [];
  if (access === 'gather') return [{ gather: [] }];
  return scope === 'none' ? [{ session: [] }] : [{ session: [] }, { token: [scope ?? (method === 'GET' || changesNothing ? 'read' : 'write')] }];
}
