// Retention by the school's calendar.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type RetentionCandidate, expiredRecordings, retentionCutoff } from './retention.ts';
import { seededRandom } from './seeded-content.ts';
import { withCode } from './store-under-test.ts';

const cutoffs: { zone: string; days: number; now: string; cutoff: string }[] = [
  { zone: 'UTC', days: 30, now: '2026-06-01T00:00:00Z', cutoff: '2026-05-02T00:00:00Z' },
  { zone: 'UTC', days: 30, now: '2026-05-31T23:59:59.999Z', cutoff: '2026-05-01T00:00:00Z' },
  { zone: 'UTC', days: 1, now: '2024-03-01T12:00:00Z', cutoff: '2024-02-29T00:00:00Z' },
  { zone: 'Asia/Shanghai', days: 7, now: '2026-11-23T15:59:59.999Z', cutoff: '2026-11-15T16:00:00Z' },
  { zone: 'Asia/Shanghai', days: 7, now: '2026-11-23T16:00:00Z', cutoff: '2026-11-16T16:00:00Z' },
  { zone: 'Asia/Kathmandu', days: 1, now: '2026-01-02T12:00:00Z', cutoff: '2025-12-31T18:15:00Z' },
  { zone: 'Pacific/Kiritimati', days: 1, now: '2026-01-02T12:00:00Z', cutoff: '2026-01-01T10:00:00Z' },
  { zone: 'Pacific/Pago_Pago', days: 1, now: '2026-01-02T12:00:00Z', cutoff: '2026-01-01T11:00:00Z' },
  // Clocks went forward on 29 March 2026 at 01:00 UTC, and back on 25 October.
  { zone: 'Europe/Berlin', days: 1, now: '2026-03-30T12:00:00Z', cutoff: '2026-03-28T23:00:00Z' },
  { zone: 'Europe/Berlin', days: 1, now: '2026-03-31T12:00:00Z', cutoff: '2026-03-29T22:00:00Z' },
  { zone: 'Europe/Berlin', days: 1, now: '2026-10-26T12:00:00Z', cutoff: '2026-10-24T22:00:00Z' },
  // Here the day of the change begins at 01:00.
  { zone: 'Asia/Beirut', days: 1, now: '2026-03-30T12:00:00Z', cutoff: '2026-03-28T22:00:00Z' },
  // 30 December 2011 was left out.
  { zone: 'Pacific/Apia', days: 1, now: '2011-12-31T12:00:00Z', cutoff: '2011-12-30T10:00:00Z' },
];

const rule = { days: 30, timeZone: 'Asia/Shanghai', limit: 100 };
const now = Date.parse('2026-11-23T04:00:00Z');
const day = 86_400_000;

describe('retention', () => {
  for (const { zone, days, now: moment, cutoff } of cutoffs) {
    it(`in ${zone} at ${moment}, after ${days} days, begins with ${cutoff}`, () => {
      const found = retentionCutoff({ days, timeZone: zone }, Date.parse(moment));
      assert.equal(new Date(found ?? NaN).toISOString(), new Date(cutoff).toISOString());
    });
  }

  it('takes what is old enough, oldest first, and leaves what is marked', () => {
    const recordings = [
      recorded('young', now - 30 * day),
      recorded('old', now - 31 * day),
      recorded('marked', now - 400 * day, { isKept: true }),
      recorded('oldest', now - 399 * day),
    ];
    assert.deepEqual(expiredRecordings(recordings, rule, now), ['oldest', 'old']);
  });

  it('never takes more than asked', () => {
    const recordings = Array.from({ length: 50 }, (_, index) => recorded(String(index), now - (100 + index) * day));
    assert.deepEqual(expiredRecordings(recordings, { ...rule, limit: 2 }, now), ['49', '48']);
    assert.deepEqual(expiredRecordings(recordings, { ...rule, limit: 0 }, now), []);
  });

  it('keeps for ever when no days are set', () => {
    assert.deepEqual(expiredRecordings([recorded('a', 1)], { ...rule, days: undefined }, now), []);
  });

  it('counts from the day of storing where a machine without a clock recorded in 1970', () => {
    assert.deepEqual(expiredRecordings([recorded('a', 60_000, { storedAt: now - day })], rule, now), []);
  });

  it('keeps what has an unknown or future time', () => {
    assert.deepEqual(expiredRecordings([recorded('a', NaN), recorded('b', now + 900 * day), recorded('c', 1, { storedAt: NaN })], rule, now), []);
  });

  it('refuses rules that would read as "delete all"', () => {
    for (const days of [0, -1, 0.5, NaN, Infinity, 36_501]) assert.throws(() => expiredRecordings([], { ...rule, days }, now), withCode('retention-invalid'));
    for (const limit of [-1, NaN, Infinity, 1.5]) assert.throws(() => expiredRecordings([], { ...rule, limit }, now), withCode('retention-invalid'));
    assert.throws(() => expiredRecordings([], { ...rule, timeZone: 'Mars/Base' }, now), withCode('retention-invalid'));
    assert.throws(() => expiredRecordings([], rule, NaN), withCode('retention-invalid'));
  });

  it('never takes a recording before its days are over, in any zone at any moment', () => {
    const random = seededRandom(5);
    const zones = ['UTC', 'Asia/Shanghai', 'America/St_Johns', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Santiago', 'Africa/Cairo'];
    for (let round = 0; round < 1000; round++) {
      const timeZone = zones[round % zones.length] ?? 'UTC';
      const days = 1 + Math.floor(random() * 400);
      const moment = Date.UTC(2020, 0, 1) + Math.floor(random() * 3650 * day);
      const cutoff = retentionCutoff({ days, timeZone }, moment) ?? NaN;
      // A change of clocks may take an hour from the days' hours.
      assert.ok(moment - cutoff >= days * day - day / 24, `${timeZone} ${days} ${moment}`);
      assert.ok(moment - cutoff < (days + 1) * day + day / 24, `${timeZone} ${days} ${moment}`);
    }
  });
});

function recorded(id: string, startedAt: number, more: Partial<RetentionCandidate> = {}): RetentionCandidate {
  return { id, startedAt, storedAt: startedAt, isKept: false, ...more };
}
