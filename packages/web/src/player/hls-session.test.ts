import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { hlsSession } from './hls-session.ts';

const playlist = 'https://live.example/video/live/room.m3u8?token=a.b';

test('each session has a secret of its own in its address, and leaves by it', (t) => {
  const told: string[] = [];
  Object.defineProperty(navigator, 'sendBeacon', { value: (url: string) => told.push(url) > 0, configurable: true });
  t.after(() => Reflect.deleteProperty(navigator, 'sendBeacon'));
  const [one, other] = [hlsSession(playlist), hlsSession(playlist)];
  const secret = /^https:\/\/live\.example\/video\/live\/room\.m3u8\?token=a\.b&leave=([\w-]{22})$/.exec(one.url)?.[1];
  assert.ok(secret);
  assert.notEqual(one.url, other.url);
  one.leave();
  assert.deepEqual(told, [`https://live.example/video/live/room/${secret}/leave`]);
});

test('where beacons are barred a request that outlives the page tells it', (t) => {
  const asked: unknown[][] = [];
  t.mock.method(globalThis, 'fetch', (...request: unknown[]) => Promise.resolve(new Response(String(asked.push(request)))));
  const beacon = mock.fn(() => false);
  Object.defineProperty(navigator, 'sendBeacon', { value: beacon, configurable: true });
  t.after(() => Reflect.deleteProperty(navigator, 'sendBeacon'));
  hlsSession(playlist).leave();
  assert.equal(beacon.mock.callCount(), 1);
  assert.match(JSON.stringify(asked), /\/leave",\{"method":"POST","keepalive":true\}\]\]$/);
});
