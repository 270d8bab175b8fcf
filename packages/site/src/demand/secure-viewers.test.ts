// Pages over HTTPS and live servers with and without it.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { routes } from '@lubo/contract';
import { pino } from 'pino';
import { siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

const overHttps = { headers: { 'x-forwarded-proto': 'https', host: 'lubo.school.example' } };
const facts = { hostname: 'far', os: 'Linux', ip: '10.0.0.8', mac: '', version: '1' };

async function stage(t: TestContext) {
  const logs: { level: number; msg: string; reason?: string }[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logs.push(JSON.parse(line) as (typeof logs)[number]) });
  const hand = await siteInHand(t, { deps: { log } });
  const { body: code } = await hand.call(routes.createEnrolmentCode, { cookie: await hand.adminCookie(), body: { kind: 'live' } });
  const { body: key } = await hand.call(routes.enrol, { body: { kind: 'live', code: code.code, facts } });
  const gather = await hand.agent('gather');
  const channel = await hand.addChannel('一班', { gatherId: gather.id });
  gather.reportChannels([{ id: channel.id }]);
  const plain = await hand.agent('live');
  plain.reportStreams([], { rtmpPort: 1111 });
  const watch = (how: object = {}) => hand.call(routes.watchChannel, { params: { id: channel.id }, ...how });
  const portOfPush = () => new URL(gather.push(channel.id)?.url ?? 'rtmp://none:1').port;
  return { ...hand, logs, gather, plain, secure: () => hand.agent('live', key), watch, portOfPush };
}

test('with plain live servers only, a page over HTTPS learns why it can not play, nothing is pushed, and the log tells once what to set', async (t) => {
  const { watch, plain, logs, portOfPush } = await stage(t);
  await plain.settle();
  await until('the live server is known', async () => (await watch(overHttps)).problem?.code === 'no-secure-live-server');
  const { status, headers } = await watch(overHttps);
  assert.deepEqual([status, headers['retry-after']], [503, '10']);
  assert.equal(portOfPush(), '1');
  const told = logs.filter(({ msg }) => msg.startsWith('pages over HTTPS can not play'));
  assert.equal(told.length, 1);
  assert.match(told[0]?.reason ?? '', /live\.tls\.certFile .*live\.publicHttpUrl/);
  assert.equal((await watch()).status, 200);
});

test('a live server that gets HTTPS serves them, at addresses over HTTPS', async (t) => {
  const { watch, plain } = await stage(t);
  plain.reportStreams([], { httpScheme: 'https' });
  await until('it can be played', async () => (await watch(overHttps)).status === 200);
  const { body } = await watch(overHttps);
  assert.match(body.flv, /^https:\/\/lubo\.school\.example:8080\/live\//);
  assert.match(body.hls ?? '', /^https:\/\/lubo\.school\.example:8080\/live\//);
});

test('a channel on a plain live server goes to one with HTTPS when a page over HTTPS asks, and stays there for all', async (t) => {
  const { watch, gather, secure, portOfPush } = await stage(t);
  await until('it is pushed', async () => (await watch()).status === 200);
  await gather.until('to the plain one', () => portOfPush() === '1111');
  const other = await secure();
  other.reportStreams([], { rtmpPort: 2222, publicHttpUrl: 'https://live.school.example' });
  await until('it can be played', async () => (await watch(overHttps)).status === 200);
  await gather.until('the push moves', () => portOfPush() === '2222');
  assert.match((await watch()).body.flv, /^https:\/\/live\.school\.example\//);
  assert.equal(portOfPush(), '2222');
});
