import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture, range, sound, tracks, unit, video } from './fake-units.ts';
import { createRing } from './ring.ts';
import type { Unit } from './unit.ts';

/** Two seconds of pictures of 10 kB, more than a block holds of three, with sound, a GOP a second. */
const units = range(0, 50).flatMap((i): Unit[] => [unit(picture(i, { bytes: 10_000 })), unit(sound(2 * i)), unit(sound(2 * i + 1))]);
const perGop = 75;

test('what comes back of a GOP is what was put in, in memory of its own', () => {
  const ring = createRing();
  for (const each of units) ring.add(each);
  assert.deepEqual(ring.newest(), units.slice(perGop));
  assert.deepEqual(ring.newest(2), units);
  assert.deepEqual(ring.newest(9), units);
  assert.deepEqual(ring.newest(0), []);
  assert.deepEqual(ring.newestStart(), units[perGop]);
  const [first] = ring.newest();
  first?.packet.data.fill(0);
  assert.deepEqual(ring.newestStart(), units[perGop]);
});

test('a unit that was taken stays as it is when the memory of its GOP is used again', () => {
  const ring = createRing({ gops: 1, bytes: 1e9 });
  for (const each of units.slice(0, perGop)) ring.add(each);
  const taken = ring.newest();
  for (const i of range(25, 200)) ring.add(unit(picture(i, { bytes: 10_000 })));
  assert.deepEqual(taken, units.slice(0, perGop));
});

test('units of a GOP keep the tracks that they came with', () => {
  const ring = createRing();
  const changed = { ...tracks, video: { ...video, width: 128 } };
  ring.add(unit(picture(0)));
  ring.add(unit(picture(1), { tracks: changed, timeline: 3 }));
  ring.add(unit(picture(2), { tracks: changed, timeline: 3 }));
  assert.deepEqual(ring.newest().map((each) => [each.tracks.video?.width, each.timeline]), [[64, 1], [128, 3], [128, 3]]);
});

test('a bound that changes holds from the next unit on', () => {
  const limits = { gops: 3, bytes: 1e9 };
  const ring = createRing(limits);
  for (const i of range(0, 100)) ring.add(unit(picture(i)));
  assert.equal(ring.newest(9).length, 75);
  limits.gops = 1;
  ring.add(unit(picture(100)));
  assert.deepEqual(ring.newest(9).map(({ packet }) => packet.dts), [4_000]);
});

test('a cleared ring holds nothing, and begins anew with a keyframe', () => {
  const ring = createRing();
  for (const each of units) ring.add(each);
  ring.clear();
  assert.equal(ring.bytes, 0);
  ring.add(unit(picture(51)));
  assert.deepEqual(ring.newest(), []);
  ring.add(unit(picture(75)));
  assert.equal(ring.newest().length, 1);
});
