// A site and gathers as processes of their own that can be killed and started again where they were.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { trustAuthorities } from '@lubo/config';
import { type Channel, type ChannelSettings, type EnrolmentCode, type Gather, type GatherRow, type HandRecording, type School, type Timetable, localTime } from '@lubo/contract';
import { freePorts } from '../../free-ports.ts';
import { administratorSettings } from '../administrator.ts';
import { eventually } from '../installation.ts';
import { type LogLine, type LonePart, dataFolder, startPart } from '../part.ts';

/** A process that may die and come back with its data and its port. */
export type Mortal = {
  readonly dataDir: string;
  /** Lines of the log of all its lives. */
  readonly lines: readonly LogLine[];
  start(): Promise<void>;
  /** Ends it; at once and without a farewell unless told otherwise. */
  end(signal?: NodeJS.Signals): Promise<void>;
};

export type TestSite = Mortal & {
  url: string;
  port: number;
  /** Calls the API as the administrator; rejects for what is not 2xx. Tries again while the site is away. */
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
};

export type SiteOptions = { certificate?: { certFile: string; keyFile: string } | undefined; env?: Record<string, string> };

/** A process by the name of its part; starts once it answers. */
function mortal(name: 'site' | 'gather' | 'live', settings: Record<string, string>, healthUrl: string): Mortal {
  const lines: LogLine[] = [];
  let part: LonePart | undefined;
  return {
    dataDir: settings['LUBO_DATA_DIR'] ?? '',
    get lines() {
      return [...lines, ...(part?.lines ?? [])];
    },
    async start() {
      const started = startPart(name, settings);
      part = started;
      await eventually(`the ${name} answers`, 60, async () => {
        if (started.child.exitCode !== null) throw new Error(`the ${name} has ended: ${JSON.stringify(started.lines.slice(-3))}`);
        return (await fetch(healthUrl)).ok;
      });
    },
    async end(signal = 'SIGKILL') {
      const ended = part;
      part = undefined;
      await ended?.end(signal);
      lines.push(...(ended?.lines ?? []));
    },
  };
}

/** Starts a site and signs the administrator in. */
export async function startTestSite({ certificate, env = {} }: SiteOptions = {}): Promise<TestSite> {
  const [port = 0] = await freePorts(1);
  const tls: Record<string, string> = certificate ? { LUBO_SITE_TLS_CERT_FILE: certificate.certFile, LUBO_SITE_TLS_KEY_FILE: certificate.keyFile } : {};
  if (certificate) trustAuthorities(certificate.certFile);
  const url = `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`;
  const own = { LUBO_DATA_DIR: dataFolder(), LUBO_SITE_PORT: String(port), LUBO_SITE_HOST: '127.0.0.1', LUBO_SITE_STORAGE_RESERVE_MEGABYTES: '1' };
  const site = mortal('site', { ...own, ...administratorSettings, ...tls, ...env }, `${url}/healthz`);
  let cookie = '';
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await eventually(`the site answers ${method} ${path}`, 60, () => fetch(`${url}${path}`, { method, headers: { 'content-type': 'application/json', cookie }, ...json }));
    if (!response.ok) throw new Error(`${response.status} from ${method} ${path}: ${await response.text()}`);
    if (path === '/api/session') cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return (response.status === 204 ? undefined : await response.json()) as T;
  };
  await site.start();
  await call('POST', '/api/session', { name: administratorSettings.LUBO_ADMIN_USER, password: administratorSettings.LUBO_ADMIN_PASSWORD });
  return Object.assign(site, { url, port, call });
}

export type TestGather = Mortal & {
  id: string;
  /** Recordings of any state that still lie on its disk. */
  onDisk(): string[];
  /** When the oldest of these files was made, ms since 1970; infinite when there is none. */
  openedAt(): number;
  /** Adds a channel with this source and resolves when it has picture. */
  channel(name: string, source: object): Promise<string>;
  tune(tuning: Partial<Gather['tuning']>): Promise<void>;
  /** Resolves when all that it has recorded is on the site and gone here. */
  emptied(seconds?: number): Promise<void>;
};

export type TestGatherOptions = {
  /** Of its way to the site, where that is not the site's own port. */
  port?: number | undefined;
  schoolId?: string;
  env?: Record<string, string>;
};

/** Enrols and starts a gather. */
export async function startTestGather(site: TestSite, { port, schoolId, env = {} }: TestGatherOptions = {}): Promise<TestGather> {
  const [console = 0] = await freePorts(1);
  const { code } = await site.call<EnrolmentCode>('POST', '/api/enrolment-codes', { kind: 'gather', ...(schoolId ? { schoolId } : {}) });
  const siteUrl = port === undefined ? site.url : site.url.replace(/\d+$/, String(port));
  const before = await idsOf(site);
  const settings = { LUBO_DATA_DIR: dataFolder(), LUBO_GATHER_SITE_URL: siteUrl, LUBO_GATHER_CONSOLE_PORT: String(console), LUBO_GATHER_CODE: code, LUBO_GATHER_RESERVE_MEGABYTES: '1' };
  const gather = mortal('gather', { ...settings, ...env }, `http://127.0.0.1:${console}/healthz`);
  await gather.start();
  const id = await eventually('the gather enrols', 30, async () => (await idsOf(site)).find((each) => !before.includes(each)));
  const folder = join(gather.dataDir, 'gather', 'recordings');
  const onDisk = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.mp4') || name.endsWith('.json'));
  return Object.assign(gather, {
    id,
    onDisk,
    openedAt: () => Math.min(...onDisk().map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.birthtimeMs ?? Number.POSITIVE_INFINITY)),
    async channel(name: string, source: object) {
      const { id: channelId } = await site.call<ChannelSettings>('POST', '/api/channels', { name, gatherId: id, source });
      await channelWhen(site, channelId, 'has picture', ({ isOnline }) => isOnline);
      return channelId;
    },
    tune: (tuning: Partial<Gather['tuning']>) => site.call<void>('PATCH', `/api/gathers/${id}`, { tuning }),
    emptied: async (seconds = 90) => void (await eventually('all is on the site and gone from the gather', seconds, () => onDisk().length === 0)),
  });
}

async function idsOf(site: TestSite): Promise<string[]> {
  return (await site.call<{ rows: GatherRow[] }>('GET', '/api/gathers')).rows.map(({ id }) => id);
}

/** Waits until a channel, as anyone sees it, is so. */
export function channelWhen(site: TestSite, id: string, what: string, isSo: (channel: Channel) => boolean): Promise<Channel> {
  return eventually(`the channel ${what}`, 60, async () => {
    const { rows } = await site.call<{ rows: Channel[] }>('GET', '/api/channels?pageSize=100');
    return rows.find((channel) => channel.id === id && isSo(channel));
  });
}

/** Begins a recording by hand. */
export const recordByHand = (site: TestSite, id: string): Promise<HandRecording> => site.call('POST', `/api/channels/${id}/recording`, { minutes: 10 });
export const endByHand = (site: TestSite, id: string): Promise<void> => site.call('DELETE', `/api/channels/${id}/recording`);

/** A school in whose zone it is about noon, so that no lesson of these tests meets midnight. */
export async function schoolAtNoon(site: TestSite): Promise<School> {
  const ahead = 12 - new Date().getUTCHours();
  // The signs of these names are the other way round; there are 12 hours to the west and 14 to the east.
  return site.call('POST', '/api/schools', { name: 'Noon', timeZone: `Etc/GMT${ahead > 0 ? `-${ahead}` : `+${-ahead}`}` });
}

/** Lessons of a channel: from and to in whole seconds after a start that is still to come. */
export type Plan = { channelId: string; spans: readonly (readonly [number, number])[] };

/** Plans lessons for a start that comes when all gathers have them. Answers the start, ms since 1970, and the lessons' ids by plan. */
export async function planSoon(site: TestSite, plans: readonly Plan[]): Promise<{ start: number; lessonIds: string[][] }> {
  for (let attempt = 1; attempt <= 5; attempt++) {
    const start = Math.ceil(Date.now() / 1000) * 1000 + 2_000 + attempt * 6_000;
    const lessonIds = await Promise.all(plans.map((each) => plan(site, each, start, attempt)));
    if (Date.now() < start - 2_000) return { start, lessonIds };
  }
  throw new Error('the gathers take more than a minute to take on a timetable');
}

/** In the zone of `schoolAtNoon`. */
async function plan(site: TestSite, { channelId, spans }: Plan, start: number, attempt: number): Promise<string[]> {
  const path = `/api/channels/${channelId}/timetable`;
  const { revision, timeZone } = await site.call<Timetable>('GET', path);
  const local = localTime(timeZone, start);
  const midnight = Math.floor(local / 86_400_000) * 86_400_000;
  const date = new Date(midnight);
  const intervals = spans.map(([from, to], i) => {
    const second = (local - midnight) / 1000;
    return { id: `${channelId.slice(0, 10)}${attempt}${i}`, weekday: date.getUTCDay(), startSecond: second + from, endSecond: second + to };
  });
  await site.call('PUT', path, { basedOn: revision, intervals });
  await eventually('the gather has the timetable', 30, async () => (await site.call<Timetable>('GET', path)).isOnGather === true);
  return intervals.map(({ id }) => `${id}-${date.toISOString().slice(0, 10).replaceAll('-', '')}`);
}

/** Enrols and starts a live server. */
export async function startTestLive(site: TestSite): Promise<Mortal> {
  const [http = 0, rtmp = 0] = await freePorts(2);
  const { code } = await site.call<EnrolmentCode>('POST', '/api/enrolment-codes', { kind: 'live' });
  const ports = { LUBO_LIVE_HTTP_PORT: String(http), LUBO_LIVE_RTMP_PORT: String(rtmp) };
  const live = mortal('live', { LUBO_DATA_DIR: dataFolder(), LUBO_LIVE_SITE_URL: site.url, LUBO_LIVE_CODE: code, ...ports }, `http://127.0.0.1:${http}/healthz`);
  await live.start();
  return live;
}
