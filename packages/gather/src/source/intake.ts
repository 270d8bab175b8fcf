// From what a network source finds (tracks and packets of each kind, as they come) to what its channel is told: a beginning
// with all tracks, then packets in order of decode time.
import { type Packet, type Track, ticksToMillis } from '@lubo/media';
import type { Tracks } from '../unit.ts';
import type { SourceOutput } from './source.ts';

type Kind = Packet['kind'];

export type Intake = {
  /** These kinds will come; the beginning waits for them a little. */
  expect(kinds: readonly Kind[]): void;
  /** Before the first packet of its kind, and whenever the configuration changes. */
  track(track: Track): void;
  packet(packet: Packet): void;
  /** Hands on what is ripe: after each batch of packets, and twice a second at least. */
  pass(nowMillis: number): void;
  /** Hands on all that is held: the connection has ended. */
  end(): void;
};

/** The beginning waits so long for the first picture, or for the first sound. */
const waitMillis = { video: 5_000, audio: 1_500 };
/** A track that brought nothing for so long is not waited for: the other one goes on alone. */
const absentMillis = 300;
/** Most that packets wait for those of the other track. */
const longestHoldMillis = 2_000;
const mostHeld = 512;

/** What waits is from `head` up to, not including, `tail`; the arrays stay, for new ones with each batch would cost more than all the rest. */
type Lane = { queue: (Packet | undefined)[]; millis: number[]; head: number; tail: number; heardAt: number };

/** One connection's. */
export function createIntake(output: Pick<SourceOutput, 'begin' | 'change' | 'packets'>): Intake {
  const lanes: Record<Kind, Lane> = { video: emptyLane(), audio: emptyLane() };
  let expected: readonly Kind[] = [];
  /** Kinds that have brought something: a track that is only promised would keep players and recordings waiting for it. */
  const come = new Set<Kind>();
  let tracks: Tracks = {};
  let firstAt: number | undefined;
  let isBegun = false;
  const fresh: Record<Kind, boolean> = { video: false, audio: false };

  const mayBegin = (now: number): boolean => {
    if (length(lanes.video) + length(lanes.audio) === 0) return false;
    firstAt ??= now;
    return expected.every((kind) => length(lanes[kind]) > 0 || now - (firstAt ?? now) >= waitMillis[kind]);
  };
  const present = (): Tracks => ({ ...(come.has('video') && { video: tracks.video }), ...(come.has('audio') && { audio: tracks.audio }) });
  const handOn = (now: number): void => {
    if (length(lanes.video) + length(lanes.audio) === 0) return;
    const out: Packet[] = [];
    for (let lane = ripest(lanes, now); lane !== undefined; lane = ripest(lanes, now)) out.push(taken(lane));
    if (out.length > 0) output.packets(out);
  };

  const begin = (): void => {
    isBegun = true;
    output.begin(present());
  };

  return {
    expect(kinds) {
      expected = kinds;
    },
    track(track) {
      // Packets go out with the configuration that they came with, even if that means to begin before everybody is there.
      const isTold = come.has(track.kind);
      if (isTold && !isBegun) begin();
      if (isTold) handOn(Infinity);
      tracks = { ...tracks, [track.kind]: track };
      if (isTold) output.change(present());
    },
    packet(packet) {
      const track = tracks[packet.kind];
      if (track === undefined) return;
      if (!come.has(packet.kind)) {
        if (isBegun) handOn(Infinity);
        come.add(packet.kind);
        if (isBegun) output.change(present());
      }
      const lane = lanes[packet.kind];
      lane.queue[lane.tail] = packet;
      lane.millis[lane.tail++] = ticksToMillis(packet.dts, track.timescale);
      fresh[packet.kind] = true;
    },
    pass(now) {
      if (fresh.video) lanes.video.heardAt = now;
      if (fresh.audio) lanes.audio.heardAt = now;
      fresh.video = false;
      fresh.audio = false;
      if (!isBegun) {
        if (!mayBegin(now)) return bound(lanes);
        begin();
      }
      handOn(now);
    },
    end() {
      if (isBegun) handOn(Infinity);
    },
  };
}

function emptyLane(): Lane {
  return { queue: [], millis: [], head: 0, tail: 0, heardAt: -Infinity };
}

function length(lane: Lane): number {
  return lane.tail - lane.head;
}

/** The lane whose first packet may go; `now` Infinity: nothing waits. */
function ripest({ video, audio }: Record<Kind, Lane>, now: number): Lane | undefined {
  const v = length(video);
  const a = length(audio);
  if (v > 0 && a > 0) return headMillis(video) <= headMillis(audio) ? video : audio;
  const lane = v > 0 ? video : audio;
  if (v + a === 0) return undefined;
  const other = v > 0 ? audio : video;
  const held = (lane.millis[lane.tail - 1] ?? 0) - headMillis(lane);
  return now - other.heardAt >= absentMillis || held > longestHoldMillis || length(lane) > mostHeld ? lane : undefined;
}

function headMillis(lane: Lane): number {
  return lane.millis[lane.head] ?? 0;
}

function taken(lane: Lane): Packet {
  const packet = lane.queue[lane.head] as Packet;
  lane.queue[lane.head++] = undefined;
  if (lane.head === lane.tail) lane.head = lane.tail = 0;
  else if (lane.head >= 256) {
    lane.queue.splice(0, lane.head);
    lane.millis.splice(0, lane.head);
    lane.tail -= lane.head;
    lane.head = 0;
  }
  return packet;
}

/** While the beginning waits for a picture, only the newest sound is kept. */
function bound(lanes: Record<Kind, Lane>): void {
  for (const lane of [lanes.video, lanes.audio]) while (length(lane) > mostHeld) taken(lane);
}
