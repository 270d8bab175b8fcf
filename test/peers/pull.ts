// A pull source of the gather, played until there is enough of it.

import { type ChannelFault, GatherChannel } from '@lubo/contract';
import { createCodecWorker, openSource, systemClock } from '@lubo/gather';
import { type Packet, type Track, ticksToMillis } from '@lubo/media';
import { pino } from 'pino';

/** What a channel was told, each packet with its decode time in ms. */
export type Told = { tracks: Track[]; changes: Track[][]; packets: (Packet & { millis: number })[]; faults: ChannelFault[]; notices: string[]; lostPackets: number | undefined };

/** Plays until `isEnough`, then stops: what the channel was told. */
export async function pull(source: object, isEnough: (told: Told) => boolean, { hasCodec = false } = {}): Promise<Told> {
  const settings = GatherChannel.parse({ id: 'channel00001', name: 'Room 1', isStarted: true, source: { mode: 'pull', ...source } });
  const log = pino({ level: 'silent' });
  const codec = hasCodec ? createCodecWorker({ clock: systemClock, log }) : undefined;
  const played = openSource(settings, { clock: systemClock, log, bitrates: () => ({ mainKbps: 1024, subKbps: 512 }), reconnects: () => true, stream: 'main', openSound: codec?.openSound });
  let current: Track[] = [];
  const told: Told = { tracks: [], changes: [], packets: [], faults: [], notices: [], lostPackets: undefined };
  const timescaleOf = (kind: Packet['kind']): number => {
    const track = current.find((one) => one.kind === kind);
    if (track === undefined) throw new Error(`a packet of ${kind} without a track of its kind`);
    return track.timescale;
  };
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (isEnough(told)) resolve();
    };
    played.start({
      begin({ video, audio }) {
        current = [video, audio].filter((track) => track !== undefined);
        told.tracks.push(...current);
      },
      change({ video, audio }) {
        current = [video, audio].filter((track) => track !== undefined);
        told.changes.push(current);
      },
      packets(packets) {
        for (const packet of packets) told.packets.push({ ...packet, millis: ticksToMillis(packet.dts, timescaleOf(packet.kind)) });
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

/** Decode times in ms. */
export function ofKind(told: Told, kind: Packet['kind']): number[] {
  return told.packets.filter((packet) => packet.kind === kind).map(({ millis }) => millis);
}
