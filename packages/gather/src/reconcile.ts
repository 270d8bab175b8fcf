// From what should be to what is to be done: desired resources against running channels and pushes. Pure.
import { GatherChannel, GatherHandRecording, GatherPush, GatherSettings, GatherTimetable, type Resources } from '@lubo/contract';

/** A resource that can't be used; it is left out, the others go on. */
export type ResourceFault = { key: string; detail: string };

/** Desired state, checked. */
export type Desired = {
  settings: GatherSettings | undefined;
  /** By channel id. */
  channels: ReadonlyMap<string, GatherChannel>;
  pushes: ReadonlyMap<string, GatherPush>;
  timetables: ReadonlyMap<string, GatherTimetable>;
  /** Recordings by hand. */
  hands: ReadonlyMap<string, GatherHandRecording>;
  faults: readonly ResourceFault[];
};

/** What runs now, by channel id. */
export type Running = { channels: ReadonlyMap<string, GatherChannel>; pushes: ReadonlyMap<string, GatherPush> };

export type Action =
  | { type: 'start-channel'; channel: GatherChannel }
  /** Another source: this channel begins anew, what hangs on it stays. */
  | { type: 'restart-channel'; channel: GatherChannel }
  /** Another name. */
  | { type: 'rename-channel'; channel: GatherChannel }
  | { type: 'stop-channel'; id: string }
  | { type: 'start-push'; push: GatherPush }
  | { type: 'move-push'; push: GatherPush }
  | { type: 'stop-push'; channelId: string };

export const nothingDesired: Desired = { settings: undefined, channels: new Map(), pushes: new Map(), timetables: new Map(), hands: new Map(), faults: [] };

/** Checks every resource by itself; keys of unknown kinds are passed over. */
export function readDesired(resources: Resources): Desired {
  const channels = new Map<string, GatherChannel>();
  const pushes = new Map<string, GatherPush>();
  const timetables = new Map<string, GatherTimetable>();
  const hands = new Map<string, GatherHandRecording>();
  const faults: ResourceFault[] = [];
  let settings: GatherSettings | undefined;
  for (const [key, value] of Object.entries(resources)) {
    const [kind = '', id] = key.split('/', 2);
    const detail = read(kind, value, id, {
      channel: (channel) => channels.set(channel.id, channel),
      push: (push) => pushes.set(push.channelId, push),
      settings: (given) => (settings = given),
      timetable: (timetable) => timetables.set(timetable.channelId, timetable),
      record: (hand) => hands.set(hand.channelId, hand),
    });
    if (detail !== undefined) faults.push({ key, detail });
  }
  return { settings, channels, pushes, timetables, hands, faults };
}

/** What turns `running` into `desired`, in the order in which it is to be done. */
export function actionsTo(desired: Desired, running: Running): Action[] {
  const actions: Action[] = [];
  const isWanted = (id: string): boolean => desired.channels.get(id)?.isStarted === true;
  for (const id of running.pushes.keys()) {
    if (!isWanted(id) || !desired.pushes.has(id)) actions.push({ type: 'stop-push', channelId: id });
  }
  for (const id of running.channels.keys()) if (!isWanted(id)) actions.push({ type: 'stop-channel', id });
  for (const [id, channel] of desired.channels) {
    if (!isWanted(id)) continue;
    const current = running.channels.get(id);
    if (current === undefined) actions.push({ type: 'start-channel', channel });
    else if (!isSame(current.source, channel.source)) actions.push({ type: 'restart-channel', channel });
    else if (!isSame(current, channel)) actions.push({ type: 'rename-channel', channel });
  }
  for (const [id, push] of desired.pushes) {
    if (!isWanted(id)) continue;
    const current = running.pushes.get(id);
    if (current === undefined) actions.push({ type: 'start-push', push });
    else if (current.url !== push.url) actions.push({ type: 'move-push', push });
  }
  return actions;
}

type Takers = {
  channel(value: GatherChannel): void;
  push(value: GatherPush): void;
  settings(value: GatherSettings): void;
  timetable(value: GatherTimetable): void;
  record(value: GatherHandRecording): void;
};

/** Hands a good value on; the result tells what is wrong with a bad one. */
function read(kind: string, value: unknown, id: string | undefined, take: Takers): string | undefined {
  switch (kind) {
    case 'settings':
      return taken(GatherSettings.safeParse(value), take.settings);
    case 'channel':
      return taken(GatherChannel.safeParse(value), take.channel, (channel) => channel.id === id);
    case 'push':
      return taken(GatherPush.safeParse(value), take.push, (push) => push.channelId === id);
    case 'timetable':
      return taken(GatherTimetable.safeParse(value), take.timetable, (timetable) => timetable.channelId === id);
    case 'record':
      return taken(GatherHandRecording.safeParse(value), take.record, (hand) => hand.channelId === id);
    default:
      return undefined;
  }
}

type Parsed<T> = { success: true; data: T } | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } };

function taken<T>(parsed: Parsed<T>, take: (value: T) => void, isItsOwn: (value: T) => boolean = () => true): string | undefined {
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return issue === undefined ? 'not understood' : `${issue.path.join('.') || 'value'}: ${issue.message}`;
  }
  if (!isItsOwn(parsed.data)) return 'key and value name different channels';
  take(parsed.data);
  return undefined;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
