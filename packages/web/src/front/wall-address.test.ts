import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overWebSocket } from './wall-address.ts';

test('FLV comes over a WebSocket, secure where the page is; the rest stays', () => {
  const of = (flv: string) => overWebSocket({ flv, hls: 'http://a/x.m3u8' });
  assert.deepEqual(of('http://a:8080/live/x.flv?token=http'), { flv: 'ws://a:8080/live/x.flv?token=http', hls: 'http://a/x.m3u8' });
  assert.equal(of('https://a/live/x.flv').flv, 'wss://a/live/x.flv');
});
