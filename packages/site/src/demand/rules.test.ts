import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Demand, chooseLiveServer, graceMillis, idleMillis, leaseMillis, moveMillis, stepOf } from './rules.ts';

const demand = (over: Partial<Demand> = {}): Demand => ({
  channelId: 'c',
  gatherId: 'g',
  liveServerId: 'l1',
  wantedUntil: leaseMillis,
  away: undefined,
  ...over,
});

test('a demand that nobody comes to watch ends with its lease', () => {
  const it = demand();
  assert.equal(stepOf(it, leaseMillis - 1, 0, true, false), 'keep');
  assert.equal(stepOf(it, leaseMillis, 0, true, false), 'end');
});

test('it lasts while somebody watches, and 10 s longer', () => {
  const it = demand();
  for (let now = 0; now < 100_000; now += 500) assert.equal(stepOf(it, now, 1, true, false), 'keep');
  assert.equal(stepOf(it, 99_500 + idleMillis - 1, 0, true, false), 'keep');
  assert.equal(stepOf(it, 99_500 + idleMillis, 0, true, false), 'end');
});

test('a lost live server has 30 s to come back', () => {
  const it = demand({ wantedUntil: 0 });
  assert.equal(stepOf(it, 100, undefined, false, false), 'keep');
  assert.equal(stepOf(it, 100 + graceMillis - 1, undefined, false, false), 'keep');
  assert.equal(stepOf(it, 100 + graceMillis, undefined, false, false), 'end');
});

test('one that is connected but has not reported counts as lost: nothing is known of its viewers', () => {
  const it = demand({ wantedUntil: 0 });
  assert.equal(stepOf(it, 0, undefined, true, false), 'keep');
  assert.equal(stepOf(it, graceMillis - 1, undefined, true, false), 'keep');
});

test('one that is back has 10 s until its viewers must be there', () => {
  const it = demand({ wantedUntil: 0 });
  assert.equal(stepOf(it, 100, undefined, false, false), 'keep');
  assert.equal(stepOf(it, 2_000, 0, true, false), 'keep');
  assert.equal(it.away, undefined);
  assert.equal(stepOf(it, 2_000 + idleMillis - 1, 0, true, false), 'keep');
  assert.equal(stepOf(it, 2_000 + idleMillis, 0, true, false), 'end');
});

test('one that stays away is replaced when there is another, and waited for when there is none', () => {
  const it = demand();
  assert.equal(stepOf(it, 0, undefined, false, true), 'keep');
  assert.equal(stepOf(it, moveMillis - 1, undefined, false, true), 'keep');
  assert.equal(stepOf(it, moveMillis, undefined, false, false), 'keep');
  assert.equal(stepOf(it, moveMillis, undefined, false, true), 'move');
  assert.equal(stepOf(it, graceMillis, undefined, false, false), 'end');
});

test('each new channel goes to the live server with the fewest streams, in and out', () => {
  const all = [demand({ liveServerId: 'l1' }), demand({ liveServerId: 'l1' }), demand({ liveServerId: 'l2' }), demand({ liveServerId: 'gone' })];
  const online = (...loads: [id: string, viewers: number][]) => loads.map(([id, viewers]) => ({ id, viewers }));
  assert.equal(chooseLiveServer(online(['l2', 0], ['l1', 0]), all), 'l2');
  assert.equal(chooseLiveServer(online(['l3', 0], ['l2', 0], ['l1', 0]), all), 'l3');
  assert.equal(chooseLiveServer(online(['l2', 500], ['l1', 3]), all), 'l1');
  assert.equal(chooseLiveServer(online(['l2', 0], ['l1', 0]), []), 'l1');
  assert.equal(chooseLiveServer([], all), undefined);
});
