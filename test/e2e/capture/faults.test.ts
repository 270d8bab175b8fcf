// The whole recording line with real processes, broken in each way at a few seeded moments: nothing lost, doubled or unplayable.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noFfmpeg } from './clip.ts';
import { type FaultStand, faultKinds, openFaultStand, strike } from './fault.ts';

// `npm run campaign:faults` breaks it a hundred times. Of these seeds the first strikes while it records, the second while it uploads.
const seeds = [3, 4];
const whats = { gather: 'kill -9 of the gather', site: 'kill -9 of the site', live: 'kill -9 of the live server', cut: 'a line that is cut after random bytes' };

describe('a recording line loses, doubles and spoils nothing by', { skip: noFfmpeg, timeout: 300_000 }, () => {
  let stand: FaultStand;
  before(async () => {
    stand = await openFaultStand(faultKinds);
  });
  after(() => stand?.close());

  for (const kind of faultKinds) {
    it(whats[kind], async () => {
      const phases: string[] = [];
      for (const seed of seeds) {
        const { faults, lostMillis, phase } = await strike(stand, kind, seed);
        assert.deepEqual(faults, [], `seed ${seed}`);
        for (const lost of lostMillis) assert.ok(lost <= 1_000, `seed ${seed}: ${lost} ms are lost`);
        phases.push(phase);
      }
      assert.deepEqual(phases, ['record', 'upload']);
    });
  }
});
