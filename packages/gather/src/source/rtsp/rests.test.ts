import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock } from '../../fake-clock.ts';
import { createAlarms, createRests } from './rests.ts';

/** Feeds so many bytes every 20 ms; the moments of the next read, by moment. */
function restsOf(bytes: number, untilMillis: number, isUrgent: (now: number) => boolean): { at: number; until: number | undefined }[] {
  let now = 7;
  const rests = createRests(() => isUrgent(now));
  const all: { at: number; until: number | undefined }[] = [];
  for (; now < untilMillis; now += 20) all.push({ at: now, until: rests(bytes, now) });
  return all;
}

for (const { kbps, bytes, turn } of [{ kbps: 1_000, bytes: 2_500, turn: 200 }, { kbps: 3_000, bytes: 7_500, turn: 100 }]) {
  test(`a stream of ${kbps} kbps is read as it comes until its rate is known, then every ${turn} ms`, () => {
    const rests = restsOf(bytes, 3_000, () => false);
    assert.ok(rests.filter(({ at }) => at < 1_000).every(({ until }) => until === undefined));
    for (const { at, until = NaN } of rests.filter(({ at: moment }) => moment >= 1_010)) {
      assert.equal(until % turn, 0);
      assert.ok(until > at && until <= at + turn);
    }
  });
}

test('nothing waits while somebody wants each picture', () => {
  const rests = restsOf(2_500, 4_000, (now) => now >= 2_000 && now < 3_000);
  assert.ok(rests.filter(({ at }) => at >= 2_000 && at < 3_000).every(({ until }) => until === undefined));
  assert.ok(rests.filter(({ at }) => at >= 3_000).every(({ until }) => until !== undefined));
});

test('a stream of 8 Mbps is never kept waiting in the network', () => {
  assert.ok(restsOf(20_000, 3_000, () => false).every(({ until }) => until === undefined));
});

test('what falls on one moment is run then, at one wake of the clock, and nothing that was cancelled', async () => {
  const clock = createFakeClock();
  let timers = 0;
  const alarms = createAlarms({ ...clock, after: (millis, run) => (timers++, clock.after(millis, run)) });
  const ran: string[] = [];
  await clock.advance(10.5);
  alarms(200, () => ran.push('a'));
  const cancel = alarms(200, () => ran.push('b'));
  alarms(200, () => ran.push('c'));
  cancel();
  await clock.advance(189);
  assert.deepEqual(ran, []);
  await clock.advance(1);
  assert.deepEqual(ran, ['a', 'c']);
  assert.equal(timers, 1);
});
