import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routes } from '@lubo/contract';
import { enrolLocally, siteInHand, temporaryFolder } from '../testing/site-in-hand.ts';

const config = { demoClip: '/clips/demo.mp4' };

test('the demo has its school at once, and its channel as soon as the local gather has enrolled', async (t) => {
  const hand = await siteInHand(t, { config });
  assert.deepEqual((await hand.call(routes.listSchools)).body.rows.map(({ name }) => name), ['示例学校']);
  await enrolLocally(hand.call, 'live');
  assert.equal((await hand.call(routes.listChannels)).body.total, 0);
  await Promise.all([enrolLocally(hand.call, 'gather'), enrolLocally(hand.call, 'gather')]);
  const { rows } = (await hand.call(routes.listChannels)).body;
  assert.deepEqual(rows.map(({ schoolName, gradeName }) => schoolName + gradeName), ['示例学校初中一年级']);
});

test('a further start seeds nothing twice and follows the clip to its new place', async (t) => {
  const dataDir = temporaryFolder(t);
  const first = await siteInHand(t, { dataDir, config });
  const key = await enrolLocally(first.call, 'gather');
  const [channel] = (await first.call(routes.listChannels)).body.rows;
  await first.site.close();
  const second = await siteInHand(t, { dataDir, config: { demoClip: '/moved/demo.mp4' } });
  const gather = await second.agent('gather', key);
  await gather.until('the new place comes', (held) => JSON.stringify(held).includes('/moved/demo.mp4'));
  assert.deepEqual((await second.call(routes.listChannels)).body.rows.map(({ id }) => id), [channel?.id]);
  assert.equal((await second.call(routes.listSchools)).body.rows.length, 1);
});

test('what an administrator made of the demo stays: a renamed channel keeps its name, a deleted one stays away', async (t) => {
  const dataDir = temporaryFolder(t);
  const first = await siteInHand(t, { dataDir, config });
  await enrolLocally(first.call, 'gather');
  const cookie = await first.adminCookie();
  const params = { id: (await first.call(routes.listChannels)).body.rows[0]?.id ?? '' };
  await first.call(routes.editChannel, { params, cookie, body: { name: '我的课堂' } });
  await first.site.close();
  const second = await siteInHand(t, { dataDir, config });
  await enrolLocally(second.call, 'gather');
  assert.deepEqual((await second.call(routes.listChannels)).body.rows.map(({ name }) => name), ['我的课堂']);
  await second.call(routes.deleteChannel, { params, cookie: await second.adminCookie() });
  await second.site.close();
  const third = await siteInHand(t, { dataDir, config });
  await enrolLocally(third.call, 'gather');
  assert.equal((await third.call(routes.listChannels)).body.total, 0);
});

test('without a demo clip nothing is seeded', async (t) => {
  const hand = await siteInHand(t);
  await enrolLocally(hand.call, 'gather');
  assert.equal((await hand.call(routes.listSchools)).body.rows.length, 0);
  assert.equal((await hand.call(routes.listChannels)).body.total, 0);
});
