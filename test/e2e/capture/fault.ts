// One fault in the life of two recordings: they begin, something breaks at a seeded random moment while they are recorded or
// uploaded, they end, and then everything must be on the site.
import { setTimeout as sleep } from 'node:timers/promises';
import type { HandRecording, WatchAddresses } from '@lubo/contract';
import { type CuttingProxy, startCuttingProxy } from '../cutting-proxy.ts';
import { eventually } from '../installation.ts';
import { dataFolder } from '../part.ts';
import { type Account, accountOf, strayRecordings } from './account.ts';
import { type NumberedClip, makeNumberedClip } from './clip.ts';
import { type Mortal, type TestGather, type TestSite, channelWhen, endByHand, recordByHand, startTestGather, startTestLive, startTestSite } from './stand.ts';

/** gather, site, live: `kill -9`; cut: the line is cut after random bytes, three times. */
export const faultKinds = ['gather', 'site', 'live', 'cut'] as const;
export type FaultKind = (typeof faultKinds)[number];

export type FaultStand = { site: TestSite; proxy: CuttingProxy; gather: TestGather; live: Mortal | undefined; channels: string[]; clip: NumberedClip; close(): Promise<void> };

/** What a fault has cost. `lostMillis`: by channel, from the end of the media to a kill of the gather while it recorded. */
export type FaultResult = {
  kind: FaultKind;
  seed: number;
  phase: 'record' | 'upload';
  atMillis: number;
  lostMillis: number[];
  missingPictures: number;
  recordings: number;
  gaps: string[];
  faults: string[];
};

/** When recordings end after they began, in ms; a fault comes at most as late again after that. */
const recordMillis = 2_500;

/** For faults of these kinds: a site, a gather behind a line that can be cut, two channels; slow uploads, so that a fault meets them. */
export async function openFaultStand(kinds: readonly FaultKind[]): Promise<FaultStand> {
  const clip = makeNumberedClip(dataFolder());
  const site = await startTestSite();
  const live = kinds.includes('live') ? await startTestLive(site) : undefined;
  const proxy = await startCuttingProxy(site.port);
  const gather = await startTestGather(site, { port: proxy.port });
  await gather.tune({ uploadKbps: 2_500, parallelUploads: 2 });
  const source = { mode: 'file', path: clip.path };
  const channels = [await gather.channel('A', source), await gather.channel('B', source)];
  const close = async (): Promise<void> => {
    proxy.close();
    await Promise.all([gather.end(), live?.end(), site.end()]);
  };
  return { site, proxy, gather, live, channels, clip, close };
}

/** Numbers from 0 to 1 that come again with the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs once through; the stand is as before afterwards. */
export async function strike(stand: FaultStand, kind: FaultKind, seed: number): Promise<FaultResult> {
  const { site, gather, channels, clip } = stand;
  const random = randomOf(seed);
  const watching = kind === 'live' ? await watch(stand) : undefined;
  // The gather has found its site again after the fault before.
  await Promise.all(channels.map((id) => channelWhen(site, id, 'is online', ({ isOnline }) => isOnline)));
  const lessons = await Promise.all(channels.map((id) => recordByHand(site, id)));
  await Promise.all(channels.map((id) => channelWhen(site, id, 'records', ({ isRecording }) => isRecording)));
  const atMillis = Math.round(random() * 2 * recordMillis);
  const phase = atMillis < recordMillis ? 'record' : 'upload';
  if (phase === 'upload') {
    await sleep(recordMillis);
    await end(stand);
  }
  await sleep(phase === 'record' ? atMillis : atMillis - recordMillis);
  const openedAt = gather.openedAt();
  const struckAt = Date.now();
  await breakIt(stand, kind, random);
  watching?.abort();
  if (phase === 'record') {
    if (kind === 'gather') await Promise.all(channels.map((id) => channelWhen(site, id, 'records again', ({ isRecording }) => isRecording)));
    await sleep(500);
    await end(stand);
  }
  await mendCuts(stand, kind);
  await gather.emptied(180);
  const accounts = await Promise.all(lessons.map(({ lessonId }) => accountOf(site, lessonId, clip, 120)));
  if (kind === 'live') await watched(stand);
  return { kind, seed, phase, atMillis, ...(await judge(stand, kind, { accounts, lessons, openedAt, struckAt, phase })) };
}

async function end({ site, channels }: FaultStand): Promise<void> {
  await Promise.all(channels.map((id) => endByHand(site, id)));
}

async function breakIt({ gather, site, live, proxy }: FaultStand, kind: FaultKind, random: () => number): Promise<void> {
  if (kind === 'cut') {
    const start = proxy.cuts;
    proxy.allowance = () => (proxy.cuts - start < 3 ? 1 + Math.floor(random() * 200_000) : undefined);
    // What is open now ends, so that what comes is counted.
    proxy.cut();
    proxy.mend();
    return;
  }
  const victim = { gather, site, live }[kind];
  await victim?.end();
  await victim?.start();
}

async function mendCuts({ proxy, gather }: FaultStand, kind: FaultKind): Promise<void> {
  if (kind !== 'cut') return;
  await eventually('the line was cut, or all is through', 120, () => proxy.allowance() === undefined || gather.onDisk().length === 0);
  proxy.allowance = () => undefined;
}

async function watch({ site, channels: [channel = ''] }: FaultStand): Promise<AbortController> {
  const { flv } = await site.call<WatchAddresses>('POST', `/api/channels/${channel}/watch`);
  const abort = new AbortController();
  const reader = (await fetch(flv, { signal: abort.signal })).body?.getReader();
  const read = async (): Promise<void> => {
    while (!(await reader?.read())?.done);
  };
  read().catch(() => {});
  return abort;
}

/** Live viewing works (again). */
async function watched(stand: FaultStand): Promise<void> {
  const viewer = await eventually('live viewing works again', 60, () => watch(stand));
  viewer.abort();
}

type Judged = { accounts: readonly Account[]; lessons: readonly HandRecording[]; openedAt: number; struckAt: number; phase: 'record' | 'upload' };

async function judge({ site, channels }: FaultStand, kind: FaultKind, { accounts, lessons, openedAt, struckAt, phase }: Judged) {
  const faults = accounts.flatMap((account) => account.faults);
  const wasCut = kind === 'gather' && phase === 'record';
  for (const { recordings, lesson } of accounts) {
    if (recordings.length === 0) faults.push(`nothing of ${lesson.id} is there`);
    for (const { cause } of lesson.gaps) if (cause !== 'gather-down' || kind !== 'gather') faults.push(`a gap for ${cause}`);
  }
  for (const [i, id] of channels.entries()) {
    const strays = await strayRecordings(site, id, [...known(id), lessons[i]?.lessonId ?? '']);
    known(id).add(lessons[i]?.lessonId ?? '');
    if (strays > 0) faults.push(`${strays} recordings belong to no lesson`);
  }
  const missingPictures = kind === 'gather' ? 0 : accounts.reduce((sum, { missing }) => sum + missing, 0);
  if (missingPictures > 0) faults.push(`${missingPictures} pictures are missing`);
  const lostMillis = wasCut ? accounts.map((account) => lostBefore(account, openedAt, struckAt)) : [];
  const gaps = accounts.flatMap(({ lesson }) => lesson.gaps.map(({ cause, from, to }) => `${cause} ${Date.parse(to) - Date.parse(from)}`));
  return { lostMillis, missingPictures, recordings: accounts.reduce((sum, { recordings }) => sum + recordings.length, 0), gaps, faults };
}

const lessonsBefore = new Map<string, Set<string>>();

function known(channelId: string): Set<string> {
  const lessons = lessonsBefore.get(channelId) ?? new Set<string>();
  lessonsBefore.set(channelId, lessons);
  return lessons;
}

/** From the end of what was recorded before a moment to that moment; nothing yet: since the first file was opened. */
function lostBefore({ recordings }: Account, openedAt: number, moment: number): number {
  const ends = recordings.filter(({ startedAt }) => Date.parse(startedAt) < moment).map(({ startedAt, durationMillis }) => Date.parse(startedAt) + durationMillis);
  return ends.length > 0 ? Math.round(moment - Math.max(...ends)) : Math.max(0, Math.round(moment - openedAt));
}
