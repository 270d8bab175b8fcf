// How the RTSP source signs in, keeps its session alive, secures it, and finds a transport, against the bad camera.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fakeCertificate, noOpenssl } from '@lubo/config/fake-certificate';
import { type RtspRequest, headerOf } from '@lubo/media';
import type { Spoiled } from './bad-camera.ts';
import { wire } from './clip-packets.ts';
import { type Play, all, begin, clip, codes } from './play-camera.ts';

const patient = { silenceMillis: 10_000 };
const [user, password, nonce] = ['teacher', 'secret', 'n0nce'];

const challenge = (how: string): Spoiled => ({ status: 401, reason: 'Unauthorized', headers: [['WWW-Authenticate', how]] });

/** Answer to a digest challenge without qop (RFC 7616 §3.4.1). */
function digestOf(hash: 'md5' | 'sha256', { method }: RtspRequest, uri: string): string {
  const of = (text: string): string => createHash(hash).update(text).digest('hex');
  return of(`${of(`${user}:cam:${password}`)}:${nonce}:${of(`${method}:${uri}`)}`);
}

const ways = [
  ['Basic', 'Basic realm="cam"', (given: string) => given === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`],
  ['Digest with MD5', `Digest realm="cam", nonce="${nonce}"`, (given: string, request: RtspRequest) => isDigest('md5', given, request)],
  ['Digest with SHA-256', `Digest realm="cam", nonce="${nonce}", algorithm=SHA-256`, (given: string, request: RtspRequest) => isDigest('sha256', given, request)],
] as const;

function isDigest(hash: 'md5' | 'sha256', given: string, request: RtspRequest): boolean {
  const [, uri = ''] = /uri="([^"]*)"/.exec(given) ?? [];
  return given.includes(`response="${digestOf(hash, request, uri)}"`) && uri === request.uri;
}

for (const [name, how, isRight] of ways) {
  test(`signs in by ${name}, each request after the first`, async (t) => {
    const spoil = (request: RtspRequest): Spoiled => (isRight(headerOf(request, 'Authorization') ?? '', request) ? undefined : challenge(how));
    const seen = await begin(t, { user, spoil, ...patient });
    await seen.until(() => seen.pictures().length >= 48);
    await seen.source.stop();
    assert.deepEqual(seen.camera.asked, ['OPTIONS', 'OPTIONS', 'DESCRIBE', 'SETUP', 'SETUP', 'PLAY', 'TEARDOWN']);
    assert.deepEqual(codes(seen), []);
  });
}

test('a way of signing in that nobody knows, and no password where one is asked for, are final', async (t) => {
  for (const [given, how, code] of [[user, 'Hawk realm="cam"', 'sign-in-not-supported'], ['', 'Basic realm="cam"', 'password-missing']] as const) {
    const seen = await begin(t, { user: given, spoil: () => challenge(how) });
    await seen.until(() => seen.told.faults.length > 0);
    assert.deepEqual([codes(seen), seen.camera.connections], [[code], 1]);
  }
});

/** The clip, then a picture now and then for as long as the connection lasts. */
const goingOn: Play = (send, connection, socket) => {
  all(send, connection, socket);
  const last = clip.packets.findLast(({ channel }) => channel === 0)!;
  let i = 0;
  const timer = setInterval(() => send(0, wire(last, { sequence: ++i, timestamp: i * 9_000 })), 100);
  socket.on('close', () => clearInterval(timer));
};

for (const [offers, method] of [['OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN', 'GET_PARAMETER'], ['OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN', 'OPTIONS']] as const) {
  test(`keeps a session of 2 s alive by ${method}, as the camera offers`, async (t) => {
    const seen = await begin(t, { offers, timeoutSeconds: 2, play: goingOn, ...patient });
    await seen.until(() => seen.camera.asked.indexOf(method, 5) > 0);
    const kept = seen.camera.requests[seen.camera.asked.indexOf(method, 5)]!;
    assert.equal(headerOf(kept, 'Session'), '77');
    assert.deepEqual([codes(seen), seen.camera.connections], [[], 1]);
  });
}

test('a session that the camera let run out is opened anew', async (t) => {
  const spoil = ({ method }: RtspRequest, connection: number): Spoiled =>
    method === 'GET_PARAMETER' && connection === 1 ? { status: 454, reason: 'Session Not Found', headers: [] } : undefined;
  const seen = await begin(t, { offers: 'GET_PARAMETER', timeoutSeconds: 2, play: goingOn, spoil, ...patient });
  await seen.until(() => seen.camera.connections === 2 && codes(seen).length === 1);
  assert.deepEqual(codes(seen), ['source-lost']);
});

const refuses = (transport: string) => (request: RtspRequest): Spoiled =>
  request.method === 'SETUP' && (headerOf(request, 'Transport') ?? '').startsWith(transport) ? { status: 461, reason: 'Unsupported Transport', headers: [] } : undefined;

test('a camera that does not send inside the connection (461) sends datagrams', async (t) => {
  const seen = await begin(t, { spoil: refuses('RTP/AVP/TCP'), ...patient });
  await seen.until(() => seen.pictures().length >= 48);
  assert.deepEqual([codes(seen), seen.camera.connections], [[], 1]);
  assert.match(headerOf(seen.camera.requests.findLast(({ method }) => method === 'SETUP')!, 'Transport') ?? '', /client_port=/);
});

test('where only datagrams are wanted and the camera sends none (461), the transport is refused', async (t) => {
  const seen = await begin(t, { spoil: refuses('RTP/AVP;'), transport: 'udp', ...patient });
  await seen.until(() => codes(seen).length > 0);
  assert.equal(codes(seen)[0], 'transport-refused');
});

test('rtsps plays with a certificate that the camera made itself, and tells that nobody vouches for it', { skip: noOpenssl }, async (t) => {
  const certificate = fakeCertificate();
  t.after(() => certificate.remove());
  const tls = { key: readFileSync(certificate.keyFile, 'utf8'), cert: readFileSync(certificate.certFile, 'utf8') };
  const seen = await begin(t, { tls, ...patient });
  await seen.until(() => seen.pictures().length >= 48);
  assert.deepEqual(codes(seen), []);
  assert.deepEqual(seen.source.health?.().notices.map(({ code }) => code), ['certificate-not-checked']);
});
