import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LessonReport } from '@lubo/contract';
import { channelId, eight, lesson } from './fake-recording.ts';
import type { Lesson } from './lesson.ts';
import { createLedger } from './lessons.ts';

const wish = lesson('a', 0, 10);
const id = wish.lessonId;
const slice = (name: string, index: number, from: number, to = from) => ({ id: `${name.repeat(8)}-0000-4000-8000-000000000000`, index, from: eight + from, to: eight + to, isOver: to > from });
const sliceId = (name: string): string => slice(name, 0, 0).id;

function ledgerAt(stored: readonly Lesson[] = [], startedAt = -60_000) {
  const day = { now: eight + startedAt };
  const ledger = createLedger(stored, () => day.now);
  const report = () => LessonReport.parse(ledger.pending()[0]?.report);
  const gaps = () => report().gaps.map(({ from, to, cause }) => [Date.parse(from) - eight, Date.parse(to) - eight, cause]);
  return { ledger, day, report, gaps };
}

test('a lesson that is recorded from end to end lacks nothing; slices that overlap count once', () => {
  const { ledger, day, report, gaps } = ledgerAt();
  ledger.begin(channelId, wish, eight);
  ledger.sliceBegan(id, slice('a', 0, 0));
  ledger.sliceEnded(id, sliceId('a'), eight + 300_000, undefined, '');
  ledger.sliceBegan(id, slice('b', 1, 295_000));
  day.now = eight + 600_000;
  ledger.sliceEnded(id, sliceId('b'), eight + 600_500, undefined, '');
  ledger.end(id, day.now);
  assert.deepEqual([report().state, report().recordedMillis, gaps()], ['over', 600_500, []]);
  assert.deepEqual(report().recordingIds, [sliceId('a'), sliceId('b')]);
});

test('while nothing is recorded the gap grows, with its cause', () => {
  const { ledger, day, gaps } = ledgerAt();
  ledger.begin(channelId, wish, eight);
  ledger.sliceBegan(id, slice('a', 0, 0));
  ledger.sliceEnded(id, sliceId('a'), eight + 60_000, 'source-lost', 'gone');
  day.now = eight + 60_900;
  assert.deepEqual(gaps(), []);
  day.now = eight + 90_000;
  assert.deepEqual(gaps(), [[60_000, 90_000, 'source-lost']]);
  ledger.waiting(id, 'disk-full', '');
  ledger.sliceBegan(id, slice('b', 1, 120_000));
  day.now = eight + 200_000;
  assert.deepEqual(gaps(), [[60_000, 120_000, 'disk-full']]);
});

test('what was missed before the gather had started is its own fault, what it was told late is not', () => {
  for (const { startedAt, cause } of [{ startedAt: -60_000, cause: 'late-start' }, { startedAt: 100_000, cause: 'gather-down' }]) {
    const { ledger, gaps } = ledgerAt([], startedAt);
    ledger.begin(channelId, wish, eight + 120_000);
    ledger.sliceBegan(id, slice('a', 0, 120_000));
    assert.deepEqual(gaps(), [[0, 120_000, cause]]);
  }
});

test('what the ring still had of a late start is not missing', () => {
  for (const { from, left } of [{ from: 119_000, left: [[0, 119_000, 'late-start']] }, { from: 500, left: [] }]) {
    const { ledger, gaps } = ledgerAt();
    ledger.begin(channelId, wish, eight + 120_000);
    ledger.sliceBegan(id, slice('a', 0, from));
    assert.deepEqual(gaps(), left);
  }
});

test('a gather that comes back in mid-lesson goes on with it, and the time in between is missing', () => {
  const before = ledgerAt();
  before.ledger.begin(channelId, wish, eight);
  before.ledger.sliceBegan(id, slice('a', 0, 0));
  const stored = JSON.parse(JSON.stringify(before.ledger.stored())) as Lesson[];
  const { ledger, gaps, report } = ledgerAt(stored, 120_000);
  ledger.found(channelId, wish, slice('a', 0, 0, 60_000));
  ledger.afterRecovery();
  assert.equal(ledger.nextSliceIndex(id), 1);
  ledger.begin(channelId, wish, eight + 130_000);
  ledger.sliceBegan(id, slice('b', 1, 131_000));
  assert.deepEqual([gaps(), report().recordingIds.length], [[[60_000, 131_000, 'gather-down']], 2]);
});

test('a gather that comes back after the lesson closes its account; a slice that held nothing is not in it', () => {
  const before = ledgerAt();
  before.ledger.begin(channelId, wish, eight);
  before.ledger.sliceBegan(id, slice('a', 0, 0));
  const { ledger, gaps, report } = ledgerAt(before.ledger.stored(), 3_600_000);
  ledger.afterRecovery();
  ledger.sweep(eight + 3_600_000);
  assert.deepEqual([report().state, report().recordingIds, gaps()], ['over', [], [[0, 600_000, 'gather-down']]]);
});

test('recordings of a lesson that the ledger has lost bring it back', () => {
  const { ledger, report } = ledgerAt([], 3_600_000);
  ledger.found(channelId, wish, slice('a', 0, 0, 600_000));
  ledger.afterRecovery();
  ledger.sweep(eight + 3_600_000);
  assert.deepEqual([report().state, report().recordedMillis, report().gaps], ['over', 600_000, []]);
});

test('a lesson whose end is put off after it was over is recorded again', () => {
  const { ledger, gaps, report } = ledgerAt();
  ledger.begin(channelId, wish, eight);
  ledger.sliceBegan(id, slice('a', 0, 0));
  ledger.sliceEnded(id, sliceId('a'), eight + 300_000, undefined, '');
  ledger.end(id, eight + 300_000);
  assert.deepEqual(gaps(), [[300_000, 600_000, 'stopped']]);
  ledger.begin(channelId, { ...wish, plannedEnd: eight + 900_000 }, eight + 320_000);
  ledger.sliceBegan(id, slice('b', 1, 320_000));
  assert.deepEqual([report().state, gaps()], ['recording', [[300_000, 320_000, 'stopped']]]);
});

test('a lesson is pending until the site has its last revision, and is forgotten then', () => {
  const { ledger } = ledgerAt();
  let changes = 0;
  ledger.onChange(() => changes++);
  ledger.begin(channelId, wish, eight);
  const [first] = ledger.pending();
  ledger.sliceBegan(id, slice('a', 0, 0));
  ledger.confirmed(id, first!.revision);
  assert.equal(ledger.pending().length, 1);
  ledger.confirmed(id, ledger.pending()[0]!.revision);
  assert.deepEqual([ledger.pending().length, ledger.has(id)], [0, true]);
  ledger.sliceEnded(id, sliceId('a'), eight + 600_000, undefined, '');
  ledger.end(id, eight + 600_000);
  ledger.confirmed(id, ledger.pending()[0]!.revision);
  assert.deepEqual([ledger.has(id), changes], [false, 4]);
});

test('a lesson that was missed as a whole says so once', () => {
  const { ledger, gaps } = ledgerAt();
  ledger.addMissed(channelId, wish, 'gather-down', 'no power');
  ledger.addMissed(channelId, wish, 'failed', '');
  assert.deepEqual([gaps(), ledger.pending().length], [[[0, 600_000, 'gather-down']], 1]);
});

test('a source that comes and goes without end does not make a report that the site would refuse', () => {
  const { ledger, day, report } = ledgerAt();
  ledger.begin(channelId, { ...wish, plannedEnd: eight + 86_400_000 }, eight);
  for (let i = 0; i < 3_000; i++) {
    const name = { ...slice('a', i, i * 4_000), id: `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000` };
    ledger.sliceBegan(id, name);
    ledger.sliceEnded(id, name.id, eight + i * 4_000 + 1_000, 'source-lost', 'gone');
  }
  day.now = eight + 86_400_000;
  assert.equal(report().recordingIds.length, 2_000);
});
