// Timestamps of a push: from 0, true distances, rising through restarts of the source.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audio, picture, range, sound, unit, video } from '../fake-units.ts';
import { createStamper } from './stamper.ts';

test('the first unit is 0 and the others keep their distances', () => {
  const stamp = createStamper();
  const units = [picture(25), sound(50), picture(26), sound(51), sound(52), picture(27)].map((packet) => unit(packet));
  assert.deepEqual(units.map((each) => stamp(each, 0).timestamp), [0, 0, 40, 20, 40, 80]);
});

test('sound from just before the first picture is 0, never negative', () => {
  const stamp = createStamper();
  assert.equal(stamp(unit(picture(25)), 0).timestamp, 0);
  assert.equal(stamp(unit(sound(49)), 0).timestamp, 0);
});

test('presentation times are rounded by themselves, so that B-frames stay evenly spaced on screen', () => {
  const stamp = createStamper();
  const thirty = { video: { ...video, timescale: 30_000 }, audio };
  const shown = range(0, 30).map((i) => {
    const packet = { ...picture(0), dts: i * 1001 + 7, compositionOffset: 2002 };
    const { timestamp, compositionOffset } = stamp(unit(packet, { tracks: thirty }), 0);
    assert.equal(timestamp, Math.round((i * 1001) / 30));
    return timestamp + compositionOffset;
  });
  assert.deepEqual(shown, range(0, 30).map((i) => Math.round(((i + 2) * 1001) / 30)));
});

test('a negative composition offset stays negative', () => {
  const stamp = createStamper();
  stamp(unit(picture(0)), 0);
  assert.equal(stamp(unit({ ...picture(1), compositionOffset: -40 }), 0).compositionOffset, -40);
});

test('a source that begins anew follows after the pause that really passed', () => {
  const stamp = createStamper();
  stamp(unit(picture(0)), 1_000);
  stamp(unit(picture(100)), 5_000);
  assert.equal(stamp(unit(picture(0), { timeline: 2 }), 8_000).timestamp, 4_000 + 3_000);
  assert.equal(stamp(unit(sound(2), { timeline: 2 }), 8_040).timestamp, 7_040);
});

test('a source that begins anew at once still moves forward', () => {
  const stamp = createStamper();
  stamp(unit(picture(0)), 0);
  stamp(unit(picture(1)), 40);
  assert.ok(stamp(unit(picture(500), { timeline: 2 }), 40).timestamp > 40);
});

test('timestamps of a kind never fall, whatever the source does', () => {
  const stamp = createStamper();
  const taken = [0, 5, 3, 6, 2, 7].map((i) => stamp(unit(picture(i)), i).timestamp);
  assert.deepEqual(taken, [0, 200, 200, 240, 240, 280]);
});
