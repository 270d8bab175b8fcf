import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeMediaPlaylist } from './playlist.ts';
import { addSegment, emptyWindow } from './window.ts';

/** Adds segments of these durations; discontinuities before the numbers given. */
function run(durations: readonly number[], keepSeconds: number, breaks: readonly number[] = []) {
  let window = emptyWindow(2);
  const expired: string[] = [];
  const states = durations.map((durationSeconds, i) => {
    const added = addSegment(window, { uri: `${i}.ts`, durationSeconds, isDiscontinuity: breaks.includes(i) }, keepSeconds);
    window = added.window;
    expired.push(...added.expired.map((segment) => segment.uri));
    return { ...window, expired: [...expired] };
  });
  return { window, expired, states };
}

test('never less than three target durations stay listed, and the sequence counts what left', () => {
  const { states } = run(Array.from({ length: 30 }, (_, i) => 1 + (i % 3) / 2), 0);
  for (const [i, state] of states.entries()) {
    const listed = state.segments.reduce((sum, segment) => sum + segment.durationSeconds, 0);
    assert.ok(listed >= 6 || state.mediaSequence === 0, `${listed} s listed after ${i}`);
    assert.equal(state.segments[0]?.uri, `${state.mediaSequence}.ts`);
    assert.equal(state.segments.at(-1)?.uri, `${i}.ts`);
  }
  assert.ok((states.at(-1)?.mediaSequence ?? 0) > 20);
});

test('a longer window is kept when asked for', () => {
  const { window } = run(Array.from({ length: 30 }, () => 2), 20);
  assert.equal(window.segments.length, 10);
  assert.equal(window.mediaSequence, 20);
});

test('a removed discontinuity is counted when its segment leaves', () => {
  const { states } = run(Array.from({ length: 12 }, () => 2), 0, [2, 5]);
  assert.deepEqual(states.map((state) => state.discontinuitySequence), [0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2]);
  assert.match(writeMediaPlaylist(states[4]!), /#EXT-X-DISCONTINUITY\n#EXTINF:2,\n2\.ts/);
});

test('a removed segment is kept for its own length and that of the playlist, and then expires once', () => {
  const { states, expired, window } = run(Array.from({ length: 20 }, () => 2), 0);
  for (const state of states) {
    const numbers = [...state.expired, ...state.retired.map((one) => one.uri), ...state.segments.map((one) => one.uri)];
    assert.deepEqual(numbers, numbers.map((_, i) => `${i}.ts`));
  }
  // Removed now plus 6 s of playlist and 2 s of its own: five segments of 2 s are still served.
  assert.equal(window.retired.length, 5);
  assert.equal(expired.length, 20 - 3 - 5);
});

test('the target duration grows with a segment that is too long, and does not shrink again', () => {
  const { states } = run([2, 2, 7.6, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], 0);
  assert.deepEqual(states.map((state) => state.targetSeconds), [2, 2, ...Array.from({ length: 16 }, () => 8)]);
  assert.ok(!states.at(-1)?.segments.some((segment) => segment.durationSeconds > 7));
});
