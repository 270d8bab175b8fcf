import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '@lubo/contract';
import { clockInHand } from '../testing/clock-in-hand.ts';
import { collectMillis, createPublisher } from './publisher.ts';

const channel = (viewers: number): Channel => ({
  id: '000000000001',
  name: '一班',
  schoolName: '',
  gradeName: '',
  status: 'running',
  isOnline: true,
  isLive: false,
  isRecording: false,
  viewers,
  createdAt: '2026-01-01T00:00:00.000Z',
});

test('a change that was taken back is told too: a page may have read the list in between', async () => {
  const clock = clockInHand();
  const told: number[] = [];
  const clients = { count: 1, send: (_event: string, data: unknown) => void told.push((data as Channel).viewers) };
  let now = channel(0);
  const publisher = createPublisher({ clock, clients, find: () => Promise.resolve(now), onFault: assert.fail });
  publisher.touch([now.id]);
  await clock.advance(collectMillis);
  publisher.touch([now.id]);
  now = channel(1);
  publisher.touch([now.id]);
  now = channel(0);
  await clock.advance(collectMillis);
  assert.deepEqual(told, [0, 0]);
});
