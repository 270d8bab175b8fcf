import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeBase, TimeBases } from './time-base.ts';

test('a stamp counts from the origin and never falls below the floor', () => {
  const base = new TimeBase(1000, 0);
  assert.deepEqual([990, 1000, 1040].map((time) => base.stamp(time)), [0, 0, 40]);
  assert.equal(new TimeBase(-500, 700).stamp(100), 700);
});

test('viewers of one origin share one base', () => {
  const bases = new TimeBases(8);
  assert.equal(bases.join(0), bases.join(0));
  assert.notEqual(bases.join(0), bases.join(2000));
});

test('when there are too many origins, newcomers share the newest one until one is free', () => {
  const bases = new TimeBases(2);
  const first = bases.join(0);
  const second = bases.join(2000);
  assert.equal(bases.join(4000), second);
  bases.leave(first);
  assert.equal(bases.join(4000).origin, 4000);
});

test('a base that is still in use stays known when the newest one is left', () => {
  const bases = new TimeBases(2);
  const first = bases.join(0);
  bases.leave(bases.join(2000));
  assert.equal(bases.join(0), first);
});
