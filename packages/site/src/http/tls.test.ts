// The site over HTTPS: pages, API, cookie and relay behind a certificate of its own.
import assert from 'node:assert/strict';
import { get } from 'node:https';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect as connectSecurely } from 'node:tls';
import { StartError } from '@lubo/config';
import { fakeCertificate, noOpenssl } from '@lubo/config/fake-certificate';
import { relayPath, routes } from '@lubo/contract';
import { WebSocket } from 'ws';
import { enrolLocally, siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

const skip = noOpenssl;

async function secureSite(t: TestContext) {
  const files = fakeCertificate('first');
  t.after(() => files.remove());
  const hand = await siteInHand(t, { config: { site: { tls: { certFile: files.certFile, keyFile: files.keyFile } } } });
  const address = hand.site.app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { ...hand, files, port };
}

test('pages and API answer over HTTPS, without asking browsers for HTTPS for ever', { skip }, async (t) => {
  const { port } = await secureSite(t);
  const headers = await new Promise<NodeJS.Dict<string | string[]>>((resolve, reject) => {
    get(`https://127.0.0.1:${port}/healthz`, { rejectUnauthorized: false }, (response) => resolve(response.resume().headers)).on('error', reject);
  });
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(headers['strict-transport-security'], undefined);
});

test('agents connect to the relay over TLS', { skip }, async (t) => {
  const { call, port } = await secureSite(t);
  const { id, key } = await enrolLocally(call, 'gather');
  const headers = { authorization: `Bearer ${id}.${key}` };
  const socket = new WebSocket(`wss://127.0.0.1:${port}${relayPath}`, { headers, rejectUnauthorized: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.terminate();
});

test('a renewed certificate is served without a restart', { skip }, async (t) => {
  const { files, port } = await secureSite(t);
  const name = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connectSecurely({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });
  assert.equal(await name(), 'first');
  files.renew('second');
  await until('the second is served', async () => (await name()) === 'second');
});

test('a handshake that never ends does not hold up the end of the site', { skip }, async (t) => {
  const { site, port } = await secureSite(t);
  const idle = connect(port, '127.0.0.1').on('error', () => {});
  await new Promise((resolve) => void idle.once('connect', resolve));
  const closed = new Promise((resolve) => void idle.once('close', resolve));
  await site.app.close();
  await closed;
});

test('a certificate that can not be served is told in a line that names the setting', { skip }, async (t) => {
  const files = fakeCertificate();
  t.after(() => files.remove());
  const tls = { certFile: files.keyFile, keyFile: files.keyFile };
  await assert.rejects(siteInHand(t, { config: { site: { tls } } }), (error) => error instanceof StartError && error.message.startsWith('site.tls.certFile holds no certificate'));
});

test('who came over HTTPS is told by a proxy on this machine, by the browser, or by the public address', async (t) => {
  const hand = await siteInHand(t);
  const open = await siteInHand(t, { config: { site: { publicUrl: 'https://lubo.school.example' } } });
  const cases: [what: string, site: typeof hand, headers: Record<string, string>, remoteAddress: string, isSecure: boolean][] = [
    ['nobody says anything', hand, {}, '10.0.0.1', false],
    ['a proxy on this machine', hand, { 'x-forwarded-proto': 'https' }, '127.0.0.1', true],
    ['anybody else', hand, { 'x-forwarded-proto': 'https' }, '10.0.0.1', false],
    ['the browser', hand, { origin: 'https://lubo.school.example' }, '10.0.0.1', true],
    ['the browser, of a page over HTTP', open, { origin: 'http://192.168.1.5:8000' }, '10.0.0.1', false],
    ['the public address', open, { host: 'lubo.school.example' }, '10.0.0.1', true],
    ['an address of the local network, whatever the public one is', open, { host: '192.168.1.5:8000' }, '10.0.0.1', false],
    ['the browser, where it names no origin', hand, { referer: 'https://lubo.school.example/live' }, '10.0.0.1', true],
    ['nonsense', hand, { origin: 'null' }, '10.0.0.1', false],
  ];
  for (const [what, site, headers, remoteAddress, isSecure] of cases) {
    const gather = await site.agent('gather');
    const live = await site.agent('live');
    const channel = await site.addChannel(what, { gatherId: gather.id });
    live.reportStreams([]);
    const watch = (how: object) => site.call(routes.watchChannel, { params: { id: channel.id }, ...how });
    await until('the live server can be chosen', async () => (await watch({ headers: { origin: 'http://a' } })).status === 200);
    const { status, problem } = await watch({ headers, remoteAddress });
    assert.deepEqual([status, problem?.code], isSecure ? [503, 'no-secure-live-server'] : [200, undefined], what);
    gather.close();
    live.close();
  }
});
