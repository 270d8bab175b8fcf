import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Route, type StorageGroup, routes } from '@lubo/contract';
import { madeRecording, tusHand } from '../testing/gather-hand.ts';
import { type SiteInHand, enrolLocally, siteInHand, temporaryFolder } from '../testing/site-in-hand.ts';

const megabytes = 1024 * 1024;
const nobody = '6f1c0c6e-2b5f-4c1e-9a55-0d1f7a3b9c01';

async function groupsOf(hand: SiteInHand): Promise<StorageGroup[]> {
  return (await hand.call(routes.listStorage, { cookie: await hand.adminCookie() })).body.rows;
}

test('the first start makes a volume in the data folder, a second start finds it again', async (t) => {
  const hand = await siteInHand(t);
  const [group, ...others] = await groupsOf(hand);
  assert.equal(others.length, 0);
  const [volume] = group?.volumes ?? [];
  assert.deepEqual([group?.isDefault, volume?.state, volume?.place, volume?.reserveBytes], [true, 'ready', join(hand.dataDir, 'site', 'storage'), 1024 * megabytes]);
  assert.ok((volume?.totalBytes ?? 0) > 0 && (volume?.usedPercent ?? -1) >= 0 && (group?.usedPercent ?? -1) >= 0);
  await hand.site.close();
  const again = await siteInHand(t, { dataDir: hand.dataDir });
  assert.deepEqual((await groupsOf(again)).map(({ volumes }) => volumes.map(({ id }) => id)), [[volume?.id]]);
});

test('a group and a volume are added while the site runs, and take the next recordings', async (t) => {
  const hand = await siteInHand(t, { config: { site: { storageReserveMegabytes: 10 } } });
  const cookie = await hand.adminCookie();
  const key = await enrolLocally(hand.call, 'gather');
  const channel = await hand.addChannel('一班', { gatherId: key.id });
  const folder = temporaryFolder(t);
  const health = await hand.call(routes.checkPlace, { cookie, body: { place: folder } });
  assert.deepEqual([health.status, health.body.state, readdirSync(folder)], [200, 'ready', []]);
  const { body: group } = await hand.call(routes.addStorageGroup, { cookie, body: { name: '二号' } });
  assert.equal((await hand.call(routes.editStorageGroup, { cookie, params: { id: group.id }, body: { isDefault: true } })).problem?.code, 'group-empty');
  const { body: volume } = await hand.call(routes.addVolume, { cookie, body: { groupId: group.id, place: folder } });
  assert.deepEqual([volume.state, volume.reserveBytes], ['ready', 10 * megabytes]);
  const { body: now } = await hand.call(routes.editStorageGroup, { cookie, params: { id: group.id }, body: { isDefault: true, name: '新盘' } });
  assert.deepEqual([now.isDefault, now.name], [true, '新盘']);
  const { upload, bytes } = madeRecording(channel.id);
  await tusHand(hand.url, key).send(upload, bytes);
  const { body: row } = await hand.call(routes.getArchived, { cookie, params: { id: upload.id } });
  assert.equal(row.volumeId, volume.id);
  assert.equal((await hand.call(routes.removeVolume, { cookie, params: { id: volume.id } })).problem?.code, 'volume-in-use');
  assert.equal((await hand.call(routes.removeStorageGroup, { cookie, params: { id: group.id } })).problem?.code, 'group-default');
  const first = (await groupsOf(hand)).find(({ id }) => id !== group.id);
  assert.equal((await hand.call(routes.removeStorageGroup, { cookie, params: { id: first?.id ?? '' } })).problem?.code, 'group-in-use');
  assert.equal((await hand.call(routes.removeVolume, { cookie, params: { id: first?.volumes[0]?.id ?? '' } })).status, 204);
  assert.equal((await hand.call(routes.removeStorageGroup, { cookie, params: { id: first?.id ?? '' } })).status, 204);
  assert.equal((await groupsOf(hand)).length, 1);
  const { body: less } = await hand.call(routes.editVolume, { cookie, params: { id: volume.id }, body: { reserveBytes: 2 ** 50 } });
  assert.equal(less.reserveBytes, 2 ** 50);
  assert.equal((await tusHand(hand.url, key).send(madeRecording(channel.id, { seed: 2 }).upload, Buffer.alloc(0))).status, 507);
});

test('a volume that is unmounted shows as away, and one that moved is found at its new place', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const folder = temporaryFolder(t);
  const [group] = await groupsOf(hand);
  const add = (place: string) => hand.call(routes.addVolume, { cookie, body: { groupId: group?.id ?? '', place } });
  mkdirSync(join(folder, 'old'));
  const { body: volume } = await add(join(folder, 'old'));
  renameSync(join(folder, 'old'), join(folder, 'new'));
  const checked = await hand.call(routes.checkVolume, { cookie, params: { id: volume.id } });
  assert.deepEqual([checked.body.state, checked.body.totalBytes], ['away', null]);
  const { body: found } = await add(join(folder, 'new'));
  assert.deepEqual([found.id, found.state, found.place], [volume.id, 'ready', join(folder, 'new')]);
  assert.equal((await add(join(folder, 'new'))).problem?.code, 'place-taken');
  assert.equal((await add(join(folder, 'new', 'data'))).problem?.code, 'place-unfit');
  assert.equal((await add(folder)).problem?.code, 'place-unfit');
});

test('each operation names what is wrong', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const viewer = await hand.viewerCookie();
  const [group] = await groupsOf(hand);
  const groupId = group?.id ?? '';
  const file = join(hand.dataDir, 'file');
  writeFileSync(file, '');
  const cases: [Route, { params?: Record<string, string>; body?: unknown }, status: number, code: string, field: string | undefined][] = [
    [routes.listStorage, {}, 200, '', undefined],
    [routes.checkPlace, { body: { place: 'relative' } }, 400, 'place-unfit', 'body.place'],
    [routes.checkPlace, { body: { place: '' } }, 400, 'invalid-request', 'body.place'],
    [routes.addStorageGroup, { body: { name: group?.name } }, 409, 'name-taken', 'body.name'],
    [routes.addStorageGroup, { body: { name: '' } }, 400, 'invalid-request', 'body.name'],
    [routes.editStorageGroup, { params: { id: '000000000000' }, body: { name: 'x' } }, 404, 'group-not-found', undefined],
    [routes.removeStorageGroup, { params: { id: '000000000000' } }, 404, 'group-not-found', undefined],
    [routes.addVolume, { body: { groupId: '000000000000', place: hand.dataDir } }, 400, 'invalid-request', 'body.groupId'],
    [routes.addVolume, { body: { groupId, place: file } }, 400, 'place-unfit', 'body.place'],
    [routes.addVolume, { body: { groupId, place: join(hand.dataDir, 'none') } }, 400, 'place-unfit', 'body.place'],
    [routes.addVolume, { body: { groupId, place: '/x\u0000y' } }, 400, 'invalid-request', 'body.place'],
    [routes.editVolume, { params: { id: nobody }, body: { reserveBytes: 1 } }, 404, 'volume-not-found', undefined],
    [routes.editVolume, { params: { id: nobody }, body: { reserveBytes: -1 } }, 400, 'invalid-request', 'body.reserveBytes'],
    [routes.removeVolume, { params: { id: nobody } }, 404, 'volume-not-found', undefined],
    [routes.checkVolume, { params: { id: nobody } }, 404, 'volume-not-found', undefined],
  ];
  for (const [route, options, status, code, field] of cases) {
    assert.equal((await hand.call(route, options)).status, 401, route.path);
    assert.equal((await hand.call(route, { ...options, cookie: viewer })).status, 403, route.path);
    const answer = await hand.call(route, { ...options, cookie });
    assert.deepEqual([answer.status, answer.problem?.code ?? '', answer.problem?.errors?.[0]?.path], [status, code, field], `${route.method} ${route.path}`);
  }
});

test('files without a recording and recordings without a file are counted, and nothing is deleted', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const key = await enrolLocally(hand.call, 'gather');
  const channel = await hand.addChannel('一班', { gatherId: key.id });
  const { upload, bytes } = madeRecording(channel.id);
  await tusHand(hand.url, key).send(upload, bytes);
  const data = join(hand.dataDir, 'site', 'storage', 'data');
  const file = readdirSync(data, { recursive: true }).map(String).find((name) => name.includes(upload.id)) ?? '';
  renameSync(join(data, file), join(data, file.replace(upload.id, nobody)));
  const spread = createHash('sha256').update(`recordings/${nobody}/video.mp4`).digest('hex').slice(0, 2);
  mkdirSync(join(data, spread), { recursive: true });
  renameSync(join(data, file.replace(upload.id, nobody)), join(data, spread, `+recordings+${nobody}+video.mp4`));
  await hand.clock.advance(11 * 60 * 1000);
  const [group] = (await hand.call(routes.listStorage, { cookie })).body.rows;
  const { orphans, orphanBytes, missing } = group?.volumes[0]?.census ?? {};
  assert.deepEqual([orphans, orphanBytes, missing], [1, 1000, 1]);
  assert.equal(readdirSync(join(data, spread)).length, 1);
});
