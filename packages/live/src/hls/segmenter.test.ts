import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Packet, aacTrack, avcTrack } from '@lubo/media';
import { aacConfig, avcSmall } from '../fakes.ts';
import { type Cut, Segmenter, segmentSeconds } from './segmenter.ts';

const video = avcTrack(avcSmall, 1000);
const audio = aacTrack(aacConfig, 44_100);

const picture = (millis: number, isKeyframe: boolean, size = 10): [Packet, number] => [
  { kind: 'video', dts: millis, compositionOffset: 0, isKeyframe, data: new Uint8Array(size) },
  millis / 1000,
];
const frameOfSound = (dts: number): [Packet, number] => [
  { kind: 'audio', dts, compositionOffset: 0, isKeyframe: true, data: new Uint8Array(4) },
  dts / 44_100,
];

function makeSegmenter(tracks = [video, audio], maxBytes = 1e9): { segmenter: Segmenter; cuts: Cut[] } {
  const cuts: Cut[] = [];
  const segmenter = new Segmenter({ maxBytes, emit: (cut) => cuts.push(cut) });
  segmenter.setTracks(tracks);
  return { segmenter, cuts };
}

/** 25 fps with these keyframes, for so many seconds. */
function run(isKeyframe: (millis: number) => boolean, seconds: number, stepMillis = 40): { cuts: Cut[]; target: number } {
  const { segmenter, cuts } = makeSegmenter([video]);
  for (let millis = 0; millis < seconds * 1000; millis += stepMillis) segmenter.take(...picture(millis, isKeyframe(millis)));
  return { cuts, target: segmenter.targetSeconds };
}

/** What must hold of any cuts of an unbroken stream. */
function assertSound(cuts: readonly Cut[], target: number): void {
  for (const [i, cut] of cuts.entries()) {
    const next = cuts[i + 1];
    assert.ok(Math.round(cut.durationSeconds) <= target, `${cut.durationSeconds} s, target ${target}`);
    if (next === undefined) continue;
    assert.ok(Math.abs(cut.startSeconds + cut.durationSeconds - next.startSeconds) < 1e-9);
    assert.equal(cut.ends.video, next.packets.find(({ kind }) => kind === 'video')?.dts);
    assert.equal(next.isDiscontinuity, false);
  }
}

const everySeconds = (seconds: number) => (millis: number): boolean => millis % (seconds * 1000) === 0;

describe('segments of a steady GOP', () => {
  const cases: { gop: number; starts: number[]; target: number }[] = [
    { gop: 0.2, starts: [0, 1, 2, 3, 5, 7, 9], target: 2 },
    { gop: 1, starts: [0, 1, 2, 3, 5, 7, 9], target: 2 },
    { gop: 2, starts: [0, 2, 4, 6, 8, 10], target: 2 },
    { gop: 3, starts: [0, 3, 6, 9], target: 3 },
    { gop: 4, starts: [0, 4, 8], target: 4 },
    { gop: 6, starts: [0, 6], target: 6 },
  ];
  for (const { gop, starts, target } of cases) {
    test(`of ${gop} s`, () => {
      const result = run(everySeconds(gop), 12.5);
      assert.equal(result.target, target);
      assert.deepEqual(result.cuts.map(({ startSeconds }) => startSeconds), starts);
      assert.ok(result.cuts.every(({ isIndependent }) => isIndependent));
      assertSound(result.cuts, target);
    });
  }
});

test('a GOP that is too long is cut between keyframes, and the next keyframe begins a segment again', () => {
  const { cuts, target } = run(everySeconds(20), 48);
  assert.equal(target, segmentSeconds.most);
  assertSound(cuts, target);
  assert.deepEqual(cuts.filter(({ isIndependent }) => isIndependent).map(({ startSeconds }) => startSeconds), [0, 20, 40]);
});

test('no order of keyframes makes a segment pass the target that the first one told', () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 48_271) % 0x7fffffff) / 0x7fffffff;
  for (let round = 0; round < 200; round++) {
    const chance = random() * 0.05;
    const { cuts, target } = run((millis) => millis === 0 || random() < chance, 60, 20 + Math.floor(random() * 600));
    assert.ok(cuts.length > 5);
    assertSound(cuts, target);
  }
});

test('sound alone is cut near two seconds', () => {
  const { segmenter, cuts } = makeSegmenter([audio]);
  for (let i = 0; i < 600; i++) segmenter.take(...frameOfSound(i * 1024));
  assert.equal(segmenter.targetSeconds, 2);
  assert.ok(cuts.slice(3).every(({ durationSeconds }) => Math.abs(durationSeconds - 2) < 0.03), String(cuts.map((cut) => cut.durationSeconds)));
  assert.deepEqual(cuts.slice(1).map(({ packets }) => packets[0]?.dts), cuts.slice(0, -1).map(({ ends }) => ends.audio));
});

test('every packet is in one segment, sound that comes late in the one that is open', () => {
  const { segmenter, cuts } = makeSegmenter();
  const sent: Packet[] = [];
  let soundDts = 0;
  for (let millis = 0; millis < 10_000; millis += 40) {
    const all = [picture(millis, millis % 1000 === 0)];
    for (; soundDts / 44.1 < millis - 300; soundDts += 1024) all.push(frameOfSound(soundDts));
    for (const [packet, seconds] of all) {
      sent.push(packet);
      segmenter.take(packet, seconds);
    }
  }
  segmenter.break();
  assert.deepEqual(cuts.flatMap(({ packets }) => packets), sent);
  assert.ok(cuts.every(({ isIndependent }) => isIndependent));
});

test('sound goes on in segments of its own while pictures stand still', () => {
  const { segmenter, cuts } = makeSegmenter();
  for (let millis = 0; millis < 2_000; millis += 40) segmenter.take(...picture(millis, millis % 1000 === 0));
  for (let dts = 0; dts < 12 * 44_100; dts += 1024) segmenter.take(...frameOfSound(dts));
  assert.ok(cuts.length >= 5, `${cuts.length}`);
  assert.ok(cuts.every(({ durationSeconds }) => Math.round(durationSeconds) <= 2));
});

test('a break ends the segment where its last picture ends, and is told with the next one', () => {
  const { segmenter, cuts } = makeSegmenter([video]);
  for (const millis of [0, 40, 80]) segmenter.take(...picture(millis, millis === 0));
  segmenter.break();
  segmenter.break();
  for (const millis of [120, 160]) segmenter.take(...picture(millis, millis === 120));
  segmenter.break();
  assert.deepEqual(cuts.map(({ startSeconds, durationSeconds, isDiscontinuity, ends }) => [startSeconds, durationSeconds.toFixed(3), isDiscontinuity, ends.video]), [
    [0, '0.120', false, 120],
    [0.12, '0.080', true, 200],
  ]);
});

test('a leap in time is a break, and other tracks are a break with another generation', () => {
  const { segmenter, cuts } = makeSegmenter([video]);
  for (const millis of [0, 40, 8_000, 8_040]) segmenter.take(...picture(millis, millis % 1000 === 0));
  segmenter.setTracks([video, audio]);
  segmenter.take(...picture(8_080, true));
  segmenter.break();
  assert.deepEqual(cuts.map(({ generation, isDiscontinuity, tracks }) => [generation, isDiscontinuity, tracks.length]), [
    [1, false, 1],
    [1, true, 1],
    [2, true, 2],
  ]);
  assert.equal(cuts[0]?.durationSeconds, 0.08);
});

test('a segment takes no more bytes than it may', () => {
  const { segmenter, cuts } = makeSegmenter([video], 100_000);
  for (let millis = 0; millis < 4_000; millis += 40) segmenter.take(...picture(millis, millis === 0, 20_000));
  assert.ok(cuts.length > 10);
  for (const { packets } of cuts) assert.ok(packets.length <= 5);
  assert.ok(segmenter.bytes <= 100_000);
});
