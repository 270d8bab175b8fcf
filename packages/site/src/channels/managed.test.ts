import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ChannelAction, routes } from '@lubo/contract';
import { siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

async function hand(t: Parameters<typeof siteInHand>[0]) {
  const site = await siteInHand(t);
  const cookie = await site.adminCookie();
  const gather = await site.agent('gather');
  const list = async (query: Record<string, string> = {}) => (await site.call(routes.listManagedChannels, { query, cookie })).body;
  const names = async (query: Record<string, string> = {}) => (await list(query)).rows.map(({ name }) => name).join(' ');
  const act = async (ids: string[], action: ChannelAction) => (await site.call(routes.changeChannels, { cookie, body: { ids, action } })).body;
  return { ...site, cookie, gather, list, names, act };
}

test('a password reaches the gather and no administrator, and lies sealed in the database', async (t) => {
  const site = await hand(t);
  const source = { mode: 'pull', url: 'rtsp://admin:geheim-1234@10.0.0.7/live' };
  const made = await site.addChannel('一班', { gatherId: site.gather.id, source });
  assert.deepEqual(made.source, { mode: 'pull', url: 'rtsp://10.0.0.7/live', user: 'admin', transport: 'auto', hasPassword: true });
  await site.gather.until('the channel comes', (held) => `channel/${made.id}` in held);
  const told = site.gather.held()?.resources[`channel/${made.id}`] as { source: { password: string } };
  assert.equal(told.source.password, 'geheim-1234');
  const answers = [await site.list(), (await site.call(routes.getManagedChannel, { params: { id: made.id }, cookie: site.cookie })).body];
  assert.doesNotMatch(JSON.stringify(answers), /geheim/);
  for (const file of ['lubo.sqlite', 'lubo.sqlite-wal']) assert.ok(!readFileSync(join(site.dataDir, 'site', file)).includes('geheim'));
  const kept = await site.call(routes.editChannel, { params: { id: made.id }, cookie: site.cookie, body: { source: { mode: 'pull', url: 'rtsp://10.0.0.8/live', user: 'admin' } } });
  assert.deepEqual(kept.body.source, { ...made.source, url: 'rtsp://10.0.0.8/live' });
  await site.gather.until('the edit comes', (held) => JSON.stringify(held[`channel/${made.id}`]).includes('10.0.0.8'));
  assert.match(JSON.stringify(site.gather.held()?.resources[`channel/${made.id}`]), /geheim-1234/);
});

test('a wrong source is refused with its field', async (t) => {
  const site = await hand(t);
  const cases: [source: object, path: string][] = [
    [{ mode: 'pull', url: 'http://cam/1' }, 'body.source.url'],
    [{ mode: 'pull', url: 'rtsp://cam/1', subUrl: 'ftp://cam/2' }, 'body.source.subUrl'],
    [{ mode: 'camera', address: 'a b' }, 'body.source.address'],
    [{ mode: 'camera', address: 'cam', port: 0 }, 'body.source.port'],
    [{ mode: 'usb' }, 'body.source.mode'],
  ];
  for (const [source, path] of cases) {
    const { status, problem } = await site.call(routes.createChannel, { cookie: site.cookie, body: { name: 'x', gatherId: site.gather.id, source } });
    assert.deepEqual([status, problem?.errors?.[0]?.path], [400, path]);
  }
});

test('the list filters, searches and sorts', async (t) => {
  const site = await hand(t);
  const { id: gatherId } = site.gather;
  await site.addChannel('b班', { gatherId });
  await site.addChannel('a班', { gatherId, source: { mode: 'camera', address: '10.1.2.3' } });
  const c = await site.addChannel('c班', { gatherId, source: { mode: 'pull', url: 'rtsp://10.9.9.9/1' } });
  assert.equal(await site.names(), 'a班 b班 c班');
  assert.equal(await site.names({ sort: '-name' }), 'c班 b班 a班');
  assert.equal(await site.names({ mode: 'camera' }), 'a班');
  assert.equal(await site.names({ search: '10.9' }), 'c班');
  assert.equal(await site.names({ gatherId: '000000000000' }), '');
  site.gather.reportChannels([{ id: c.id, isRecording: true, lostPackets: 7 }]);
  await until('it records', async () => (await site.names({ status: 'recording' })) === 'c班');
  assert.equal((await site.list({ status: 'recording' })).rows[0]?.lostPackets, 7);
  assert.deepEqual([(await site.list({ page: '2', pageSize: '2' })).rows.length, (await site.list({ pageSize: '2' })).total], [1, 3]);
});

test('a deleted channel goes to the recycle bin: out of lists and gather, back by restoring, gone by purging', async (t) => {
  const site = await hand(t);
  const one = await site.addChannel('一班', { gatherId: site.gather.id });
  await site.gather.until('it comes', (held) => `channel/${one.id}` in held);
  const usage = await site.call(routes.channelUsage, { cookie: site.cookie, body: { ids: [one.id] } });
  assert.deepEqual(usage.body, { channels: 1, intervals: 0, lessons: 0, recordings: 0, recordingBytes: 0 });
  assert.deepEqual((await site.act([one.id], 'purge')).failed.map(({ code }) => code), ['not-in-bin']);
  assert.deepEqual((await site.act([one.id, '000000000000'], 'delete')), { done: [one.id], failed: [{ id: '000000000000', code: 'channel-not-found', detail: 'There is no such channel.' }] });
  await site.gather.until('it goes', (held) => !(`channel/${one.id}` in held));
  assert.deepEqual([await site.names(), await site.names({ bin: 'true' })], ['', '一班']);
  assert.equal((await site.call(routes.getChannel, { params: { id: one.id } })).status, 404);
  assert.equal((await site.call(routes.watchChannel, { params: { id: one.id } })).status, 404);
  assert.equal((await site.call(routes.editChannel, { params: { id: one.id }, cookie: site.cookie, body: { isStarted: true } })).status, 404);
  const restored = await site.call(routes.restoreChannel, { params: { id: one.id }, cookie: site.cookie });
  assert.equal(restored.body.isStarted, false);
  await site.act([one.id], 'start');
  await site.gather.until('it is back', (held) => (held[`channel/${one.id}`] as { isStarted: boolean } | undefined)?.isStarted === true);
  await site.act([one.id], 'delete');
  assert.deepEqual((await site.act([one.id], 'purge')).done, [one.id]);
  assert.equal((await site.call(routes.getManagedChannel, { params: { id: one.id }, cookie: site.cookie })).status, 404);
});
