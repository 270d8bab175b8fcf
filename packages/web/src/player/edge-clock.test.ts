import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EdgeClock } from './edge-clock.ts';

const start = 1_700_000_000_000;

/** Segments of 2 s, each noticed so many ms after its end; the server's clock differs by `skewMs`. */
function clockOf(latenessMs: readonly number[], skewMs: number | undefined): EdgeClock {
  const clock = new EdgeClock();
  for (const [i, lateMs] of latenessMs.entries()) {
    const edge = (i + 1) * 2;
    const endedAt = start + edge * 1000;
    clock.note({ edge, seenAt: endedAt + lateMs, programAt: skewMs === undefined ? undefined : endedAt + skewMs }, 2);
  }
  return clock;
}

/** What it says of the picture that was taken 5 s ago. */
const told = (clock: EdgeClock): number | undefined => clock.delayMs(7, start + 12_000);

test('before a playlist was seen there is no delay to tell', () => assert.equal(new EdgeClock().delayMs(3, start), undefined));

test('where the clocks agree the delay is exact, however late the playlists were looked at', () => {
  assert.equal(told(clockOf([1_400, 1_900, 1_700], 0)), 5_000);
});

test('where they do not agree, the segment that was noticed soonest counts', () => {
  for (const skewMs of [-3_600_000, -8_000, 4_000, 86_400_000, undefined]) {
    assert.equal(told(clockOf([1_400, 150, 900], skewMs)), 4_850, `skew ${skewMs}`);
  }
});

test('one playlist that came very late changes nothing', () => {
  const clock = clockOf([200, 300, 9_000], 0);
  assert.equal(clock.delayMs(1, start + 15_000), 14_000);
});

test('the picture is never ahead of live', () => assert.equal(clockOf([0], 0).delayMs(9, start + 2_000), 0));

test('only the last sightings count', () => {
  const clock = clockOf([0, ...Array.from({ length: 30 }, () => 1_000)], undefined);
  assert.equal(clock.delayMs(60, start + 65_000), 4_000);
});
