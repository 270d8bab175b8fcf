import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seeded } from '../codec/hostile-bytes.ts';
import { DecodeTimes } from './dts.ts';

const data = new Uint8Array(1);
type Placed = { pts: number; dts: number; offset: number };

function place(pts: readonly number[], depth: number | undefined): Placed[] {
  const placed: Placed[] = [];
  const times = new DecodeTimes((picture, dts, offset) => placed.push({ pts: picture.pts, dts, offset }), 40);
  times.configure(depth, undefined);
  for (const one of pts) times.add({ pts: one, data, isKeyframe: false });
  times.flush();
  assert.deepEqual(placed.map((one) => one.pts), pts);
  placed.forEach(({ dts }, i) => assert.ok(dts > (placed[i - 1]?.dts ?? -Infinity), `dts ${dts} at ${i}`));
  return placed;
}

/** Presentation times in decoding order of groups of pictures: the last is decoded first. */
function reordered(order: readonly number[], groups: number, start = 1000): number[] {
  const pts = [start];
  for (let group = 0; group < groups; group++) for (const at of order) pts.push(start + 40 * (group * order.length + at));
  return pts;
}

describe('decode times', () => {
  const cases = [
    { name: 'without B-frames', order: [1], depth: 0 },
    { name: 'with two B-frames', order: [3, 1, 2], depth: 1 },
    { name: 'with a pyramid of three', order: [4, 2, 1, 3], depth: 2 },
  ];
  for (const { name, order, depth } of cases) {
    for (const told of [depth, undefined]) {
      it(`are a picture apart, ${name}, depth ${told === undefined ? 'found out' : 'told'}`, () => {
        const placed = place(reordered(order, 20), told);
        assert.deepEqual(placed.map(({ dts }) => dts), placed.map((_, i) => 1000 - 40 * depth + 40 * i));
        assert.ok(placed.every(({ pts, dts, offset }) => offset >= 0 && dts + offset === pts));
      });
    }
  }

  it('survive an order deeper than told', () => {
    const placed = place(reordered([4, 2, 1, 3], 20), 0);
    assert.ok(placed.slice(10).every(({ offset }) => offset >= 0));
    assert.ok(placed.slice(10).every(({ dts }, i, all) => i === 0 || dts - (all[i - 1]?.dts ?? 0) === 40));
  });

  it('survive one that gets deeper after the first pictures', () => {
    const placed = place([...[0, 40, 80, 120, 160, 200, 240].map((at) => at + 1000), ...reordered([3, 1, 2], 10, 1280)], undefined);
    assert.ok(placed.slice(12).every(({ offset }) => offset >= 0));
  });

  it('rise by a tick when times repeat or fall a little, without an offset where nothing is reordered', () => {
    const placed = place([1000, 1040, 1040, 1038, 1080], 0);
    assert.deepEqual(placed.map(({ dts, offset }) => [dts, offset]), [[1000, 0], [1040, 0], [1041, 0], [1042, 0], [1080, 0]]);
  });

  it('begin anew after a gap', () => {
    const placed: number[] = [];
    const times = new DecodeTimes((_, dts) => placed.push(dts), 40);
    times.configure(1, undefined);
    for (const pts of reordered([3, 1, 2], 2)) times.add({ pts, data, isKeyframe: false });
    times.restart();
    for (const pts of reordered([3, 1, 2], 2, 9000)) times.add({ pts, data, isKeyframe: false });
    assert.deepEqual(placed.slice(7), [8960, 9000, 9040, 9080, 9120, 9160, 9200]);
  });

  it('always rise, for 1,000 random orders', () => {
    const random = seeded(3);
    for (let n = 0; n < 1000; n++) {
      const pts = Array.from({ length: 40 }, (_, i) => 1000 + i * 40 + Math.floor(random() * 300));
      place(pts, [0, 1, 2, 4, undefined][n % 5]);
    }
  });
});
