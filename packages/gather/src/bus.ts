// The packet bus of one channel: from its source to every consumer (push now; recorder, snapshots), each with its own queue.
import { type Packet, ticksToMillis } from '@lubo/media';
import type { Logger } from 'pino';
import { type RingLimits, createRing } from './ring.ts';
import { type QueueLimits, type Subscription, type UnitQueue, createUnitQueue, defaultQueueLimits } from './subscription.ts';
import type { Tracks, Unit } from './unit.ts';

export type Bus = {
  /** A new timeline with these tracks begins; what was kept of the old one is let go. */
  begin(tracks: Tracks): void;
  /** The timeline goes on with another configuration. */
  change(tracks: Tracks): void;
  /** Hands packets, in order of decode time, to the ring and all consumers. Packets of absent tracks are passed over. */
  publish(packets: readonly Packet[]): void;
  /** The source is gone: nobody starts with its old pictures. */
  end(): void;
  /**
   * A consumer from the newest keyframe in the ring on, or from the next one. `onUnits` is called when there is something to
   * take, once for many; an error it throws is logged and hurts nobody else. `isPatient`: a tenth of a second later will do.
   */
  subscribe(options: { name: string; isPatient?: boolean; limits?: QueueLimits | undefined; onUnits: () => void }): Subscription;
  readonly consumerCount: number;
  /** Some consumer wants each unit at once. */
  readonly isUrgent: boolean;
  /** A copy of the newest keyframe that the ring holds, for who wants a picture now and then; undefined without video. */
  newestKeyframe(): Unit | undefined;
};

type Consumer = { name: string; isOpen: boolean; isPatient: boolean; queue: UnitQueue; onUnits: () => void };

/** A bus without tracks. */
export function createBus(options: { log: Logger; ring?: RingLimits }): Bus {
  const ring = createRing(options.ring);
  // Not a set: it is gone through for each unit.
  let consumers: readonly Consumer[] = [];
  let tracks: Tracks = {};
  let timeline = 0;

  const breakOff = (next: Tracks): void => {
    tracks = next;
    timeline += 1;
    ring.clear();
    for (const { queue } of consumers) queue.waitForStart();
  };
  const wake = (consumer: Consumer): void => {
    if (!consumer.isOpen || consumer.queue.length === 0) return;
    try {
      consumer.onUnits();
    } catch (error) {
      options.log.error({ consumer: consumer.name, err: error }, 'a consumer failed');
    }
  };

  return {
    begin: breakOff,
    change(next) {
      tracks = next;
    },
    publish(packets) {
      for (const packet of packets) {
        const unit = unitOf(packet, tracks, timeline);
        if (unit === undefined) continue;
        ring.add(unit);
        for (let i = 0; i < consumers.length; i++) consumers[i]?.queue.put(unit);
      }
      for (const consumer of consumers) wake(consumer);
    },
    end: () => breakOff({}),
    subscribe({ name, isPatient = false, limits = defaultQueueLimits, onUnits }) {
      const consumer: Consumer = { name, isOpen: true, isPatient, queue: createUnitQueue(limits), onUnits };
      for (const unit of ring.newest()) consumer.queue.put(unit);
      consumers = [...consumers, consumer];
      return subscriptionOf(consumer.queue, () => {
        consumer.isOpen = false;
        consumers = consumers.filter((each) => each !== consumer);
      });
    },
    get consumerCount() {
      return consumers.length;
    },
    get isUrgent() {
      for (const { isPatient } of consumers) if (!isPatient) return true;
      return false;
    },
    newestKeyframe() {
      const unit = ring.newestStart();
      return unit?.packet.kind === 'video' ? unit : undefined;
    },
  };
}

function unitOf(packet: Packet, tracks: Tracks, timeline: number): Unit | undefined {
  const track = tracks[packet.kind];
  if (track === undefined) return undefined;
  const isStart = packet.isKeyframe && (packet.kind === 'video' || tracks.video === undefined);
  return { packet, tracks, timeline, millis: ticksToMillis(packet.dts, track.timescale), isStart };
}

function subscriptionOf(queue: UnitQueue, close: () => void): Subscription {
  return {
    take: queue.take,
    get queuedBytes() {
      return queue.bytes;
    },
    get droppedUnits() {
      return queue.droppedUnits;
    },
    close,
  };
}
