import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behindMsOf, catchUp, flvGoals, hlsGoals, holeExit, targetBehindMs } from './catch-up.ts';

const calm = { rate: 1, recentStalls: 0, isResuming: false };

test('near the live edge it plays at normal speed', () => {
  for (const behindMs of [200, 500, 800]) assert.deepEqual(catchUp({ ...calm, behindMs }), { rate: 1 });
});

test('a little behind it plays a little faster, further behind faster', () => {
  assert.deepEqual(catchUp({ ...calm, behindMs: 1_000 }), { rate: 1.1 });
  assert.deepEqual(catchUp({ ...calm, behindMs: 2_000 }), { rate: 1.25 });
});

test('a chase goes on until the target, so that the rate does not flutter', () => {
  assert.equal(catchUp({ ...calm, behindMs: 700 }).rate, 1);
  assert.equal(catchUp({ ...calm, behindMs: 700, rate: 1.1 }).rate, 1.1);
  assert.equal(catchUp({ ...calm, behindMs: 490, rate: 1.1 }).rate, 1);
  assert.equal(catchUp({ ...calm, behindMs: 1_300, rate: 1.25 }).rate, 1.25);
  assert.equal(catchUp({ ...calm, behindMs: 1_200, rate: 1.25 }).rate, 1.1);
});

test('far behind it jumps to the target, at normal speed', () => {
  assert.deepEqual(catchUp({ ...calm, behindMs: 60_000, rate: 1.25 }), { rate: 1, jumpToBehindMs: 500 });
});

test('when the picture has just appeared it jumps sooner', () => {
  assert.deepEqual(catchUp({ ...calm, behindMs: 2_000, isResuming: true }), { rate: 1, jumpToBehindMs: 500 });
  assert.deepEqual(catchUp({ ...calm, behindMs: 1_000, isResuming: true }), { rate: 1.1 });
});

test('stalls earn a larger cushion, but never above one second', () => {
  assert.equal(targetBehindMs(0), 500);
  assert.equal(targetBehindMs(2), 750);
  assert.equal(targetBehindMs(100), 1_000);
});

test('on a stuttering network a thin cushion is refilled slowly', () => {
  assert.equal(catchUp({ ...calm, behindMs: 150, recentStalls: 2 }).rate, 0.95);
  assert.equal(catchUp({ ...calm, behindMs: 500, recentStalls: 2, rate: 0.95 }).rate, 0.95);
  assert.equal(catchUp({ ...calm, behindMs: 640, recentStalls: 2, rate: 0.95 }).rate, 1);
  assert.equal(catchUp({ ...calm, behindMs: 150 }).rate, 1);
});

/** Ms behind after playing for a number of ticks of 250 ms, on a source that keeps real time. */
function behindAfter(ticks: number, startMs: number, goals = flvGoals): number {
  let behindMs = startMs;
  let rate = 1;
  for (let tick = 0; tick < ticks; tick += 1) {
    const next = catchUp({ ...calm, behindMs, rate }, goals);
    rate = next.rate;
    behindMs = (next.jumpToBehindMs ?? behindMs) - (rate - 1) * 250;
  }
  return behindMs;
}

test('from any delay playback settles within a second of the live edge and stays there', () => {
  for (const startMs of [0, 700, 1_500, 2_400, 9_000]) {
    const behindMs = behindAfter(240, startMs);
    assert.ok(behindMs <= 1_000 && behindMs >= 0, `${startMs} → ${behindMs}`);
  }
});

test('what a stall cost is made good to 2 s within 3 s', () => {
  for (let lostMs = 0; lostMs <= 6_000; lostMs += 100) {
    const behindMs = behindAfter(12, 500 + lostMs);
    assert.ok(behindMs <= 2_000, `${lostMs} → ${behindMs}`);
  }
});

for (const targetSeconds of [1, 2, 4, 6]) {
  const goals = hlsGoals(targetSeconds);
  const twoSegmentsMs = 2_000 * targetSeconds;

  test(`HLS in segments of ${targetSeconds} s settles two segments behind live, from any delay`, () => {
    for (const startMs of [twoSegmentsMs, twoSegmentsMs + 3_000, 4 * twoSegmentsMs, 300_000]) {
      const behindMs = behindAfter(480, startMs, goals);
      assert.ok(behindMs <= twoSegmentsMs + goals.slackMs && behindMs >= twoSegmentsMs - 100, `${startMs} → ${behindMs}`);
    }
  });

  test(`HLS in segments of ${targetSeconds} s: stalls earn a larger cushion, which is filled slowly and then kept`, () => {
    assert.equal(targetBehindMs(100, goals), 3_000 * targetSeconds);
    const starved = { rate: 1, recentStalls: 100, isResuming: false };
    assert.equal(catchUp({ ...starved, behindMs: twoSegmentsMs }, goals).rate, 0.95);
    assert.equal(catchUp({ ...starved, behindMs: goals.mostMs }, goals).rate, 1);
    assert.equal(catchUp({ ...starved, behindMs: goals.mostMs + goals.slackMs }, goals).rate, 1);
  });
}

test('HLS that began with the newest segment alone backs off until the next one is at hand in time', () => {
  const goals = hlsGoals(2);
  assert.equal(catchUp({ ...calm, behindMs: 2_200 }, goals).rate, 0.95);
  assert.equal(catchUp({ ...calm, behindMs: 3_100, rate: 0.95 }, goals).rate, 0.95);
  assert.equal(catchUp({ ...calm, behindMs: 3_200, rate: 0.95 }, goals).rate, 1);
  assert.equal(catchUp({ ...calm, behindMs: 2_900 }, goals).rate, 1);
});

test('delay is measured to the end of the newest range', () => {
  assert.equal(behindMsOf([], 3), 0);
  assert.equal(behindMsOf([{ start: 0, end: 2 }, { start: 3, end: 5.5 }], 5), 500);
  assert.equal(behindMsOf([{ start: 0, end: 2 }], 2.1), 0);
});

const holes = [
  { name: 'before the first range', ranges: [{ start: 0.5, end: 2 }], time: 0, exit: 0.51 },
  { name: 'between two ranges', ranges: [{ start: 0, end: 2 }, { start: 4, end: 6 }], time: 2, exit: 4.01 },
  { name: 'inside a range', ranges: [{ start: 0, end: 2 }], time: 1, exit: undefined },
  { name: 'at the end of everything', ranges: [{ start: 0, end: 2 }], time: 2, exit: undefined },
  { name: 'before a sliver', ranges: [{ start: 0, end: 2 }, { start: 2.5, end: 2.55 }], time: 2, exit: undefined },
  { name: 'with nothing', ranges: [], time: 0, exit: undefined },
];

for (const { name, ranges, time, exit } of holes) {
  test(`the way out of a hole: ${name}`, () => assert.equal(holeExit(ranges, time), exit));
}
