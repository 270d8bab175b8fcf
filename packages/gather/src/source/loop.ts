// An MP4 file as one endless timeline: pass after pass without jump or overlap in any track, video and sound in sync.
// Pure. Video sets the length of a pass. Sound rarely divides by it, so each pass plays the number of frames that comes nearest:
// sound is never more than half a frame off, and its frames follow one another without a gap.
import type { Mp4File, Mp4Sample, Mp4Track } from '@lubo/media';

/** A sample on the endless timeline, which begins at 0 with the first sample of all. */
export type LoopedSample = {
  track: Mp4Track;
  sample: Mp4Sample;
  /** What lies between the presentation's times in the file and the timeline's; see `packetFromSample`. */
  shiftTicks: number;
  /** Decode time in milliseconds. */
  millis: number;
};

/** Length of a pass, exact: ticks of a timescale. */
type PassLength = { ticks: number; timescale: number };
/** A track's next sample: decode time in ticks since the track's first one. */
type Placed = { sample: Mp4Sample; ticks: number };

/** A file whose tracks end further apart is played as it is, silence or standing picture included. */
const longestFitSeconds = 0.5;
/** Sound that is so much shorter than the picture is filled up with its last frame. */
const longestFillSeconds = 0.1;

/** The tracks that are played: the first of each kind that has samples. */
export function playedTracks(file: Pick<Mp4File, 'tracks'>): Mp4Track[] {
  const ofKind = (kind: 'video' | 'audio'): Mp4Track[] =>
    file.tracks.filter((track) => track.info.kind === kind && track.endSample > track.firstSample).slice(0, 1);
  return [...ofKind('video'), ...ofKind('audio')];
}

/** All samples of all passes, in order of decode time; ends never unless `tracks` is empty. */
export function* loopedSamples(tracks: readonly Mp4Track[]): Generator<LoopedSample, void, void> {
  const length = passLength(tracks);
  const zeroSeconds = Math.min(...tracks.map(startSeconds));
  const cursors = tracks.map((track) => cursorOf(track, length, zeroSeconds));
  for (;;) {
    let first: Cursor | undefined;
    for (const cursor of cursors) if (first === undefined || cursor.next.millis < first.next.millis) first = cursor;
    if (first === undefined) return;
    yield first.next;
    first.moveOn();
  }
}

type Cursor = { next: LoopedSample; moveOn(): void };

function cursorOf(track: Mp4Track, length: PassLength, zeroSeconds: number): Cursor {
  const { timescale } = track.info;
  const startTicks = Math.round((startSeconds(track) - zeroSeconds) * timescale);
  const isExact = track.info.kind === 'video' || length.timescale === timescale;
  const placed = isExact ? wholePasses(track, length) : fittedPasses(track, length);
  const read = (): LoopedSample => {
    const { sample, ticks } = placed.next().value;
    const dts = startTicks + ticks;
    return { track, sample, shiftTicks: dts - (sample.dts - track.presentationStart), millis: (dts * 1000) / timescale };
  };
  const cursor: Cursor = {
    next: read(),
    moveOn() {
      cursor.next = read();
    },
  };
  return cursor;
}

function* wholePasses(track: Mp4Track, length: PassLength): Generator<Placed, never, void> {
  const first = track.sample(track.firstSample).dts;
  for (let pass = 0; ; pass++) {
    const offset = passStart(pass, length, track.info.timescale) - first;
    for (let i = track.firstSample; i < track.endSample; i++) {
      const sample = track.sample(i);
      yield { sample, ticks: sample.dts + offset };
    }
  }
}

function* fittedPasses(track: Mp4Track, length: PassLength): Generator<Placed, never, void> {
  const { timescale } = track.info;
  const longestFill = longestFillSeconds * timescale;
  const last = track.sample(track.endSample - 1);
  const lastDuration = durationOf(track, track.endSample - 1);
  let end = 0;
  for (let pass = 0; ; pass++) {
    const start = passStart(pass, length, timescale);
    const nextStart = passStart(pass + 1, length, timescale);
    // Only a track that is truly shorter than the picture falls behind by more than a fill.
    if (start - end > longestFill) end = start;
    const offset = end - track.sample(track.firstSample).dts;
    for (let i = track.firstSample; i < track.endSample; i++) {
      const sample = track.sample(i);
      const duration = durationOf(track, i);
      const ticks = sample.dts + offset;
      if (i > track.firstSample && ticks + duration / 2 > nextStart) break;
      yield { sample, ticks };
      end = ticks + duration;
    }
    if (nextStart - end > longestFill) continue;
    for (; end + lastDuration / 2 <= nextStart; end += lastDuration) yield { sample: last, ticks: end };
  }
}

function passLength(tracks: readonly Mp4Track[]): PassLength {
  const leading = tracks.find((track) => track.info.kind === 'video') ?? tracks[0];
  if (leading === undefined) return { ticks: 1, timescale: 1 };
  const { timescale } = leading.info;
  const spanTicks = endTicks(leading) - startTicksOf(leading);
  const start = Math.min(...tracks.map(startSeconds));
  const end = Math.max(...tracks.map((track) => endTicks(track) / track.info.timescale));
  if (end - start - spanTicks / timescale <= longestFitSeconds) return { ticks: spanTicks, timescale };
  return { ticks: Math.ceil((end - start) * timescale), timescale };
}

/** Ticks of `timescale` from the first pass to this one; exact, so that nothing adds up over years. */
function passStart(pass: number, { ticks, timescale: from }: PassLength, timescale: number): number {
  if (from === timescale) return pass * ticks;
  const divisor = 2n * BigInt(from);
  return Number((2n * BigInt(pass) * BigInt(ticks) * BigInt(timescale) + BigInt(from)) / divisor);
}

function startTicksOf(track: Mp4Track): number {
  return track.sample(track.firstSample).dts - track.presentationStart;
}

function startSeconds(track: Mp4Track): number {
  return startTicksOf(track) / track.info.timescale;
}

function endTicks(track: Mp4Track): number {
  const last = track.endSample - 1;
  return track.sample(last).dts - track.presentationStart + durationOf(track, last);
}

/** Ticks to the next sample. The last one's is often none, and for sound only what is left of the recording: not how long it plays. */
function durationOf(track: Mp4Track, i: number): number {
  const { duration, dts } = track.sample(i);
  const isLast = i === track.endSample - 1;
  if (!isLast || (duration > 0 && track.info.kind === 'video')) return duration;
  const before = i > track.firstSample ? dts - track.sample(i - 1).dts : 0;
  return before || duration || Math.ceil(track.info.timescale / 25);
}
