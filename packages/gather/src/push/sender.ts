// From the bus to one RTMP connection: newest GOP first, then each unit as it comes, as much as the socket takes.
import { type FlvTag, type Track, configTags, packetTag } from '@lubo/media';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { QueueLimits, Subscription } from '../subscription.ts';
import type { Tracks, Unit } from '../unit.ts';
import { createStamper } from './stamper.ts';

export type SenderOptions = {
  bus: Bus;
  clock: Clock;
  queue?: QueueLimits | undefined;
  /** Writes one tag. */
  write(tag: FlvTag): void;
  /** False while enough bytes wait in the socket: what is not taken yet can still be dropped. */
  hasRoom(): boolean;
  /** Called round each batch of writes. */
  batch(run: () => void): void;
  /** The server did not keep up; so many units were left out. */
  onDropped(units: number): void;
};

export type Sender = {
  /** Sends what waits; called again when the socket has room. */
  send(): void;
  /** Milliseconds since the source gave something, 0 while something waits. */
  silentMillis(): number;
  close(): void;
};

/** Subscribes and begins at once with what the ring holds. */
export function startSender(options: SenderOptions): Sender {
  const { bus, clock, write } = options;
  const stamp = createStamper();
  let tracks: Tracks | undefined;
  let droppedUnits = 0;
  let newestAt = clock.now();

  const sendUnit = (unit: Unit): void => {
    newestAt = clock.now();
    const { timestamp, compositionOffset } = stamp(unit, newestAt);
    if (unit.tracks !== tracks) {
      tracks = unit.tracks;
      for (const tag of configTags(listOf(tracks), timestamp)) write(tag);
    }
    const track = tracks[unit.packet.kind];
    if (track) write(packetTag(track, unit.packet, timestamp, compositionOffset));
  };
  const sendWhileRoom = (): void => {
    while (options.hasRoom()) {
      const unit = subscription.take();
      if (unit === undefined) break;
      sendUnit(unit);
    }
  };
  const send = (): void => {
    options.batch(sendWhileRoom);
    const dropped = subscription.droppedUnits - droppedUnits;
    droppedUnits += dropped;
    if (dropped > 0) options.onDropped(dropped);
  };
  const subscription: Subscription = bus.subscribe({ name: 'push', limits: options.queue, onUnits: send });
  send();
  return {
    send,
    silentMillis: () => (subscription.queuedBytes > 0 ? 0 : clock.now() - newestAt),
    close: subscription.close,
  };
}

function listOf({ video, audio }: Tracks): Track[] {
  return [...(video ? [video] : []), ...(audio ? [audio] : [])];
}
