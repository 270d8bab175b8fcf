import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconnectPauseMs } from './back-off.ts';
import type { PlayerFaultCode } from './fault.ts';
import { WayChoice, waysOf } from './ways.ts';
import type { Abilities, Verdict, Way, WayMemory } from './ways.ts';

const chromium: Abilities = { hasMediaSource: true, hasNativeHls: false };
const safari: Abilities = { hasMediaSource: true, hasNativeHls: true };
const iPhone: Abilities = { hasMediaSource: false, hasNativeHls: true };

/** The store of one visit. */
function visit(): WayMemory & { held: Map<string, string> } {
  const held = new Map<string, string>();
  return { held, getItem: (key) => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value) };
}

/** A choice with the endings of its connections, one after another, by whichever way it goes. */
function choiceOf(abilities: Abilities, memory?: WayMemory) {
  const choice = new WayChoice(abilities, memory);
  const way = (): Way => choice.way(true) ?? assert.fail('no way');
  return {
    choice,
    way,
    ends: (code: PlayerFaultCode, playedMs?: number): Verdict => {
      if (playedMs !== undefined) choice.markPlaying(way());
      return choice.end(way(), { fault: { code }, playedMs });
    },
  };
}

test('the way with the lowest delay that a browser has comes first', () => {
  assert.deepEqual(waysOf(chromium), ['flv', 'hls']);
  assert.deepEqual(waysOf(safari), ['flv', 'hls']);
  assert.deepEqual(waysOf(iPhone), ['hls-native']);
  assert.deepEqual(waysOf({ hasMediaSource: false, hasNativeHls: false }), []);
});

test('without an address for HLS only FLV is left', () => {
  assert.equal(new WayChoice(chromium).way(false), 'flv');
  assert.equal(new WayChoice(iPhone).way(false), undefined);
});

const misses = ['live-unreachable', 'stream-ended', 'picture-broken'] as const;
for (const code of misses) {
  test(`FLV that twice shows no picture (${code}) is left for HLS`, () => {
    const { way, ends } = choiceOf(chromium);
    assert.deepEqual([ends(code), way(), ends(code), way()], ['again', 'flv', 'afresh', 'hls']);
  });
}

test('FLV that is cut right after its first pictures is left too', () => {
  const { way, ends } = choiceOf(chromium);
  assert.deepEqual([ends('stream-ended', 900), ends('stream-ended', 4_000), way()], ['again', 'afresh', 'hls']);
});

test('FLV of which no byte came within the patience of a connection is left at once', () => {
  const { way, ends } = choiceOf(chromium);
  assert.deepEqual([ends('stream-silent'), way()], ['afresh', 'hls']);
});

test('a classroom that sends nothing is no reason to leave a way', () => {
  const { way, ends } = choiceOf(chromium);
  for (let i = 0; i < 10; i += 1) assert.equal(ends('no-video'), 'again');
  assert.equal(way(), 'flv');
});

test('the end of a long play is no miss, and earlier misses are forgotten', () => {
  const { way, ends } = choiceOf(chromium);
  for (let i = 0; i < 5; i += 1) {
    ends('live-unreachable');
    ends('stream-ended', 600_000);
  }
  assert.equal(way(), 'flv');
});

test('a way that has played outlasts a live server that dies until its channels have moved', () => {
  const { way, ends } = choiceOf(chromium);
  ends('stream-ended', 600_000);
  let passedMs = 0;
  for (let i = 0; i < 9; i += 1) {
    passedMs += reconnectPauseMs(i, 0);
    assert.equal(ends('live-unreachable'), 'again');
  }
  assert.ok(passedMs > 15_000, `${passedMs} ms`);
  assert.equal(way(), 'flv');
  assert.deepEqual([ends('live-unreachable'), way()], ['afresh', 'hls']);
});

test('a way that is cut again and again is left, however well it plays in between', () => {
  const memory = visit();
  const { choice, way, ends } = choiceOf(chromium, memory);
  assert.deepEqual([ends('stream-ended', 30_000), ends('stream-ended', 30_000), ends('stream-ended', 30_000)], ['again', 'again', 'afresh']);
  choice.markPlaying(way());
  assert.deepEqual([way(), [...memory.held.values()]], ['hls', ['hls']]);
});

test('with all ways failing they take turns, and only the first round is told as a fresh start', () => {
  const { way, ends } = choiceOf(chromium);
  const seen = Array.from({ length: 8 }, () => [way(), ends('live-unreachable')].join(' '));
  assert.deepEqual(seen, ['flv again', 'flv afresh', 'hls again', 'hls again', 'flv again', 'flv again', 'hls again', 'hls again']);
});

test('what played instead of FLV is remembered for the visit, and a new visit begins with FLV', () => {
  const memory = visit();
  const { choice, way, ends } = choiceOf(chromium, memory);
  ends('live-unreachable');
  ends('live-unreachable');
  assert.equal(memory.held.size, 0);
  choice.markPlaying(way());
  assert.equal(new WayChoice(chromium, memory).way(true), 'hls');
  assert.equal(new WayChoice(chromium, visit()).way(true), 'flv');
});

test('what stood in for a live server that was away is not remembered', () => {
  const memory = visit();
  const { choice, way, ends } = choiceOf(chromium, memory);
  ends('stream-ended', 600_000);
  while (way() === 'flv') ends('live-unreachable');
  choice.markPlaying(way());
  assert.equal(memory.held.size, 0);
});

test('what is remembered counts only where the browser has it', () => {
  for (const held of ['hls', 'nonsense', '']) {
    const memory = visit();
    memory.held.set('lubo.way', held);
    assert.equal(new WayChoice(iPhone, memory).way(true), 'hls-native');
  }
});

test('a barred store only forgets', () => {
  const barred = (): never => {
    throw new Error('denied');
  };
  const { choice, way, ends } = choiceOf(chromium, { getItem: barred, setItem: barred });
  ends('stream-silent');
  choice.markPlaying(way());
  assert.equal(way(), 'hls');
});

for (const code of ['codec-unsupported', 'h265-unsupported', 'denied', 'sign-in-needed', 'channel-not-found'] as const) {
  test(`${code} is final by any way`, () => assert.equal(choiceOf(safari).ends(code), 'give-up'));
}

test('a browser that cannot stream FLV takes HLS', () => {
  const { way, ends } = choiceOf(chromium);
  assert.deepEqual([ends('browser-unsupported'), way(), ends('browser-unsupported')], ['afresh', 'hls', 'give-up']);
});
