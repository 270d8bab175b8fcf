// Red and green: the rule by its borders.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LessonFacts, type LessonHealth, healthOf } from './completeness.ts';

const start = Date.parse('2026-09-01T00:00:00Z');
const minute = 60_000;
const gap = (millis: number) => ({ from: new Date(start).toISOString(), to: new Date(start + millis).toISOString() });
const lesson = (over: Partial<LessonFacts>): LessonFacts => ({
  state: 'over',
  plannedStart: start,
  plannedEnd: start + 45 * minute,
  recordedMillis: 45 * minute,
  gaps: [],
  ...over,
});

const cases: { name: string; facts: Partial<LessonFacts>; health: LessonHealth }[] = [
  { name: 'a whole lesson', facts: {}, health: 'green' },
  { name: 'one with 99 %', facts: { recordedMillis: 45 * minute * 0.99 }, health: 'green' },
  { name: 'one with less', facts: { recordedMillis: 45 * minute * 0.99 - 1 }, health: 'red' },
  { name: 'a gap of 3 s', facts: { gaps: [gap(3_000)] }, health: 'green' },
  { name: 'a gap of more', facts: { gaps: [gap(3_001)] }, health: 'red' },
  { name: 'many small gaps within 1 %', facts: { recordedMillis: 45 * minute - 5_000, gaps: [gap(1_000), gap(2_000), gap(2_000)] }, health: 'green' },
  { name: 'a minute that lacks 3 s', facts: { plannedEnd: start + minute, recordedMillis: minute - 3_000 }, health: 'green' },
  { name: 'a minute that lacks more', facts: { plannedEnd: start + minute, recordedMillis: minute - 3_001 }, health: 'red' },
  { name: 'one to come', facts: { state: 'planned', recordedMillis: 0 }, health: 'none' },
  { name: 'one missed', facts: { state: 'missed', recordedMillis: 0 }, health: 'red' },
  { name: 'one under way', facts: { state: 'recording', recordedMillis: minute }, health: 'green' },
  { name: 'one under way with a gap', facts: { state: 'recording', recordedMillis: minute, gaps: [gap(10_000)] }, health: 'red' },
];

for (const { name, facts, health } of cases) {
  test(`${name} is ${health}`, () => assert.equal(healthOf(lesson(facts)), health));
}
