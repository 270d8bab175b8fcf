import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsPath, routes } from '@lubo/contract';
import { siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

test('the site has a tag that stays, and a name, footer and zone that an administrator changes in part', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const { body: before } = await hand.call(routes.getSite);
  assert.deepEqual([before.name, before.timeZone, before.version], ['录播', 'Asia/Shanghai', '1.2.3']);
  const body = { name: '云湖录播', officialUrl: 'https://school.example/', servicePhone: '+86 10 1234-5678', timeZone: 'Asia/Urumqi' };
  assert.deepEqual((await hand.call(routes.editSite, { cookie, body })).body, { ...before, ...body });
  assert.deepEqual((await hand.call(routes.editSite, { cookie, body: { officialUrl: '' } })).body, { ...before, ...body, officialUrl: '' });
  assert.equal((await hand.call(routes.editSite, { cookie, body: { tag: 'mine' } })).problem?.errors?.[0]?.path, 'body.tag');
});

test('a new name is on every gather and every page that listens at once', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  await gather.until('settings come', (resources) => 'settings' in resources);
  const stop = new AbortController();
  t.after(() => stop.abort());
  const events = await fetch(`${hand.url}${eventsPath}`, { signal: stop.signal });
  let text = '';
  void (async () => {
    const decoder = new TextDecoder();
    for await (const part of events.body as AsyncIterable<Uint8Array>) text += decoder.decode(part, { stream: true });
  })().catch(() => {});
  await until('the page listens', () => text.includes('retry:'));
  await hand.call(routes.editSite, { cookie: await hand.adminCookie(), body: { name: '云湖录播' } });
  await gather.until('the new name comes', (resources) => (resources['settings'] as { siteName: string }).siteName === '云湖录播');
  await until('the page hears', () => /event: site\ndata: .*云湖录播/.test(text));
});

const wrong = [
  { field: 'name', values: ['', 'x'.repeat(65), 'a\nb'] },
  { field: 'officialUrl', values: ['javascript:alert(1)', 'school.example', `https://${'x'.repeat(256)}`, 'http://'] },
  { field: 'servicePhone', values: ['<b>1</b>', '1'.repeat(33)] },
  { field: 'timeZone', values: ['Mars/Base', ''] },
];

for (const { field, values } of wrong) {
  test(`a wrong ${field} is named`, async (t) => {
    const hand = await siteInHand(t);
    for (const value of values) {
      const { status, problem } = await hand.call(routes.editSite, { cookie: await hand.adminCookie(), body: { [field]: value } });
      assert.deepEqual([status, problem?.errors?.[0]?.path], [400, `body.${field}`], value);
    }
  });
}
