// From units to the fragments of one slice: less than a second each, times from 0 that never fall, whatever the source's do.
import { FragmentBuffer, type Packet, ticksToMillis, writeInitSegment } from '@lubo/media';
import type { Tracks, Unit } from '../unit.ts';

/**
 * Media of a fragment, at least. What a kill takes is that, the media of one more read (200 ms) and what is on its way to the disk:
 * less than a second.
 */
const fragmentMillis = 650;
/** Of a track with a single packet, whose pace is not known. */
const unknownPaceMillis = 40;

export type Fragmenter = {
  /** The bytes that the slice begins with. `createdAt`: ms since 1970. */
  head(createdAt: number): Uint8Array[];
  /** Takes a unit of these tracks; its data is copied. */
  add(unit: Unit): void;
  /** Whether enough has been taken for a fragment. */
  readonly isFull: boolean;
  /** What has been taken since the last fragment, if anything: for the caller, until it gives the memory back. */
  flush(): Uint8Array | undefined;
  /** A fragment is not needed any more: its memory serves for another. */
  giveBack(fragment: Uint8Array): void;
  /** From the start of the slice to the end of the last packet. */
  readonly millis: number;
  /** Bytes that wait for their fragment. */
  readonly bytes: number;
};

type Run = { trackId: number; timescale: number; baseTicks: number; lastDts: number; paceTicks: number };

/** `baseMillis`: where the slice's 0 lies on the timeline of its units. */
export function createFragmenter(tracks: Tracks, baseMillis: number): Fragmenter {
  const given = [tracks.video, tracks.audio].filter((track) => track !== undefined);
  const runs = given.map(({ timescale }, i): Run => ({
    trackId: i + 1, timescale, baseTicks: Math.round((baseMillis * timescale) / 1000), lastDts: -1,
    paceTicks: Math.ceil((timescale * unknownPaceMillis) / 1000),
  }));
  const runOf = { video: tracks.video && runs[0], audio: tracks.audio && runs.at(-1) };
  const buffer = new FragmentBuffer(runs.length);
  let sequence = 0;
  let start: number | undefined;
  let newest = 0;

  return {
    head: (createdAt) => writeInitSegment(given, createdAt),
    add({ packet, millis }) {
      const run = runOf[packet.kind];
      if (run === undefined) return;
      start ??= millis;
      newest = millis;
      place(buffer, packet, run);
    },
    get isFull() {
      return start !== undefined && newest - start >= fragmentMillis;
    },
    flush() {
      if (start === undefined) return undefined;
      start = undefined;
      return buffer.finish(++sequence, runs.map(({ lastDts, paceTicks }) => lastDts + paceTicks));
    },
    giveBack: (fragment) => buffer.giveBack(fragment),
    get millis() {
      let most = 0;
      for (const run of runs) if (run.lastDts >= 0) most = Math.max(most, ticksToMillis(run.lastDts + run.paceTicks, run.timescale));
      return most;
    },
    get bytes() {
      return buffer.length;
    },
  };
}

/** Rising decode times at least 0; a moment of showing stays where the source put it. */
function place(buffer: FragmentBuffer, { kind, dts: given, compositionOffset, isKeyframe, data }: Packet, run: Run): void {
  const wanted = given - run.baseTicks;
  const dts = Math.max(wanted, run.lastDts + 1);
  if (run.lastDts >= 0) run.paceTicks = dts - run.lastDts;
  run.lastDts = dts;
  if (kind === 'audio') buffer.add(run.trackId, dts, 0, true, data);
  else buffer.add(run.trackId, dts, wanted + compositionOffset - dts, isKeyframe, data);
}
