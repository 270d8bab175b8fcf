// Depths of reordering from SPS of libx264 and libx265 (ffmpeg 5.1.9), as their `bframes` and `b-pyramid` were set.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAvcConfig } from './avc.ts';
import { readSpsOrder } from './avc-sps.ts';
import { hex, mutations, survives } from './hostile-bytes.ts';

const cases = [
  { name: 'High with a pyramid of B-frames', avcC: '01640028ffe1001b67640028acd940780227e5c044000003000400000300c83c60c65801000668ebe3cb22c0fdf8f800', reorderFrames: 2, isInterlaced: false },
  { name: 'Constrained Baseline', avcC: '0142c01effe100186742c01ed900a02ff9701100000303e90000ea600f162e4801000568cb83cb20', reorderFrames: 0, isInterlaced: false },
  { name: 'Main, interlaced', avcC: '014d401effe10018674d401eeca05a126c0440000003004000000c87c50a658001000568fba3cb20', reorderFrames: 2, isInterlaced: true },
];

for (const { name, avcC, reorderFrames, isInterlaced } of cases) {
  const [sps = new Uint8Array(0)] = readAvcConfig(hex(avcC)).sps;
  test(`the SPS of ${name} tells its order of pictures`, () => {
    assert.deepEqual(readSpsOrder(sps), { id: 0, isInterlaced, reorderFrames });
  });

  test(`damaged SPS of ${name} give an order or a FormatError`, () => {
    for (const bytes of mutations(sps, 1000)) {
      survives(() => {
        const { reorderFrames: depth = 0 } = readSpsOrder(bytes);
        assert.ok(depth >= 0 && depth <= 16);
      });
    }
  });
}
