// One running channel: its source, its bus, its push. Consumers of the bus are independent of one another and of the source's faults.
import type { ChannelFault, GatherChannel, GatherChannelReport, GatherPush } from '@lubo/contract';
import type { Packet } from '@lubo/media';
import type { Logger } from 'pino';
import { type Bus, createBus } from './bus.ts';
import type { Clock } from './clock.ts';
import { type LiveStream, hasSubStream, openLiveStream } from './live-stream.ts';
import { type Push, type PushOptions, startPush } from './push/push.ts';
import { createRateMeter } from './rate.ts';
import type { Recorder } from './recorder/recorder.ts';
import type { Recordings } from './recorder/recordings.ts';
import type { RecordWish } from './recorder/wish.ts';
import type { OpenSound } from './source/sound.ts';
import type { Bitrates, Source, SourceSurroundings } from './source/source.ts';
import type { Tracks } from './unit.ts';

export type OpenSource = (settings: GatherChannel, surroundings: SourceSurroundings) => Source;

export type ChannelOptions = {
  settings: GatherChannel;
  openSource: OpenSource;
  clock: Clock;
  log: Logger;
  /** Whether lost sources are dialled again by themselves, as the gather's settings stand. */
  reconnects(): boolean;
  /** What cameras are set to unless their channel says otherwise. */
  bitrates(): Bitrates;
  /** Absent: sound that is not AAC is left out. */
  openSound?: OpenSound | undefined;
  /** What `report` tells has changed in more than its rates. */
  onChange(): void;
  push?: PushOptions['timing'];
  /** Called for a channel that runs, with its bus; the result is called when it stops. For bystanders: snapshots. */
  attach?(channel: { id: string; bus: Bus }): () => void;
  /** Without it nothing is recorded. */
  recordings?: Recordings | undefined;
  /** The end of an earlier life of this channel, which may still be closing. */
  after?: Promise<void> | undefined;
};

type ChannelState = { state: GatherChannelReport['state']; fault?: ChannelFault };

/** A channel runs from its construction until `stop`. */
export class Channel {
  readonly bus: Bus;
  settings: GatherChannel;
  pushed: { desired: GatherPush; push: Push } | undefined;
  readonly #options: ChannelOptions;
  readonly #log: Logger;
  readonly #receiveRate: ReturnType<typeof createRateMeter>;
  #state: ChannelState = { state: 'connecting' };
  #source: Source | undefined;
  /** One source at a time: a camera may refuse a second session while the first one is open. */
  #changing: Promise<void>;
  readonly #stopping = new Set<Promise<void>>();
  /** Of a camera with two streams, while it is pushed. */
  #live: LiveStream | undefined;
  readonly #recorder: Recorder | undefined;
  readonly #detach: (() => void) | undefined;
  readonly #count = (packets: readonly Packet[]): void => {
    let bytes = 0;
    for (const { data } of packets) bytes += data.length;
    this.#receiveRate.add(bytes);
  };

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.settings = options.settings;
    this.#changing = options.after ?? Promise.resolve();
    this.#log = options.log.child({ channel: options.settings.id });
    this.#receiveRate = createRateMeter(options.clock);
    this.bus = createBus({ log: this.#log });
    this.#detach = options.attach?.({ id: options.settings.id, bus: this.bus });
    this.#recorder = options.recordings?.recorderOf(options.settings.id, this.bus, this.#log, options.onChange);
    this.#begin(options.settings);
  }

  /** Another source takes the place of the old one once that is closed. */
  restart(settings: GatherChannel): void {
    const { pushed } = this;
    const isNewPush = pushed !== undefined && (hasSubStream(this.settings.source) || hasSubStream(settings.source));
    if (isNewPush) this.stopPush();
    this.settings = settings;
    this.#letGo('the channel has another source now');
    this.#setState({ state: 'connecting' });
    this.#begin(settings);
    if (isNewPush) this.startPush(pushed.desired);
  }

  /**
   * What should be recorded from now on; `undefined`: nothing. The same lesson with other times goes on, another one follows
   * without losing a frame.
   */
  record(wish: RecordWish | undefined): void {
    this.#recorder?.record(wish);
  }

  startPush(desired: GatherPush): void {
    const { clock, onChange, push: timing } = this.#options;
    this.#live = this.#openLive();
    const push = startPush({ url: desired.url, bus: this.#live?.bus ?? this.bus, clock, log: this.#log, onChange, ...(timing ? { timing } : {}) });
    this.pushed = { desired, push };
  }

  movePush(desired: GatherPush): void {
    if (this.pushed === undefined) return;
    this.pushed.desired = desired;
    this.pushed.push.setUrl(desired.url);
  }

  stopPush(): void {
    if (this.pushed === undefined) return;
    const stopping = Promise.all([this.pushed.push.stop(), this.#live?.stop()]).then(() => void this.#stopping.delete(stopping));
    this.#stopping.add(stopping);
    this.pushed = undefined;
    this.#live = undefined;
  }

  #openLive(): LiveStream | undefined {
    if (!hasSubStream(this.settings.source)) return undefined;
    const { openSource, clock, onChange } = this.#options;
    const log = this.#log.child({ stream: 'sub' });
    const sub = openSource(this.settings, { ...this.#options, log, stream: 'sub' });
    const live = openLiveStream({ main: this.bus, sub, clock, log, onChange, onReceived: this.#count });
    live.mainRuns(this.#state.state === 'running');
    return live;
  }

  /** Ends push, recording and source; resolves when sockets and files are closed. `closing`: the gather goes down. */
  async stop(why: 'switched-off' | 'closing' = 'switched-off'): Promise<void> {
    this.#detach?.();
    this.stopPush();
    const recorded = this.#recorder?.stop(why);
    this.#letGo('');
    await Promise.all([recorded, this.#changing, ...this.#stopping]);
  }

  report(): GatherChannelReport {
    const { state, fault } = this.#state;
    const { lostPackets, notices: own = [] } = this.#source?.health?.() ?? {};
    const notices = [...own, ...(this.#live?.notices() ?? [])].slice(0, 8);
    return {
      id: this.settings.id,
      state,
      ...(fault ? { fault } : {}),
      isPushing: this.pushed?.push.isPushing ?? false,
      isRecording: this.#recorder?.isRecording ?? false,
      ...(this.#recorder?.lessonId === undefined ? {} : { lessonId: this.#recorder.lessonId }),
      receiveKbps: this.#receiveRate.kbps(),
      sendKbps: this.pushed?.push.sendKbps ?? 0,
      ...(lostPackets === undefined ? {} : { lostPackets }),
      ...(notices.length === 0 ? {} : { notices }),
    };
  }

  #begin(settings: GatherChannel): void {
    const { openSource } = this.#options;
    const source = openSource(settings, { ...this.#options, log: this.#log, stream: 'main', isUrgent: () => this.bus.isUrgent });
    this.#source = source;
    this.#changing = this.#changing.then(() => {
      if (this.#source === source) this.#start(source);
    });
  }

  #letGo(why: string): void {
    const source = this.#source;
    this.#source = undefined;
    this.bus.end();
    this.#recorder?.sourceLost(why);
    if (source === undefined) return;
    this.#changing = this.#changing
      .then(() => source.stop())
      .catch((error: unknown) => this.#log.error({ err: error }, 'the source did not close cleanly'));
  }

  #start(source: Source): void {
    // What a source still says after it was let go belongs to nobody.
    const ifCurrent = (run: () => void): void => {
      if (this.#source === source) run();
    };
    const run = (): void => this.#setState({ state: 'running' });
    source.start({
      begin: (tracks: Tracks) =>
        ifCurrent(() => {
          this.bus.begin(tracks);
          run();
        }),
      change: (tracks) => ifCurrent(() => this.bus.change(tracks)),
      packets: (packets) =>
        ifCurrent(() => {
          this.#count(packets);
          this.bus.publish(packets);
        }),
      fault: (fault) =>
        ifCurrent(() => {
          this.bus.end();
          this.#recorder?.sourceLost(fault.detail);
          this.#setState({ state: 'error', fault });
        }),
    });
  }

  #setState(next: ChannelState): void {
    const isNew = next.state !== this.#state.state || next.fault?.detail !== this.#state.fault?.detail;
    this.#state = next;
    this.#live?.mainRuns(next.state === 'running');
    if (isNew) this.#options.onChange();
  }
}
