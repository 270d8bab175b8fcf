import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventsPath, routes, siteEvents } from '@lubo/contract';
import { type SiteInHand, siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';
import { collectMillis } from './publisher.ts';

type Page = { text(): string; events(name: string): unknown[] };

/** A page that listens on a real connection. */
async function listen(t: TestContext, hand: SiteInHand): Promise<Page> {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const response = await fetch(`${hand.url}${eventsPath}`, { signal: stop.signal });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.ok(response.headers.get('content-security-policy'));
  let text = '';
  void (async () => {
    const decoder = new TextDecoder();
    for await (const part of response.body as AsyncIterable<Uint8Array>) text += decoder.decode(part, { stream: true });
  })().catch(() => {});
  await until('the connection is open', () => text.includes('retry:'));
  return {
    text: () => text,
    events: (name) => [...text.matchAll(new RegExp(`^event: ${name}\\ndata: (.*)\\n`, 'gm'))].map(([, data = '']) => JSON.parse(data) as unknown),
  };
}

test('pages hear of channels that appear, change and go, each once however often it was touched', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  await gather.until('state comes', () => true);
  const page = await listen(t, hand);
  const channel = await hand.addChannel('一班', { gatherId: gather.id });
  await hand.clock.advance(collectMillis);
  await until('it appears', () => page.events('channel').length === 1);

  for (let i = 0; i < 10; i++) gather.reportChannels([{ id: channel.id, receiveKbps: i }]);
  await gather.settle();
  await until('it shows in the list', async () => (await hand.call(routes.listChannels)).body.online === 1);
  await hand.clock.advance(collectMillis);
  await until('it runs', () => page.events('channel').length === 2);
  const last = siteEvents.channel.parse(page.events('channel').at(-1));
  assert.deepEqual([last.id, last.status, last.isOnline], [channel.id, 'running', true]);

  gather.kill();
  await until('it is offline', async () => (await hand.call(routes.listChannels)).body.online === 0);
  await hand.clock.advance(collectMillis);
  await until('it waits', () => siteEvents.channel.parse(page.events('channel').at(-1)).status === 'waiting');

  await hand.call(routes.deleteChannel, { params: { id: channel.id }, cookie: await hand.adminCookie() });
  await hand.clock.advance(collectMillis);
  await until('it goes', () => page.events('channel-removed').length === 1);
  assert.deepEqual(page.events('channel-removed'), [{ id: channel.id }]);
  assert.equal(page.events('channel').length, 3);
});

test('a quiet connection beats every 15 s', async (t) => {
  const hand = await siteInHand(t);
  const page = await listen(t, hand);
  await hand.clock.advance(45_000);
  await until('three beats come', () => page.text().split('\n:\n').length === 4);
});

test('closing the site ends the connections of pages', async (t) => {
  const hand = await siteInHand(t);
  const response = await fetch(`${hand.url}${eventsPath}`);
  const closing = hand.site.close();
  await response.text().catch(() => '');
  await closing;
  await assert.rejects(fetch(`${hand.url}/healthz`));
});
