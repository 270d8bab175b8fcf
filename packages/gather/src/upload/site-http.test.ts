import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSiteHttp } from './site-http.ts';

async function siteAnswering(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void, silenceMillis = 5_000) {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const http = createSiteHttp({ siteUrl: `http://127.0.0.1:${port}/`, isOwnMachine: true, bearer: () => 'id.key', silenceMillis });
  t.after(() => {
    http.close();
    server.close();
    server.closeAllConnections();
  });
  return { http, server };
}

const signal = new AbortController().signal;

async function* endless(onPiece: () => void): AsyncGenerator<Uint8Array> {
  for (;;) {
    onPiece();
    yield new Uint8Array(64 * 1024);
    await sleep(0);
  }
}

test('a body goes piece by piece, with the key, and the answer comes back', async (t) => {
  let seen: unknown;
  const { http } = await siteAnswering(t, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      seen = [request.method, request.url, request.headers.authorization, Buffer.concat(parts).toString()];
      response.writeHead(204, { 'upload-offset': '6' }).end();
    });
  });
  const body = (async function* () {
    yield Buffer.from('abc');
    yield Buffer.from('def');
  })();
  const answer = await http.request({ method: 'PATCH', path: '/api/uploads/x', headers: { 'content-length': 6 }, body, signal });
  assert.deepEqual(seen, ['PATCH', '/api/uploads/x', 'Bearer id.key', 'abcdef']);
  assert.deepEqual([answer.status, answer.headers['upload-offset'], answer.text], [204, '6', '']);
});

test('an answer that comes before all is sent ends the sending', async (t) => {
  const { http } = await siteAnswering(t, (_request, response) => {
    const problem = { type: '/problems/conflict', title: 'conflict', status: 409, detail: 'it stands elsewhere', code: 'offset-mismatch' };
    response.writeHead(409, { 'content-type': 'application/problem+json', connection: 'close' }).end(JSON.stringify(problem));
  });
  let pieces = 0;
  const answer = await http.request({ method: 'PATCH', path: '/api/x', headers: { 'content-length': 2 ** 40 }, body: endless(() => pieces++), signal });
  assert.deepEqual([answer.status, answer.code, answer.detail], [409, 'offset-mismatch', 'it stands elsewhere']);
  await sleep(50);
  const before = pieces;
  await sleep(50);
  assert.equal(pieces, before);
});

test('a site that does not read is not given more than it takes, and its silence ends the request', async (t) => {
  const { http } = await siteAnswering(t, (request) => void request.pause(), 300);
  let pieces = 0;
  await assert.rejects(http.request({ method: 'PATCH', path: '/api/x', headers: { 'content-length': 2 ** 40 }, body: endless(() => pieces++), signal }), /silent/);
  assert.ok(pieces < 500, `${pieces} pieces of 64 kB`);
});

test('a cut, a stop, a disk that fails while it is read, and an endless answer each end in a reason', async (t) => {
  const { http } = await siteAnswering(t, (request, response) => {
    if (request.url === '/api/cut') request.socket.destroy();
    if (request.url === '/api/long') response.end('x'.repeat(100_000));
  });
  const get = (path: string, over = signal) => http.request({ method: 'GET', path, signal: over });
  await assert.rejects(get('/api/cut'), /hang up|ECONNRESET|cut/);
  await assert.rejects(get('/api/long'), /longer than/);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  await assert.rejects(get('/api/silent', stop.signal), /abort/i);
  const body = (async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('abc');
    throw new Error('EIO: the disk');
  })();
  await assert.rejects(http.request({ method: 'PATCH', path: '/api/silent', headers: { 'content-length': 6 }, body, signal }), /EIO/);
});

test('without a key nothing is sent', async () => {
  const http = createSiteHttp({ siteUrl: 'http://127.0.0.1:1', isOwnMachine: true, bearer: () => undefined });
  await assert.rejects(http.request({ method: 'GET', path: '/api/x', signal }), /not enrolled/);
});
