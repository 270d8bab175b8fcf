// Relay over real loopback WebSockets, with fake agents.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { test } from 'node:test';
import { GatherSettings, routes } from '@lubo/contract';
import Sqlite from 'better-sqlite3';
import { WebSocket } from 'ws';
import { connectFakeAgent } from '../testing/fake-agent.ts';
import { enrolLocally, siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

test('nobody gets in without a good key', async (t) => {
  const { url, call } = await siteInHand(t);
  const key = await enrolLocally(call, 'gather');
  for (const wrong of [{ ...key, key: 'wrong'.repeat(8) }, { ...key, id: '000000000000' }, { id: '', key: '' }]) {
    assert.equal(await (await connectFakeAgent(url, 'gather', wrong)).ended, 401);
  }
  const bare = new WebSocket(`${url.replace('http', 'ws')}/api/relay`);
  const status = await new Promise((resolve) => {
    bare.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    bare.on('error', () => {});
  });
  assert.equal(status, 401);
});

test('an upgrade anywhere else is refused', async (t) => {
  const { url } = await siteInHand(t);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/other`);
  const status = await new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.on('error', () => {});
  });
  assert.equal(status, 404);
});

for (const target of ['//', 'http://[/', '*']) {
  test(`an upgrade of the address ${target} is refused and hurts nobody`, async (t) => {
    const { url } = await siteInHand(t);
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13';
    socket.end(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n\r\n`);
    assert.match(await textOf(socket), /^HTTP\/1\.1 404 /);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  });
}

test('a gather gets its settings and channels, then each change, and the list shows it', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  await gather.until('settings come', (held) => 'settings' in held);
  assert.deepEqual(gather.held()?.resources, { settings: GatherSettings.parse({ title: 'gather-pc', siteName: '录播', schoolName: '' }) });
  const channel = await hand.addChannel('一班', { gatherId: gather.id });
  await gather.until('the channel comes', (held) => `channel/${channel.id}` in held);
  assert.equal(gather.messages.at(-1)?.type, 'change');
  assert.deepEqual(gather.held()?.resources[`channel/${channel.id}`], { id: channel.id, name: '一班', source: channel.source, isStarted: true });

  const cookie = await hand.adminCookie();
  await hand.call(routes.editChannel, { params: { id: channel.id }, body: { name: '二班', isStarted: false }, cookie });
  await gather.until('the edit comes', (held) => JSON.stringify(held).includes('二班'));
  await hand.call(routes.deleteChannel, { params: { id: channel.id }, cookie });
  await gather.until('the channel goes', (held) => !(`channel/${channel.id}` in held));

  const { body } = await hand.call(routes.listAgents, { cookie, query: { kind: 'gather' } });
  assert.deepEqual(body.rows.map(({ id, isOnline, facts }) => [id, isOnline, facts?.version]), [[gather.id, true, '9']]);
});

test('a live server gets the keys of stream tokens', async (t) => {
  const hand = await siteInHand(t);
  const live = await hand.agent('live');
  await live.until('settings come', (held) => 'settings' in held);
  assert.match(JSON.stringify(live.held()?.resources['settings']), /"tokenKeys":\["[0-9a-f]{64}"\]/);
});

test('a second connection of an agent replaces the first, which ends; the agent stays online', async (t) => {
  const hand = await siteInHand(t);
  const key = await enrolLocally(hand.call, 'gather');
  const first = await hand.agent('gather', key);
  await first.until('the first has its state', () => true);
  const second = await hand.agent('gather', key);
  assert.equal(await first.ended, 4001);
  await second.until('the second has its state', () => true);
  const cookie = await hand.adminCookie();
  assert.equal((await hand.call(routes.listAgents, { cookie })).body.rows[0]?.isOnline, true);
});

test('two connections that race end with one, and both ways round it holds the newest state', async (t) => {
  const hand = await siteInHand(t);
  const key = await enrolLocally(hand.call, 'gather');
  const channels: string[] = [];
  for (let round = 0; round < 5; round++) {
    const [a, b, channel] = await Promise.all([hand.agent('gather', key), hand.agent('gather', key), hand.addChannel(`班 ${round}`, { gatherId: key.id })]);
    channels.push(channel.id);
    await until('one of the two is left', () => a.isOpen() !== b.isOpen());
    const left = a.isOpen() ? a : b;
    await left.until('it holds every channel', (held) => channels.every((id) => `channel/${id}` in held));
  }
});

test('a state without confirmation is sent whole again after 5 s', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  await gather.until('state comes', () => true);
  gather.setConfirming(false);
  await hand.addChannel('一班', { gatherId: gather.id });
  await until('the change comes', () => gather.messages.length === 2);
  await hand.clock.advance(4_000);
  assert.equal(gather.messages.length, 2);
  await hand.clock.advance(2_000);
  await until('it comes again', () => gather.messages.length === 3);
  assert.deepEqual([gather.messages[1]?.type, gather.messages[2]?.type], ['change', 'state']);
  assert.equal(gather.messages[1]?.revision, gather.messages[2]?.revision);
});

test('a state that could not be read is read again', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  await gather.until('state comes', () => true);
  const db = new Sqlite(join(hand.dataDir, 'site', 'lubo.sqlite'));
  t.after(() => db.close());
  db.exec('alter table schools rename to schools_away');
  const channel = await hand.addChannel('一班', { gatherId: gather.id });
  await gather.settle();
  await hand.clock.advance(1_000);
  assert.equal(gather.messages.length, 1);
  db.exec('alter table schools_away rename to schools');
  await hand.clock.advance(1_000);
  await gather.until('the channel comes', (held) => `channel/${channel.id}` in held);
});

test('resync brings the whole state', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  await gather.until('state comes', () => true);
  gather.send({ type: 'resync' });
  await until('it comes again', () => gather.messages.length === 2);
  assert.deepEqual(gather.messages[0], gather.messages[1]);
});

test('an agent that falls silent is offline within 15 s', async (t) => {
  const hand = await siteInHand(t);
  const key = await enrolLocally(hand.call, 'gather');
  const gather = await connectFakeAgent(hand.url, 'gather', key, { autoPong: false });
  await gather.until('state comes', () => true);
  await gather.settle();
  const cookie = await hand.adminCookie();
  const isOnline = async () => (await hand.call(routes.listAgents, { cookie })).body.rows[0]?.isOnline;
  await hand.clock.advance(14_000);
  assert.equal(await isOnline(), true);
  await hand.clock.advance(1_000);
  assert.equal(await isOnline(), false);
  assert.equal(await gather.ended, 1006);
});

test('a time of day that is set forward ends no connection, one that is set back keeps no dead one', async (t) => {
  const hand = await siteInHand(t);
  const key = await enrolLocally(hand.call, 'gather');
  const gather = await connectFakeAgent(hand.url, 'gather', key, { autoPong: false });
  await gather.until('state comes', () => true);
  await gather.settle();
  const cookie = await hand.adminCookie();
  const isOnline = async () => (await hand.call(routes.listAgents, { cookie })).body.rows[0]?.isOnline;
  hand.clock.step(60 * 60 * 1000);
  await hand.clock.advance(2_000);
  assert.equal(await isOnline(), true);
  hand.clock.step(-2 * 60 * 60 * 1000);
  await hand.clock.advance(13_000);
  assert.equal(await isOnline(), false);
});

test('pings are answered and keep an idle agent online', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  await gather.until('state comes', () => true);
  for (let round = 1; round <= 6; round++) {
    await hand.clock.advance(5_000);
    await until('a ping comes', () => gather.pings() === round);
    await gather.settle();
  }
  assert.equal(gather.isOpen(), true);
});

test('a killed agent is offline at once, and its last sight is kept', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  await gather.until('state comes', () => true);
  gather.kill();
  const cookie = await hand.adminCookie();
  await until('it is offline', async () => (await hand.call(routes.listAgents, { cookie })).body.rows[0]?.isOnline === false);
  assert.equal((await hand.call(routes.listAgents, { cookie })).body.rows[0]?.lastSeenAt, new Date(hand.clock.now()).toISOString());
});

for (const [what, code, provoke] of [
  ['that is no JSON', 4002, ['{']],
  ['of an unknown type', 4002, ['{"type":"sudo"}']],
  ['with wrong fields', 4002, ['{"type":"applied","revision":-1}']],
  ['of another protocol', 4002, [JSON.stringify({ type: 'hello', protocol: 99, kind: 'gather', facts: { hostname: '', os: '', ip: '', mac: '', version: '' } })]],
  ['past the limit of size', 1009, [`"${'x'.repeat(4 * 1024 * 1024)}"`]],
  ['past the limit of number', 1008, Array.from({ length: 600 }, () => '{"type":"resync"}')],
] as const) {
  test(`a message ${what} closes the connection, only this one`, async (t) => {
    const hand = await siteInHand(t);
    const other = await hand.agent('live');
    await other.until('state comes', () => true);
    const gather = await hand.agent('gather');
    await gather.until('state comes', () => true);
    for (const text of provoke) gather.send(text);
    assert.equal(await gather.ended, code);
    assert.equal(other.isOpen(), true);
  });
}

test('a message before hello, and a hello of the wrong kind, close the connection', async (t) => {
  const { url, call } = await siteInHand(t);
  const key = await enrolLocally(call, 'gather');
  const silent = await connectFakeAgent(url, 'gather', key, { hello: 'none' });
  silent.send({ type: 'applied', revision: 1 });
  assert.equal(await silent.ended, 4002);
  assert.equal(await (await connectFakeAgent(url, 'live', key)).ended, 4002);
});
