import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '@lubo/contract';
import { emptyList, isWhole, withChannel, withoutChannel, withPage } from './channel-list.ts';

function channel(name: string, isOnline = true, more: Partial<Channel> = {}): Channel {
  return {
    id: `id-${name}`,
    name,
    schoolName: '',
    gradeName: '',
    status: isOnline ? 'running' : 'waiting',
    isOnline,
    isLive: false,
    isRecording: false,
    viewers: 0,
    createdAt: '2026-01-01T00:00:00.000Z',
    ...more,
  };
}

const whole = { rows: [channel('b'), channel('d'), channel('a', false)], total: 3, online: 2 };
const names = (list: { rows: readonly Channel[] } | undefined) => list?.rows.map((row) => row.name);

test('pages are put behind each other without doubles, the newer copy counts', () => {
  const first = withPage(emptyList, { rows: [channel('a'), channel('b')], total: 3, online: 3 });
  assert.equal(isWhole(first), false);
  const both = withPage(first, { rows: [channel('b', true, { viewers: 7 }), channel('c')], total: 3, online: 3 });
  assert.deepEqual(names(both), ['a', 'b', 'c']);
  assert.equal(both.rows[1]?.viewers, 7);
  assert.equal(isWhole(both), true);
});

test('a changed channel keeps its place', () => {
  const next = withChannel(whole, channel('d', true, { viewers: 3 }));
  assert.deepEqual(names(next), ['b', 'd', 'a']);
  assert.deepEqual([next?.rows[1]?.viewers, next?.online, next?.total], [3, 2, 3]);
});

test('a channel that goes online moves up and is counted, one that goes offline moves down', () => {
  const up = withChannel(whole, channel('a', true));
  assert.deepEqual([names(up), up?.online], [['a', 'b', 'd'], 3]);
  const down = withChannel(whole, channel('b', false));
  assert.deepEqual([names(down), down?.online], [['d', 'a', 'b'], 1]);
});

test('a new channel comes in at its place', () => {
  const next = withChannel(whole, channel('c'));
  assert.deepEqual([names(next), next?.total, next?.online], [['b', 'c', 'd', 'a'], 4, 3]);
});

test('a renamed channel moves', () => {
  assert.deepEqual(names(withChannel(whole, { ...channel('b'), name: 'e' })), ['d', 'e', 'a']);
});

test('while rows are missing, an unknown channel is left to the site', () => {
  assert.equal(withChannel({ ...whole, total: 9 }, channel('c')), undefined);
  assert.equal(withoutChannel({ ...whole, total: 9 }, 'id-c'), undefined);
});

test('a channel that is gone is taken out of rows and counts', () => {
  const next = withoutChannel(whole, 'id-b');
  assert.deepEqual([names(next), next?.total, next?.online], [['d', 'a'], 2, 1]);
  assert.equal(withoutChannel(whole, 'id-x'), whole);
});

test('rows stand in the order of the site: numbers in names by their value, Chinese by sound, then school, then id', () => {
  const row = (name: string, schoolName: string, id: string): Channel => ({ ...channel(name), schoolName, id });
  const inOrder = [row('初一2班', '', '0'), row('初一10班', '', '1'), row('高一1班', '北校', '3'), row('高一1班', '南校', '2'), row('高一1班', '南校', '4')];
  for (const [i, moved] of inOrder.entries()) {
    const others = inOrder.filter((each) => each !== moved);
    const list = { rows: [...others, { ...moved, isOnline: false }], total: 5, online: 4 };
    assert.deepEqual(withChannel(list, moved)?.rows.map(({ id }) => id), inOrder.map(({ id }) => id), `row ${i} comes back`);
  }
});
