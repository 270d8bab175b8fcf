// From units to the fragments of one slice: about a second each, times from 0 that never fall, whatever the source's do.
import { type FragmentRun, type Packet, ticksToMillis, writeFragment, writeInitSegment } from '@lubo/media';
import type { Tracks, Unit } from '../unit.ts';

/** Less than a second, so that what a kill takes is less than a second with all that is on its way to the disk. */
const fragmentMillis = 750;
/** Of a track with a single packet, whose pace is not known. */
const unknownPaceMillis = 40;

export type Fragmenter = {
  /** The bytes that the slice begins with. `createdAt`: ms since 1970. */
  head(createdAt: number): Uint8Array[];
  /** Takes a unit of these tracks; gives the fragment that it closes. */
  add(unit: Unit): Uint8Array[] | undefined;
  /** What has been taken since the last fragment, if anything. */
  flush(): Uint8Array[] | undefined;
  /** From the start of the slice to the end of the last packet. */
  readonly millis: number;
  /** Bytes that wait for their fragment. */
  readonly bytes: number;
};

type Run = { trackId: number; timescale: number; baseTicks: number; packets: Packet[]; lastDts: number; paceTicks: number };

/** `baseMillis`: where the slice's 0 lies on the timeline of its units. */
export function createFragmenter(tracks: Tracks, baseMillis: number): Fragmenter {
  const given = [tracks.video, tracks.audio].filter((track) => track !== undefined);
  const runs = given.map(({ timescale }, i): Run => ({
    trackId: i + 1, timescale, baseTicks: Math.round((baseMillis * timescale) / 1000), packets: [], lastDts: -1,
    paceTicks: Math.ceil((timescale * unknownPaceMillis) / 1000),
  }));
  const runOf = { video: tracks.video && runs[0], audio: tracks.audio && runs.at(-1) };
  let sequence = 0;
  let fragmentStart: number | undefined;
  let bytes = 0;

  const flush = (): Uint8Array[] | undefined => {
    if (fragmentStart === undefined) return undefined;
    fragmentStart = undefined;
    bytes = 0;
    const parts = writeFragment(++sequence, runs.map(fragmentRun));
    for (const run of runs) run.packets = [];
    return parts;
  };
  return {
    head: (createdAt) => writeInitSegment(given, createdAt),
    add(unit) {
      const run = runOf[unit.packet.kind];
      if (run === undefined) return undefined;
      const isFull = fragmentStart !== undefined && unit.millis - fragmentStart >= fragmentMillis;
      const packet = placed(unit.packet, run);
      const parts = isFull ? flushBefore(run, packet, flush) : undefined;
      fragmentStart ??= unit.millis;
      run.packets.push(packet);
      bytes += packet.data.length;
      return parts;
    },
    flush,
    get millis() {
      return Math.max(0, ...runs.map((run) => (run.lastDts < 0 ? 0 : ticksToMillis(run.lastDts + run.paceTicks, run.timescale))));
    },
    get bytes() {
      return bytes;
    },
  };
}

// The packet that closes a fragment gives its track's last packet there a true duration.
function flushBefore(run: Run, next: Packet, flush: () => Uint8Array[] | undefined): Uint8Array[] | undefined {
  const last = run.packets.at(-1);
  if (last) run.paceTicks = next.dts - last.dts;
  return flush();
}

/** Rising decode times at least 0; a moment of showing stays where the source put it. */
function placed(packet: Packet, run: Run): Packet {
  const wanted = packet.dts - run.baseTicks;
  const dts = Math.max(wanted, run.lastDts + 1);
  if (run.lastDts >= 0) run.paceTicks = dts - run.lastDts;
  run.lastDts = dts;
  if (packet.kind === 'audio') return { kind: 'audio', dts, compositionOffset: 0, isKeyframe: true, data: packet.data };
  const { isKeyframe, data } = packet;
  return { kind: 'video', dts, compositionOffset: wanted + packet.compositionOffset - dts, isKeyframe, data };
}

function fragmentRun({ trackId, packets, lastDts, paceTicks }: Run): FragmentRun {
  const last = packets.at(-1)?.dts ?? lastDts;
  return { trackId, packets, endDts: last + paceTicks };
}
