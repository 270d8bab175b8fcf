import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routes } from '@lubo/contract';
import { connectFakeAgent } from '../testing/fake-agent.ts';
import { siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

const facts = { hostname: 'far-pc', os: 'Windows 11', ip: '10.0.0.8', mac: '00:11:22:33:44:66', version: '1' };

async function hand(t: Parameters<typeof siteInHand>[0]) {
  const site = await siteInHand(t);
  const cookie = await site.adminCookie();
  const enrol = async (body: object = {}) => {
    const { body: code } = await site.call(routes.createEnrolmentCode, { cookie, body: { kind: 'gather', ...body } });
    const { body: key } = await site.call(routes.enrol, { body: { kind: 'gather', code: code.code, facts } });
    return key;
  };
  const list = async (query: Record<string, string> = {}) => (await site.call(routes.listGathers, { query, cookie })).body;
  return { ...site, cookie, enrol, list };
}

test('a gather that connects appears by itself with its machine and what it tells; when it dies it is offline', async (t) => {
  const site = await hand(t);
  const key = await site.enrol({ title: '三楼', channelLimit: 3 });
  const gather = await connectFakeAgent(site.url, 'gather', key, { hello: { facts } });
  const channel = await site.addChannel('一班', { gatherId: key.id });
  const disk = { folder: '/data', totalBytes: 10, freeBytes: 1, isLow: true, isFull: false };
  const told = { id: channel.id, state: 'running' as const, isPushing: false, isRecording: true, receiveKbps: 1, sendKbps: 0 };
  gather.send({ type: 'gather-report', report: { channels: [told], disks: [disk], waiting: { recordings: 2, bytes: 9 } } });
  await until('it reports', async () => (await site.list()).rows[0]?.hasLowDisk === true);
  const [row] = (await site.list()).rows;
  assert.deepEqual(
    [row?.title, row?.facts?.mac, row?.isOnline, row?.channels, row?.recording, row?.channelLimit, row?.waiting],
    ['三楼', facts.mac, true, 1, 1, 3, { recordings: 2, bytes: 9 }],
  );
  const { body: one } = await site.call(routes.getGather, { params: { id: key.id }, cookie: site.cookie });
  assert.deepEqual([one.disks, one.timeZone, one.tuning.sliceMinutes], [[disk], 'Asia/Shanghai', 30]);
  gather.kill();
  await until('it is offline', async () => (await site.list({ online: 'false' })).total === 1);
  assert.equal((await site.list()).online, 0);
});

test('settings reach the gather at once, and out-of-range values are refused with their field', async (t) => {
  const site = await hand(t);
  const gather = await site.agent('gather');
  const edit = (body: object) => site.call(routes.editGather, { params: { id: gather.id }, cookie: site.cookie, body });
  const { body } = await edit({ title: '新名', tuning: { sliceMinutes: 10, overlapGops: 2, reconnectsCameras: false } });
  assert.deepEqual([body.title, body.tuning.sliceMinutes, body.tuning.overlapGops, body.tuning.reconnectsCameras, body.tuning.mainKbps], ['新名', 10, 2, false, 1024]);
  await gather.until('they come', (held) => (held['settings'] as { sliceMinutes: number; title: string }).sliceMinutes === 10);
  const wrong: [tuning: object, path: string][] = [
    [{ sliceMinutes: 31 }, 'body.tuning.sliceMinutes'],
    [{ overlapGops: 4 }, 'body.tuning.overlapGops'],
    [{ snapshotMinutes: 0 }, 'body.tuning.snapshotMinutes'],
    [{ mainKbps: 31 }, 'body.tuning.mainKbps'],
    [{ subKbps: 8193 }, 'body.tuning.subKbps'],
  ];
  for (const [tuning, path] of wrong) {
    const { status, problem } = await edit({ tuning });
    assert.deepEqual([status, problem?.errors?.[0]?.path], [400, path]);
  }
  assert.equal((await edit({ schoolId: '000000000000' })).problem?.errors?.[0]?.path, 'body.schoolId');
  const missing = { params: { id: '000000000000' }, cookie: site.cookie };
  assert.equal((await site.call(routes.editGather, { ...missing, body: {} })).status, 404);
  for (const route of [routes.getGather, routes.gatherUsage, routes.deleteGather, routes.revokeGather]) assert.equal((await site.call(route, missing)).status, 404);
});

test('a channel past the limit of the enrolment is refused', async (t) => {
  const site = await hand(t);
  const { id: gatherId } = await site.enrol({ channelLimit: 1 });
  await site.addChannel('一班', { gatherId });
  const body = { name: '二班', gatherId, source: { mode: 'file', path: '/a' } };
  assert.deepEqual((await site.call(routes.createChannel, { cookie: site.cookie, body })).problem?.code, 'too-many-channels');
});

test('a revoked key lets nobody in; a code for the same gather does, with all that it had', async (t) => {
  const site = await hand(t);
  const key = await site.enrol({ title: '三楼' });
  const gather = await connectFakeAgent(site.url, 'gather', key);
  await gather.until('it is in', () => true);
  const channel = await site.addChannel('一班', { gatherId: key.id });
  const { body } = await site.call(routes.revokeGather, { params: { id: key.id }, cookie: site.cookie });
  assert.equal(body.isRevoked, true);
  assert.equal(await gather.ended, 4003);
  assert.equal(await (await connectFakeAgent(site.url, 'gather', key)).ended, 401);
  const again = await site.enrol({ agentId: key.id });
  assert.equal(again.id, key.id);
  const back = await connectFakeAgent(site.url, 'gather', again);
  await back.until('its channel comes', (held) => `channel/${channel.id}` in held);
  assert.equal((await site.list()).rows[0]?.isRevoked, false);
});

test('a gather is deleted only without channels; what is in the recycle bin goes once that was confirmed', async (t) => {
  const site = await hand(t);
  const { id } = await site.enrol();
  const channel = await site.addChannel('一班', { gatherId: id });
  const remove = (query?: { confirm: string }) => site.call(routes.deleteGather, { params: { id }, cookie: site.cookie, ...(query ? { query } : {}) });
  assert.equal((await remove()).problem?.code, 'in-use');
  await site.call(routes.deleteChannel, { params: { id: channel.id }, cookie: site.cookie });
  assert.equal((await remove()).problem?.code, 'confirm-needed');
  const { body: usage } = await site.call(routes.gatherUsage, { params: { id }, cookie: site.cookie });
  assert.deepEqual(usage.items, [{ kind: 'channels-in-bin', effect: 'goes', count: 1 }]);
  assert.equal((await remove({ confirm: usage.state })).status, 204);
  assert.equal((await site.list()).total, 0);
});

test("this machine's own gather can be neither revoked nor deleted", async (t) => {
  const site = await hand(t);
  const { id } = await site.agent('gather');
  for (const route of [routes.revokeGather, routes.deleteGather]) {
    assert.deepEqual((await site.call(route, { params: { id }, cookie: site.cookie })).problem?.code, 'is-local');
  }
});

test('codes are listed without themselves, lapse, and can be taken back', async (t) => {
  const site = await hand(t);
  const make = async (body: object) => (await site.call(routes.createEnrolmentCode, { cookie: site.cookie, body: { kind: 'gather', ...body } })).body;
  const codes = async () => (await site.call(routes.listEnrolmentCodes, { cookie: site.cookie })).body.rows;
  const short = await make({ title: 'short', validDays: 1, channelLimit: 9 });
  const taken = await make({ title: 'taken' });
  assert.deepEqual((await codes()).map(({ title, state, channelLimit }) => `${title} ${state} ${channelLimit}`).toSorted(), ['short open 9', 'taken open 256']);
  assert.doesNotMatch(JSON.stringify(await codes()), new RegExp(`${short.code}|${taken.code}`));
  assert.equal((await site.call(routes.deleteEnrolmentCode, { params: { id: taken.id }, cookie: site.cookie })).status, 204);
  assert.equal((await site.call(routes.deleteEnrolmentCode, { params: { id: taken.id }, cookie: site.cookie })).status, 404);
  const unknown = await site.call(routes.createEnrolmentCode, { cookie: site.cookie, body: { kind: 'live', agentId: '000000000000' } });
  assert.equal(unknown.problem?.errors?.[0]?.path, 'body.agentId');
  const enrol = (code: string) => site.call(routes.enrol, { body: { kind: 'gather', code, facts } });
  assert.equal((await enrol(taken.code)).problem?.code, 'wrong-code');
  await site.clock.advance(24 * 60 * 60 * 1000 + 1);
  assert.equal((await enrol(short.code)).problem?.code, 'wrong-code');
});
