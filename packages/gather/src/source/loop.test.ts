// The endless timeline of a file: even steps through every pass, picture and sound together for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mp4Track } from '@lubo/media';
import { fakeTrack } from './fake-track.ts';
import { type LoopedSample, loopedSamples, playedTracks } from './loop.ts';

const picture = (seconds: number) => fakeTrack({ kind: 'video', timescale: 12_800, count: seconds * 25, duration: 512 });
const sound = (count: number, more: Partial<Parameters<typeof fakeTrack>[0]> = {}) =>
  fakeTrack({ kind: 'audio', timescale: 44_100, count, duration: 1024, ...more });

function take(tracks: readonly Mp4Track[], seconds: number): LoopedSample[] {
  const taken: LoopedSample[] = [];
  for (const looped of loopedSamples(tracks)) {
    if (looped.millis > seconds * 1000) break;
    taken.push(looped);
  }
  return taken;
}

const dtsOf = ({ track, sample, shiftTicks }: LoopedSample): number => sample.dts - track.presentationStart + shiftTicks;
const stepsOf = (taken: readonly LoopedSample[]): number[] => taken.slice(1).map((looped, i) => dtsOf(looped) - dtsOf(taken[i] as LoopedSample));
const of = (taken: readonly LoopedSample[], track: Mp4Track): LoopedSample[] => taken.filter((looped) => looped.track === track);

/** How far each repetition of the first sound frame lies from the same repetition of the first picture. */
function drifts(taken: readonly LoopedSample[], video: Mp4Track, audio: Mp4Track): number[] {
  const beginnings = (track: Mp4Track): number[] =>
    of(taken, track).filter(({ sample }) => sample.offset === track.firstSample * 100).map(({ millis }) => millis);
  const pictures = beginnings(video);
  return beginnings(audio).map((millis, i) => millis - (pictures[i] ?? millis));
}

const cases: { name: string; video: Mp4Track; audio: Mp4Track }[] = [
  { name: 'sound a little longer than the picture', video: picture(2), audio: sound(88, { lastDuration: 140 }) },
  { name: 'sound a little shorter than the picture', video: picture(2), audio: sound(85) },
  { name: 'sound 80 ms shorter than the picture', video: picture(2), audio: sound(83) },
  { name: 'sound as long as the picture', video: picture(1), audio: fakeTrack({ kind: 'audio', timescale: 48_000, count: 50, duration: 960 }) },
  { name: 'a last frame without duration', video: { ...picture(2) }, audio: sound(87, { lastDuration: 0 }) },
  { name: 'sound with priming, picture with B-frames', video: fakeTrack({ kind: 'video', timescale: 12_800, count: 50, duration: 512, presentationStart: 1024 }), audio: sound(88, { presentationStart: 1024, firstSample: 1 }) },
];

for (const { name, video, audio } of cases) {
  test(`no jump and no overlap in either track: ${name}`, () => {
    const taken = take([video, audio], 3_600);
    const pictureSteps = stepsOf(of(taken, video));
    assert.deepEqual([...new Set(pictureSteps)], [512]);
    assert.deepEqual([...new Set(stepsOf(of(taken, audio)))], [audio.sample(0).duration]);
    const [first = 0] = drifts(taken, video, audio);
    const halfFrame = (audio.sample(0).duration * 500) / audio.info.timescale;
    for (const drift of drifts(taken, video, audio)) assert.ok(Math.abs(drift - first) <= halfFrame + 0.1, `${drift - first} ms`);
  });
}

test('a last picture without duration lasts as long as the one before it', () => {
  const video = fakeTrack({ kind: 'video', timescale: 12_800, count: 50, duration: 512, lastDuration: 0 });
  assert.deepEqual([...new Set(stepsOf(take([video], 10)))], [512]);
});

test('the timeline begins with 0 and rises over both tracks', () => {
  const video = fakeTrack({ kind: 'video', timescale: 12_800, count: 50, duration: 512, presentationStart: 1024 });
  const taken = take([video, sound(88)], 10);
  assert.equal(taken[0]?.millis, 0);
  assert.equal(taken[0]?.track, video);
  assert.ok(taken.every(({ millis }, i) => i === 0 || millis >= (taken[i - 1]?.millis ?? 0)));
});

test('sound keeps its place beside the picture when both have an edit list', () => {
  const video = fakeTrack({ kind: 'video', timescale: 12_800, count: 50, duration: 512, presentationStart: 1024 });
  const audio = sound(88, { presentationStart: 1024, firstSample: 1 });
  const taken = take([video, audio], 1);
  // Shown at dts + 1024 ticks of the picture: both begin 80 ms after the first decoding.
  assert.equal(of(taken, video)[0]?.millis, 0);
  assert.ok(Math.abs((of(taken, audio)[0]?.millis ?? 0) - 80) < 0.1);
});

test('a file whose sound ends seconds earlier is played as it is', () => {
  const video = picture(4);
  const audio = sound(43);
  const taken = take([video, audio], 9);
  assert.deepEqual([...new Set(stepsOf(of(taken, video)))], [512]);
  const gaps = stepsOf(of(taken, audio)).filter((step) => step !== 1024);
  assert.deepEqual(gaps, [4 * 44_100 - 42 * 1024, 4 * 44_100 - 42 * 1024]);
});

test('a file whose sound goes on for seconds waits with its last picture', () => {
  const video = picture(1);
  const audio = sound(129);
  const taken = take([video, audio], 7);
  const pauses = stepsOf(of(taken, video)).filter((step) => step !== 512);
  assert.ok(pauses.length === 2 && pauses.every((pause) => pause > 2 * 12_800), pauses.join());
  assert.deepEqual([...new Set(stepsOf(of(taken, audio)))].filter((step) => step < 1024), []);
});

test('sound alone repeats without a gap', () => {
  const audio = sound(43, { lastDuration: 5 });
  assert.deepEqual([...new Set(stepsOf(take([audio], 60)))], [1024]);
});

test('thousands of passes add up exactly, rates of 30000/1001 included', () => {
  const video = fakeTrack({ kind: 'video', timescale: 30_000, count: 10, duration: 1001 });
  const audio = sound(14);
  const taken: LoopedSample[] = [];
  for (const looped of loopedSamples([video, audio])) if (taken.push(looped) === 50_000) break;
  const pictures = of(taken, video);
  assert.equal(dtsOf(pictures.at(-1) as LoopedSample) - dtsOf(pictures[0] as LoopedSample), (pictures.length - 1) * 1001);
  const [first = 0] = drifts(taken, video, audio);
  assert.ok(Math.abs((drifts(taken, video, audio).at(-1) ?? NaN) - first) <= 11.7);
});

test('the first track of each kind that has samples is played', () => {
  const [empty, video, audio, second] = [{ ...picture(1), endSample: 0 }, picture(1), sound(40), sound(41)];
  assert.deepEqual(playedTracks({ tracks: [audio, empty, video, second] }), [video, audio]);
  assert.deepEqual(playedTracks({ tracks: [empty] }), []);
});

test('no tracks, no samples', () => {
  assert.deepEqual([...loopedSamples([])], []);
});
