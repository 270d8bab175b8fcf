// A pull source of the gather, played until there is enough of it.

import { type ChannelFault, GatherChannel } from '@lubo/contract';
import { createCodecWorker, openSource, systemClock } from '@lubo/gather';
import { type Packet, type Track, ticksToMillis } from '@lubo/media';
import { pino } from 'pino';

/** What a channel was told, each packet with its decode time in ms; NaN without a track of its kind. */
export type Told = { tracks: Track[]; changes: Track[][]; packets: (Packet & { millis: number })[]; faults: ChannelFault[]; notices: string[]; lostPackets: number | undefined };

type Tracks = { video?: Track | undefined; audio?: Track | undefined };

/** Plays until `isEnough`, then stops: what the channel was told. */
export async function pull(source: object, isEnough: (told: Told) => boolean, { hasCodec = false } = {}): Promise<Told> {
  const settings = GatherChannel.parse({ id: 'channel00001', name: 'Room 1', isStarted: true, source: { mode: 'pull', ...source } });
  const log = pino({ level: 'silent' });
  const codec = hasCodec ? createCodecWorker({ clock: systemClock, log }) : undefined;
  const played = openSource(settings, { clock: systemClock, log, bitrates: () => ({ mainKbps: 1024, subKbps: 512 }), reconnects: () => true, stream: 'main', openSound: codec?.openSound });
  let current: Tracks = {};
  const told: Told = { tracks: [], changes: [], packets: [], faults: [], notices: [], lostPackets: undefined };
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (isEnough(told)) resolve();
    };
    played.start({
      begin(tracks) {
        current = tracks;
        told.tracks.push(...listOf(tracks));
      },
      change(tracks) {
        current = tracks;
        told.changes.push(listOf(tracks));
      },
      packets(packets) {
        for (const packet of packets) told.packets.push({ ...packet, millis: ticksToMillis(packet.dts, current[packet.kind]?.timescale ?? NaN) });
        look();
      },
      fault(fault) {
        told.faults.push(fault);
        look();
      },
    });
  });
  const health = played.health?.();
  told.notices = (health?.notices ?? []).map(({ code }) => code);
  told.lostPackets = health?.lostPackets;
  await played.stop();
  codec?.close();
  return told;
}

function listOf({ video, audio }: Tracks): Track[] {
  return [video, audio].filter((track) => track !== undefined);
}

/** Decode times in ms. */
export function ofKind(told: Told, kind: Packet['kind']): number[] {
  return told.packets.filter((packet) => packet.kind === kind).map(({ millis }) => millis);
}
