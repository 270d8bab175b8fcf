import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request as sendRequest } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { AppError, Problem, routes } from '@lubo/contract';
import { localCode, siteInHand } from '../testing/site-in-hand.ts';
import { validate } from './serve.ts';

test('every wrong field is told at once, with its place', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const body = { name: ' ', gatherId: 'x', source: { mode: 'file', path: '' }, isStarted: 'yes' };
  const { status, problem } = await hand.call(routes.createChannel, { cookie, body });
  assert.deepEqual([status, problem?.code], [400, 'invalid-request']);
  assert.deepEqual(problem?.errors?.map((error) => error.path).toSorted(), ['body.gatherId', 'body.isStarted', 'body.name', 'body.source.path']);
  const query = await hand.call(routes.listChannels, { query: { page: '0', pageSize: '9999', search: 'x'.repeat(65) } });
  assert.deepEqual(query.problem?.errors?.map((error) => error.path), ['query.page', 'query.pageSize', 'query.search']);
});

test('a field that nobody knows is refused with its place, unless an agent of a later version sends it', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const source = { mode: 'file', path: '/a', url: 'rtsp://x' };
  const { problem } = await hand.call(routes.createChannel, { cookie, body: { name: 'x', gatherId: '000000000000', source, nmae: 'y' } });
  assert.deepEqual(problem?.errors?.map(({ path, code }) => `${path} ${code}`), ['body.source.url no-such-field', 'body.nmae no-such-field']);
  const facts = { hostname: 'far', os: '', ip: '', mac: '', version: '9', cores: 8 };
  assert.equal((await hand.call(routes.enrol, { body: { kind: 'gather', code: localCode, facts, isNew: true } })).status, 201);
});

test('no more wrong fields are told than a person reads', async (t) => {
  const hand = await siteInHand(t);
  const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`x${n}`, n]));
  const { problem } = await hand.call(routes.editSite, { cookie: await hand.adminCookie(), body });
  assert.equal(problem?.errors?.length, 100);
});

test('what no route sees is a problem too: addresses that can not be read, ids and headers without end', async (t) => {
  const { site, url } = await siteInHand(t);
  for (const [path, status, code] of [['/api/channels/%zz', 400, 'malformed-request'], ['/%', 400, 'malformed-request'], [`/api/channels/${'x'.repeat(2_000)}`, 404, 'no-such-address']] as const) {
    const response = await site.app.inject(path);
    assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
    assert.equal(response.headers['x-content-type-options'], 'nosniff');
    assert.deepEqual([response.statusCode, Problem.parse(response.json()).code], [status, code], path);
  }
  const endless = await fetch(`${url}/api/channels?search=${'x'.repeat(20_000)}`);
  assert.deepEqual([endless.status, Problem.parse(await endless.json()).code], [431, 'malformed-request']);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end('no HTTP\r\n\r\n');
  assert.match(Buffer.concat(await socket.toArray() as Buffer[]).toString(), /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"malformed-request"/);
});

test('params, query and body are checked together', () => {
  const all = { ...routes.editChannel, query: routes.listChannels.query };
  const good = { params: { id: '000000000000' }, query: { page: '2' }, body: { name: ' 一班 ' } };
  assert.deepEqual(validate(all, good), { params: good.params, query: { page: 2, pageSize: 50 }, body: { name: '一班' } });
  assert.throws(
    () => validate(all, { params: {}, query: { page: 'x' }, body: undefined }),
    (error) => error instanceof AppError && error.fields.map((field) => field.path).join() === 'params.id,query.page,body',
  );
});

for (const [what, request, status, code] of [
  ['a body that is no JSON', { payload: '{', headers: { 'content-type': 'application/json' } }, 400, 'malformed-request'],
  ['a body of another type', { payload: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, 'not-json'],
  ['a body past the limit', { payload: JSON.stringify({ name: 'x'.repeat(300_000) }), headers: { 'content-type': 'application/json' } }, 413, 'body-too-large'],
  ['no body', {}, 400, 'invalid-request'],
  ['an empty JSON body', { payload: '', headers: { 'content-type': 'application/json' } }, 400, 'invalid-request'],
  ['a body that would change prototypes', { payload: '{"__proto__":{"a":1}}', headers: { 'content-type': 'application/json' } }, 400, 'malformed-request'],
] as const) {
  test(`${what} is answered with a problem`, async (t) => {
    const { site } = await siteInHand(t);
    const response = await site.app.inject({ method: 'POST', url: '/api/session', ...request });
    assert.equal(response.statusCode, status);
    assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
    const problem = Problem.parse(response.json());
    assert.deepEqual([problem.status, problem.code], [status, code]);
  });
}

test('unknown addresses of the API are problems, whatever the method', async (t) => {
  const { site } = await siteInHand(t);
  for (const [method, url] of [['GET', '/api'], ['GET', '/api/nope'], ['PUT', '/api/channels'], ['POST', '/'], ['GET', '/api/channels/%2e%2e/x'], ['GET', '/missing.js']] as const) {
    const response = await site.app.inject({ method, url });
    assert.equal(response.statusCode, 404, `${method} ${url}`);
    assert.equal(Problem.parse(response.json()).code, 'no-such-address');
  }
});

test('every answer carries the headers that keep pages safe; answers of the API are kept nowhere', async (t) => {
  const { site } = await siteInHand(t);
  for (const url of ['/healthz', '/api/site', '/api/nope', '/api/agents']) {
    const { headers } = await site.app.inject(url);
    const policy = String(headers['content-security-policy']);
    for (const part of ["script-src 'self';", "worker-src 'self' blob:", "object-src 'none'", "frame-ancestors 'self'"]) assert.ok(policy.includes(part), part);
    assert.doesNotMatch(policy, /script-src[^;]*unsafe/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store', url);
  }
});

test('VOD-7: the embed pages alone may be framed by the origins in the settings; everything else by the site itself', async (t) => {
  const embedOrigins = ['https://www.school.example', 'http://10.0.0.5:8080'];
  const [closed, open] = [await siteInHand(t), await siteInHand(t, { config: { site: { embedOrigins } } })];
  const framing = async ({ site }: typeof open, url: string) => {
    const { headers } = await site.app.inject(url);
    return [/frame-ancestors ([^;]*)/.exec(String(headers['content-security-policy']))?.[1], headers['x-frame-options']];
  };
  const own = ["'self'", 'SAMEORIGIN'];
  const page = '/embed/live/0123456789ab';
  assert.deepEqual(await framing(open, page), [`'self' ${embedOrigins.join(' ')}`, undefined]);
  assert.deepEqual(await framing(open, `${page}?muted`), [`'self' ${embedOrigins.join(' ')}`, undefined]);
  assert.deepEqual(await framing(closed, page), own);
  const recording = '/embed/recordings/6f1c0c6e-2b5f-4c1e-9a55-0d1f7a3b9c01';
  assert.deepEqual(await framing(open, recording), [`'self' ${embedOrigins.join(' ')}`, undefined]);
  const others = ['/', '/recordings/6f1c0c6e-2b5f-4c1e-9a55-0d1f7a3b9c01', '/embed/recordings/', `${recording}/x`, '/live/0123456789ab', '/sign-in', '/api/site', '/embed', '/embed/live/', '/embed/live/0123456789ab/x', '/embed/live/..%2f..%2fsign-in', '//embed/live/0123456789ab'];
  for (const url of others) assert.deepEqual(await framing(open, url), own, url);
});

test('what breaks inside is told to the log, not to the caller', async (t) => {
  const hand = await siteInHand(t);
  await hand.site.app.ready();
  const { default: Sqlite } = await import('better-sqlite3');
  const db = new Sqlite(`${hand.dataDir}/site/lubo.sqlite`);
  db.exec('alter table subjects rename to secrets_inside');
  db.close();
  const { status, problem } = await hand.call(routes.listSubjects);
  assert.deepEqual([status, problem?.code], [500, 'internal']);
  assert.doesNotMatch(JSON.stringify(problem), /subjects|SQL/i);
});

test('an offer of HTTP/2 is passed over: the request is answered as any other', async (t) => {
  const { url } = await siteInHand(t);
  const offered = sendRequest(`${url}/api/site`, { headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' } });
  offered.end();
  const [response] = (await once(offered, 'response')) as [IncomingMessage];
  response.resume();
  assert.equal(response.statusCode, 200);
});
