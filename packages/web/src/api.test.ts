import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, mock, test } from 'node:test';
import { routes } from '@lubo/contract';
import { addressOf, ApiProblem, call } from './api.ts';

type Seen = { method: string | undefined; url: string | undefined; type: string | undefined; body: string };
type Answer = { status: number; body?: string; headers?: Record<string, string> };

const seen: Seen[] = [];
let answer: Answer = { status: 200, body: '{}' };
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += String(chunk)));
  request.on('end', () => {
    seen.push({ method: request.method, url: request.url, type: request.headers['content-type'], body });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
});

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const real = globalThis.fetch;
  // A browser resolves paths against the page; here the test's server is the page.
  mock.method(globalThis, 'fetch', (path: string, init: RequestInit) => real(base + path, init));
});
after(() => {
  mock.restoreAll();
  server.close();
});

test('parameters are put into the path and the query, absent ones left out', () => {
  assert.equal(addressOf(routes.getChannel, { params: { id: 'a/b c' } }), '/api/channels/a%2Fb%20c');
  assert.equal(addressOf(routes.listChannels, { query: { page: 2, search: '高一', pageSize: undefined } }), '/api/channels?page=2&search=%E9%AB%98%E4%B8%80');
  assert.equal(addressOf(routes.listChannels, {}), '/api/channels');
});

test('a body goes as JSON and the answer comes back', async () => {
  answer = { status: 201, body: '{"person":{"id":"p","name":"n","role":"admin"},"expiresAt":"2026-01-01T00:00:00.000Z"}' };
  const session = await call(routes.signIn, { body: { name: 'n', password: 'p' } });
  assert.equal(session.person.name, 'n');
  assert.deepEqual(seen.at(-1), { method: 'POST', url: '/api/session', type: 'application/json', body: '{"name":"n","password":"p"}' });
});

test('without a body no content type is sent, and 204 is nothing', async () => {
  answer = { status: 204 };
  assert.equal(await call(routes.signOut), undefined);
  assert.deepEqual([seen.at(-1)?.method, seen.at(-1)?.type], ['DELETE', undefined]);
});

const failures: { name: string; answer: Answer; expected: Partial<ApiProblem> }[] = [
  {
    name: 'a problem keeps its code, fields and wait',
    answer: {
      status: 429,
      body: '{"type":"/problems/too-many","title":"t","status":429,"detail":"d","code":"too-many-sign-ins","errors":[{"path":"body.name","message":"m"}]}',
      headers: { 'retry-after': '30' },
    },
    expected: { status: 429, code: 'too-many-sign-ins', message: 'd', retryAfterSeconds: 30, fields: [{ path: 'body.name', message: 'm' }] },
  },
  { name: 'a proxy without its site is unreachable', answer: { status: 502, body: '<html>' }, expected: { status: 502, code: 'unreachable' } },
  { name: 'any other failure is unexpected', answer: { status: 500, body: '' }, expected: { status: 500, code: 'unexpected' } },
  { name: 'success without JSON is unreadable', answer: { status: 200, body: '<html>' }, expected: { status: 200, code: 'unreadable' } },
];

for (const { name, answer: given, expected } of failures) {
  test(name, async () => {
    answer = given;
    await assert.rejects(call(routes.getSite), (error: unknown) => {
      assert.ok(error instanceof ApiProblem);
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(error[key as keyof ApiProblem], value, key);
      return true;
    });
  });
}

test('a site that can not be reached is a problem as well', async (context) => {
  context.mock.method(globalThis, 'fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  await assert.rejects(call(routes.getSite), (error: unknown) => error instanceof ApiProblem && error.code === 'unreachable' && error.status === 0);
});

test('the query is sent by browsers whose URLSearchParams have no size', (t) => {
  const size = Object.getOwnPropertyDescriptor(URLSearchParams.prototype, 'size');
  assert.ok(size);
  Reflect.deleteProperty(URLSearchParams.prototype, 'size');
  t.after(() => Object.defineProperty(URLSearchParams.prototype, 'size', size));
  assert.equal(addressOf(routes.listChannels, { query: { page: 2 } }), '/api/channels?page=2');
});
