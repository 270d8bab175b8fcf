// Sound and picture stay together for ten minutes on a camera whose two clocks drift apart, by its sender reports alone.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { seeded } from '../codec/hostile-bytes.ts';
import { Timeline, type TrackClock } from './clock.ts';

const minutes = 10;
/** Most that people do not notice. */
const bearable = 40;

type Drifting = { clock: TrackClock; rate: number; start: number; ppm: number };

/** The 32-bit timestamp at `millis` of the camera's wall clock. */
function stampOf({ rate, start, ppm }: Drifting, millis: number): number {
  return (start + Math.round((millis * rate * (1 + ppm / 1e6)) / 1000)) % 2 ** 32;
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  it(`within ${bearable} ms after ${minutes} min, seed ${seed}`, () => {
    const random = seeded(seed);
    const timeline = new Timeline();
    const track = (rate: number, isLeader: boolean): Drifting => ({ clock: timeline.add(rate, isLeader), rate, start: Math.floor(random() * 2 ** 32), ppm: (random() - 0.5) * 400 });
    const [audio, video] = [track(48_000, true), track(90_000, false)];
    /** The picture goes through an encoder, and the network adds up to 60 ms. */
    const delay = random() * 400;
    const placedAt = (of: Drifting, at: number, late: number): number => (of.clock.place(stampOf(of, at), at + late + random() * 60) * 1000) / of.rate;
    let worst = 0;
    for (let at = 0; at <= minutes * 60_000; at += 40) {
      if (at % 5_000 === 0 && at > 0) for (const each of [audio, video]) each.clock.report(stampOf(each, at), 1_700_000_000_000 + at);
      const apart = placedAt(video, at, delay) - placedAt(audio, at, 0);
      if (at >= 60_000) worst = Math.max(worst, Math.abs(apart));
    }
    assert.ok(worst <= bearable, `${worst} ms apart`);
    assert.deepEqual([audio.clock.restarts, video.clock.restarts], [0, 0]);
  });
}
