// One channel's snapshots: at its interval the newest keyframe of the bus becomes a JPEG, and WebPs in the widths that pages show. A
// bystander: it holds no subscription, and whatever fails here fails alone.
import type { pictureWidths } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import { CodecError } from '../codec-worker/codec-error.ts';
import type { CodecWorker } from '../codec-worker/codec-worker.ts';
import type { Still } from '../codec-worker/messages.ts';
import type { Unit } from '../unit.ts';

/** A channel as it looked at a moment of the machine's clock. */
export type Snapshot = Still & { takenAt: Date };

export type SnapshotterOptions = {
  channelId: string;
  bus: Pick<Bus, 'newestKeyframe'>;
  codec: Pick<CodecWorker, 'still'>;
  clock: Clock;
  /** The time of day. */
  wallClock?: () => Date;
  log: Logger;
  /** Asked again and again, so that a change counts at once. */
  intervalMillis(): number;
  onPicture(channelId: string, snapshot: Snapshot): void;
  /** 0 … 1. */
  random?: () => number;
};

/** Of the JPEG, in pixels; a tile of the board on a large screen. */
const jpegWidth = 640;
/** Of the WebPs. Without the widest: it would take half of the encoder's time, and a snapshot is shown half a window wide at most. */
export const snapshotWidths: readonly (typeof pictureWidths)[number][] = [320, 480, 640, 960];

/** A new interval counts within this, a fresh keyframe that is waited for is seen within the second. */
const lookMillis = 5_000;
const waitMillis = 1_000;
/** The first pictures of channels that start together are spread over so long. */
const spreadMillis = 3_000;
/** The pause after a failure; it doubles up to the interval. */
const retryMillis = 15_000;

/** Takes pictures from now on until the result is called. */
export function createSnapshotter(options: SnapshotterOptions): () => void {
  const { channelId, bus, codec, clock, wallClock = () => new Date(), log, intervalMillis, onPicture, random = Math.random } = options;
  let isStopped = false;
  let cancel: (() => void) | undefined;
  /** The keyframe of the last picture. */
  let last: Pick<Unit, 'timeline' | 'millis'> | undefined;
  let failures = 0;
  /** The last picture's time, or what counts as it, and the share of the interval to wait after it: so channels drift apart. */
  let since = -Infinity;
  let share = 1;

  const rest = (): number => {
    const pause = failures === 0 ? intervalMillis() * share : Math.min(intervalMillis(), retryMillis * 2 ** (failures - 1));
    return since + pause - clock.now();
  };
  const look = (): void => {
    const left = rest();
    if (left > 0) return again(Math.min(left, lookMillis));
    const unit = bus.newestKeyframe();
    // Without a new keyframe since the last picture there is nothing new to see.
    if (unit === undefined || (unit.timeline === last?.timeline && unit.millis === last.millis)) return again(waitMillis);
    last = { timeline: unit.timeline, millis: unit.millis };
    void take(unit).then(() => again(0));
  };
  const again = (millis: number): void => {
    if (!isStopped) cancel = clock.after(millis, look);
  };
  const take = async (unit: Unit): Promise<void> => {
    const takenAt = wallClock();
    const track = unit.tracks.video;
    since = clock.now();
    share = 0.9 + 0.2 * random();
    if (track === undefined) return;
    try {
      const still = await codec.still({ track, data: unit.packet.data, width: jpegWidth, webpWidths: snapshotWidths, urgency: { kind: 'snapshot', key: channelId } });
      failures = 0;
      if (!isStopped) onPicture(channelId, { ...still, takenAt });
    } catch (error) {
      failures++;
      const code = error instanceof CodecError ? error.code : 'internal';
      // Without FFmpeg there is one notice for the whole gather.
      if (code !== 'no-backend' && code !== 'closed' && !isStopped) log.warn({ channel: channelId, code, err: error }, 'no snapshot');
    }
  };

  again(random() * spreadMillis);
  return () => {
    isStopped = true;
    cancel?.();
  };
}
