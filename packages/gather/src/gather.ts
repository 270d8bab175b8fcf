// The gather as a whole: desired state in, running channels and pushes, reports out. Knows no site and no port.
import { type ChannelFaultCode, type CodedFault, type GatherChannel, type GatherChannelReport, type GatherNoticeCode, type GatherReport, type GatherSettings, GatherTuning, type Resources } from '@lubo/contract';
import type { Logger } from 'pino';
import { Channel, type ChannelOptions, type OpenSource } from './channel.ts';
import type { Clock } from './clock.ts';
import { expiryOf, refusalsOf } from './enrolment.ts';
import type { RecordWish } from './recorder/wish.ts';
import { type Action, type Desired, actionsTo, nothingDesired, readDesired } from './reconcile.ts';
import { createSchedule } from './schedule/schedule.ts';
import type { Bitrates } from './source/source.ts';

export type GatherOptions = {
  openSource: OpenSource;
  clock: Clock;
  log: Logger;
  /** A report is worth sending. */
  onChange(): void;
  push?: ChannelOptions['push'];
  /** Opened and recovered; closed by whoever opened it. Without it nothing is recorded. */
  recordings?: ChannelOptions['recordings'];
  /** The system's time of day in ms since 1970. */
  wall?: (() => number) | undefined;
  openSound?: ChannelOptions['openSound'];
  attach?: ChannelOptions['attach'];
  /** Of the gather as a whole, for its reports. */
  notices?(): CodedFault<GatherNoticeCode>[];
};

/** A channel as the gather's own screen shows it. */
export type ChannelView = { settings: GatherChannel | undefined; report: GatherChannelReport };

export type Gather = {
  /**
   * Reconciles towards this state. From disk it may be stale: channels are taken up, pushes only once the site has confirmed
   * them, for a push that nobody watches would end never.
   */
  apply(resources: Resources, origin: 'disk' | 'site'): void;
  /** What this channel should record from now on, `undefined`: nothing; kept over stops and starts of the channel. */
  record(channelId: string, wish: RecordWish | undefined): void;
  /** The gather was down from this moment (ms since 1970) until now; after `apply`. Lessons of that time are noted as missed. */
  noteDown(aliveAt: number): void;
  report(): GatherReport;
  channels(): ChannelView[];
  readonly settings: GatherSettings | undefined;
  /** Stops all; resolves when files and sockets are closed. */
  close(): Promise<void>;
};

/** Nothing runs until `apply`. */
export function createGather(options: GatherOptions): Gather {
  const { log } = options;
  const running = new Map<string, Channel>();
  const closing = new Map<string, Promise<void>>();
  const wishes = new Map<string, RecordWish>();
  let desired: Desired = nothingDesired;
  let isClosed = false;
  let read: Desired = nothingDesired;
  let refused: ReadonlyMap<string, CodedFault<ChannelFaultCode>> = new Map();
  const wall = options.wall ?? Date.now;
  const reconnects = (): boolean => desired.settings?.reconnectsCameras ?? true;
  const bitrates = (): Bitrates => desired.settings ?? GatherTuning.parse({});

  const stop = (id: string, why: 'switched-off' | 'closing' = 'switched-off'): void => {
    const channel = running.get(id);
    if (channel === undefined) return;
    running.delete(id);
    const closed = channel.stop(why).finally(() => {
      if (closing.get(id) === closed) closing.delete(id);
    });
    closing.set(id, closed);
  };
  const start = (settings: GatherChannel): void => {
    const channel = new Channel({ ...options, reconnects, bitrates, settings, after: closing.get(settings.id) });
    running.set(settings.id, channel);
    const wish = wishes.get(settings.id);
    if (wish) channel.record(wish);
  };
  const perform = (action: Action): void => {
    switch (action.type) {
      case 'start-channel':
        start(action.channel);
        break;
      case 'restart-channel':
        running.get(action.channel.id)?.restart(action.channel);
        break;
      case 'rename-channel':
        changeSettings(running.get(action.channel.id), action.channel);
        break;
      case 'stop-channel':
        stop(action.id);
        break;
      case 'start-push':
        running.get(action.push.channelId)?.startPush(action.push);
        break;
      case 'move-push':
        running.get(action.push.channelId)?.movePush(action.push);
        break;
      case 'stop-push':
        running.get(action.channelId)?.stopPush();
        break;
    }
  };

  const reconcile = (): void => {
    refused = refusalsOf(read.settings, [...read.channels.keys()], wall());
    desired = { ...read, channels: allowed(read.channels, refused) };
    for (const action of actionsTo(desired, runningOf(running))) {
      log.info({ action: action.type, channel: channelOf(action) }, 'reconciling');
      perform(action);
    }
    schedule.apply(expiryOf(read.settings, wall()) ? nothingDesired : read);
    options.onChange();
  };
  const record: Gather['record'] = (channelId, wish) => {
    if (wish) wishes.set(channelId, wish);
    else wishes.delete(channelId);
    running.get(channelId)?.record(wish);
  };
  let isExpired = false;
  const schedule = createSchedule({
    clock: options.clock,
    log,
    wall,
    record,
    lessons: options.recordings?.lessons,
    onTick(now) {
      const was = isExpired;
      isExpired = expiryOf(read.settings, now) !== undefined;
      if (was !== isExpired) reconcile();
    },
  });
  const views = (): ChannelView[] => viewsOf(desired, running, refused);

  return {
    apply(resources, origin) {
      if (isClosed) return;
      read = readDesired(resources);
      if (origin === 'disk') read = { ...read, pushes: new Map() };
      isExpired = expiryOf(read.settings, wall()) !== undefined;
      for (const { key, detail } of read.faults) log.warn({ key, reason: detail }, 'a resource is passed over');
      if (read.settings) options.recordings?.tune(read.settings);
      reconcile();
    },
    record,
    noteDown: schedule.noteDown,
    report() {
      const notices = [...[expiryOf(read.settings, wall()) ?? []].flat(), ...(options.notices?.() ?? [])];
      return { channels: views().map(({ report }) => report), ...(notices.length > 0 ? { notices: notices.slice(0, 16) } : {}), ...disksOf(options.recordings) };
    },
    channels: views,
    get settings() {
      return desired.settings;
    },
    async close() {
      isClosed = true;
      schedule.stop();
      for (const id of running.keys()) stop(id, 'closing');
      await Promise.all(closing.values());
    },
  };
}

function disksOf(recordings: ChannelOptions['recordings']): Pick<GatherReport, 'disks'> {
  return recordings ? { disks: recordings.disks() } : {};
}

function changeSettings(channel: Channel | undefined, settings: GatherChannel): void {
  if (channel) channel.settings = settings;
}

function runningOf(channels: ReadonlyMap<string, Channel>) {
  const pushes = [...channels].flatMap(([id, { pushed }]) => (pushed ? [[id, pushed.desired] as const] : []));
  return { channels: new Map([...channels].map(([id, { settings }]) => [id, settings])), pushes: new Map(pushes) };
}

function channelOf(action: Action): string {
  switch (action.type) {
    case 'start-channel':
    case 'restart-channel':
    case 'rename-channel':
      return action.channel.id;
    case 'stop-channel':
      return action.id;
    case 'start-push':
    case 'move-push':
      return action.push.channelId;
    case 'stop-push':
      return action.channelId;
  }
}

/** Channels that the enrolment does not allow are stopped. */
function allowed(channels: ReadonlyMap<string, GatherChannel>, refused: ReadonlyMap<string, CodedFault<ChannelFaultCode>>): ReadonlyMap<string, GatherChannel> {
  if (refused.size === 0) return channels;
  return new Map([...channels].map(([id, channel]) => [id, refused.has(id) ? { ...channel, isStarted: false } : channel]));
}

const isId = /^[0-9a-z]{12}$/;

function viewsOf(desired: Desired, running: ReadonlyMap<string, Channel>, refused: ReadonlyMap<string, CodedFault<ChannelFaultCode>>): ChannelView[] {
  const views: ChannelView[] = [...desired.channels].map(([id, settings]) => {
    const timetable = desired.timetables.get(id);
    const report = running.get(id)?.report() ?? idleReport(id, refused.get(id));
    return { settings, report: timetable === undefined ? report : { ...report, timetableRevision: timetable.revision } };
  });
  for (const { key, detail } of desired.faults) {
    const [kind, id = ''] = key.split('/', 2);
    const fault = { code: 'settings-invalid' as const, detail: detail.slice(0, 512) };
    if (kind === 'channel' && isId.test(id)) views.push({ settings: undefined, report: idleReport(id, fault) });
  }
  return views;
}

function idleReport(id: string, fault?: CodedFault<ChannelFaultCode>): GatherChannelReport {
  const nothing = { isPushing: false, isRecording: false, receiveKbps: 0, sendKbps: 0 };
  return fault ? { id, state: 'error', fault, ...nothing } : { id, state: 'stopped', ...nothing };
}
