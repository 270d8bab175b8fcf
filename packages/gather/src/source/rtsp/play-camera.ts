// Plays a bad camera as a channel does, for tests: everything that the channel is told.
import type { TestContext } from 'node:test';
import type { ChannelFault } from '@lubo/contract';
import type { Packet } from '@lubo/media';
import { pino } from 'pino';
import { systemClock } from '../../clock.ts';
import type { Tracks } from '../../unit.ts';
import { createDialledSource } from '../dialled.ts';
import { type BadCameraOptions, startBadCamera } from './bad-camera.ts';
import { readPacketClip, wire } from './clip-packets.ts';
import { type RtspSourceOptions, rtspDial } from './source.ts';

export const clip = await readPacketClip();
export const { sdp } = clip;
export type Play = NonNullable<BadCameraOptions['play']>;

/** Sends the whole clip at once. */
export const all: Play = (send) => {
  for (const packet of clip.packets) send(packet.channel, wire(packet));
};

export type Given = Partial<BadCameraOptions> & { user?: string; reconnects?: boolean; silenceMillis?: number; transport?: RtspSourceOptions['transport'] };

/** The source is stopped and the camera closed when the test ends. */
export async function begin(t: TestContext, given: Given) {
  const camera = await startBadCamera({ sdp, play: all, ...given });
  const options: RtspSourceOptions = { url: camera.url, user: given.user ?? '', password: 'secret', transport: given.transport ?? 'auto', clock: systemClock, timing: { silenceMillis: given.silenceMillis ?? 400 } };
  const told = { tracks: [] as Tracks[], changes: [] as Tracks[], packets: [] as Packet[], faults: [] as ChannelFault[] };
  const watchers = new Set<() => void>();
  const look = (): void => watchers.forEach((watcher) => watcher());
  const timing = { firstRetryMillis: 10, longestRetryMillis: 40, idleMillis: 10 };
  const source = createDialledSource({ dial: rtspDial(options), clock: systemClock, log: pino({ level: 'silent' }), reconnects: () => given.reconnects ?? true, timing });
  source.start({
    begin: (tracks) => void told.tracks.push(tracks),
    change: (tracks) => void told.changes.push(tracks),
    packets(packets) {
      told.packets.push(...packets);
      look();
    },
    fault(fault) {
      told.faults.push(fault);
      look();
    },
  });
  const until = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const watcher = (): void => {
        if (isSo()) resolve();
      };
      watchers.add(watcher);
      watcher();
    });
  t.after(async () => {
    await source.stop();
    await camera.close();
  });
  return { camera, source, told, until, pictures: () => told.packets.filter(({ kind }) => kind === 'video') };
}

/** Codes of the faults so far. */
export const codes = ({ told }: { told: { faults: ChannelFault[] } }): string[] => told.faults.map(({ code }) => code);
export const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** Sends the clip of two seconds again and again, as if it went on. */
export const looped: Play = (send, _, socket) => {
  let round = 0;
  const counts = [0, 2].map((channel) => clip.packets.filter((packet) => packet.channel === channel).length);
  const once = (): void => {
    for (const packet of clip.packets) {
      const [count = 0, rate] = packet.channel === 0 ? [counts[0], 90_000] : [counts[1], 44_100];
      send(packet.channel, wire(packet, { sequence: round * count, timestamp: round * 2 * rate }));
    }
    round += 1;
  };
  const timer = setInterval(once, 2_000);
  socket.on('close', () => clearInterval(timer));
  once();
};
