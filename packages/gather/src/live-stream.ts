// What is pushed of a camera with two streams: its sub stream while somebody watches, its main stream when the sub stream fails.
import type { ChannelFault, ChannelNoticeCode, ChannelSource, CodedFault } from '@lubo/contract';
import type { Packet } from '@lubo/media';
import type { Logger } from 'pino';
import { type Bus, createBus } from './bus.ts';
import type { Clock } from './clock.ts';
import type { Source } from './source/source.ts';
import type { Subscription } from './subscription.ts';
import type { Tracks } from './unit.ts';

export type LiveStream = {
  /** What the push sends. */
  readonly bus: Bus;
  /** Whether the main stream gives video. The sub stream is dialled once it does: a wrong password is tried once, not twice. */
  mainRuns(isRunning: boolean): void;
  notices(): readonly ChannelFault[];
  /** Ends the sub stream; resolves when it is closed. */
  stop(): Promise<void>;
};

export type LiveStreamOptions = {
  main: Bus;
  /** The sub stream, not started. */
  sub: Source;
  clock: Clock;
  log: Logger;
  onChange(): void;
  /** Media that the sub stream brought. */
  onReceived?(packets: readonly Packet[]): void;
  /** Viewers wait so long for the sub stream, then they get the main stream. */
  waitMillis?: number;
};

/** Whether the settings know a smaller stream for live viewing. */
export function hasSubStream(source: ChannelSource): boolean {
  return source.mode === 'pull' ? source.subUrl !== undefined : source.mode === 'camera' && source.isDualStream;
}

/** Nothing is dialled before `mainRuns`. */
export function openLiveStream(options: LiveStreamOptions): LiveStream {
  const { main, sub, clock, log, onChange, waitMillis = 3_000 } = options;
  const bus = createBus({ log });
  let isStarted = false;
  let isStopped = false;
  let fault: CodedFault<ChannelNoticeCode> | undefined;
  let relay: { close(): void } | undefined;
  let cancelWait: (() => void) | undefined;

  const ifOpen = <T>(run: (value: T) => void) => (value: T): void => {
    if (!isStopped) run(value);
  };
  const useSub = (tracks: Tracks): void => {
    cancelWait?.();
    relay?.close();
    relay = undefined;
    fault = undefined;
    bus.begin(tracks);
    onChange();
  };
  const useMain = (reason: CodedFault<ChannelNoticeCode>): void => {
    cancelWait?.();
    fault = reason;
    if (relay === undefined) {
      bus.end();
      relay = relayUnits(main, bus);
    }
    onChange();
  };
  const start = (): void => {
    isStarted = true;
    cancelWait = clock.after(waitMillis, () => useMain({ code: 'sub-stream-missing', detail: 'the sub stream gives no video yet: the main stream is played live' }));
    sub.start({
      begin: ifOpen(useSub),
      change: ifOpen(bus.change),
      packets: ifOpen((packets) => {
        options.onReceived?.(packets);
        bus.publish(packets);
      }),
      fault: ifOpen(({ code, detail }) => {
        log.warn({ code, detail }, 'the sub stream fails: the main stream is played live');
        useMain({ code: 'sub-stream-missing', detail: `the main stream is played live: ${detail}`.slice(0, 512) });
      }),
    });
  };

  return {
    bus,
    mainRuns(isRunning) {
      if (isRunning && !isStarted && !isStopped) start();
      // Nobody starts with old pictures of a stream that is gone.
      if (!isRunning && relay !== undefined) bus.end();
    },
    notices: () => [...(fault === undefined ? [] : [fault]), ...(sub.health?.().notices ?? [])],
    async stop() {
      isStopped = true;
      cancelWait?.();
      relay?.close();
      bus.end();
      await sub.stop();
    },
  };
}

/** Hands on what comes on one bus to another, from the newest keyframe on. */
function relayUnits(from: Bus, to: Bus): { close(): void } {
  let tracks: Tracks | undefined;
  let timeline: number | undefined;
  const handOn = (subscription: Subscription): void => {
    for (let unit = subscription.take(); unit !== undefined; unit = subscription.take()) {
      if (unit.timeline !== timeline) to.begin(unit.tracks);
      else if (unit.tracks !== tracks) to.change(unit.tracks);
      ({ timeline, tracks } = unit);
      to.publish([unit.packet]);
    }
  };
  const subscription: Subscription = from.subscribe({ name: 'live relay', onUnits: () => handOn(subscription) });
  handOn(subscription);
  return subscription;
}
