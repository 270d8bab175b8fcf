// The gather as a whole with sources in hand and a live server on loopback: it converges on what should be, whatever fails.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { GatherReport, type Resources } from '@lubo/contract';
import { pino } from 'pino';
import type { OpenSource } from './channel.ts';
import { systemClock } from './clock.ts';
import { picture, tracks } from './fake-units.ts';
import { createGather } from './gather.ts';
import { startFakeLive } from './push/fake-live.ts';
import { type Recordings, openRecordings } from './recorder/recordings.ts';
import { openSource } from './source/open.ts';
import type { SourceOutput } from './source/source.ts';

const [one, two] = ['channel00001', 'channel00002'];
const channel = (id: string, path = '/a.mp4', more: object = {}) => ({ [`channel/${id}`]: { id, name: `Room ${id}`, source: { mode: 'file', path }, isStarted: true, ...more } });
const push = (id: string, url: string): Resources => ({ [`push/${id}`]: { channelId: id, url } });

/** Sources in hand: what was opened, in order; `output` once started. */
function sourcesInHand() {
  const opened: { id: string; path: string; output: SourceOutput | undefined; isStopped: boolean; mayStop: Promise<void> }[] = [];
  let mayStop: Promise<void> = Promise.resolve();
  const open: OpenSource = ({ id, source }) => {
    const hand = { id, path: source.mode === 'file' ? source.path : '', output: undefined as SourceOutput | undefined, isStopped: false, mayStop };
    opened.push(hand);
    return {
      start: (output) => (hand.output = output),
      async stop() {
        await hand.mayStop;
        hand.isStopped = true;
      },
    };
  };
  return { opened, open, holdStops: (until: Promise<void>): void => void (mayStop = until) };
}

function begin(t: TestContext, open: OpenSource, wall: () => number = Date.now, recordings?: Recordings) {
  const watchers = new Set<() => void>();
  const gather = createGather({
    openSource: open,
    clock: systemClock,
    wall,
    recordings,
    log: pino({ level: 'silent' }),
    onChange: () => watchers.forEach((look) => look()),
    push: { firstRetryMillis: 5, longestRetryMillis: 20 },
  });
  t.after(() => gather.close());
  const reportOf = (id: string) => GatherReport.parse(gather.report()).channels.find((each) => each.id === id);
  const until = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (isSo() && watchers.delete(look)) resolve();
      };
      watchers.add(look);
      look();
    });
  return { gather, reportOf, until };
}
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function withLive(t: TestContext) {
  const live = await startFakeLive();
  t.after(() => live.close());
  return live;
}

test('a channel shows its life: stopped, connecting, running, error, running', async (t) => {
  const { opened, open } = sourcesInHand();
  const { gather, reportOf } = begin(t, open);
  gather.apply(channel(one, '/a.mp4', { isStarted: false }), 'site');
  assert.equal(reportOf(one)?.state, 'stopped');
  gather.apply(channel(one), 'site');
  assert.equal(reportOf(one)?.state, 'connecting');
  await settle();
  opened[0]?.output?.begin(tracks);
  opened[0]?.output?.packets([picture(0, { bytes: 125_000 })]);
  assert.deepEqual(reportOf(one), { id: one, state: 'running', isPushing: false, isRecording: false, receiveKbps: 1_000, sendKbps: 0 });
  opened[0]?.output?.fault({ code: 'file-missing', detail: 'gone' });
  assert.deepEqual(reportOf(one)?.fault, { code: 'file-missing', detail: 'gone' });
  assert.equal(reportOf(one)?.state, 'error');
  opened[0]?.output?.begin(tracks);
  assert.deepEqual([reportOf(one)?.state, reportOf(one)?.fault], ['running', undefined]);
});

test('a missing file on a real disk is the fault of its channel alone', async (t) => {
  const { gather, reportOf, until } = begin(t, openSource);
  const clip = new URL('../../media/src/mp4/fixtures/bframes-aac.mp4', import.meta.url).pathname;
  gather.apply({ ...channel(one, '/nowhere/lesson.mp4'), ...channel(two, clip) }, 'site');
  await until(() => reportOf(one)?.state === 'error' && reportOf(two)?.state === 'running');
  assert.equal(reportOf(one)?.fault?.code, 'file-missing');
});

test('another source restarts that channel only, after the old one has closed; late words of the old one are not heard', async (t) => {
  const { opened, open, holdStops } = sourcesInHand();
  const { gather, reportOf } = begin(t, open);
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  holdStops(closed);
  gather.apply({ ...channel(one), ...channel(two) }, 'site');
  await settle();
  const old = opened[0]?.output;
  old?.begin(tracks);
  gather.apply({ ...channel(one, '/b.mp4'), ...channel(two) }, 'site');
  await settle();
  assert.deepEqual(opened.map(({ path }) => path), ['/a.mp4', '/a.mp4', '/b.mp4']);
  const isBegun = (i: number): boolean => opened[i]?.output !== undefined;
  assert.equal(isBegun(2), false);
  assert.equal(reportOf(one)?.state, 'connecting');
  old?.begin(tracks);
  old?.fault({ code: 'late', detail: 'late' });
  assert.equal(reportOf(one)?.state, 'connecting');
  close();
  await settle();
  opened[2]?.output?.begin(tracks);
  assert.deepEqual([reportOf(one)?.state, opened[0]?.isStopped, opened[1]?.isStopped], ['running', true, false]);
});

test('a channel that is switched off and on waits for its earlier life to close', async (t) => {
  const { opened, open, holdStops } = sourcesInHand();
  const { gather } = begin(t, open);
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  holdStops(closed);
  gather.apply(channel(one), 'site');
  gather.apply({}, 'site');
  gather.apply(channel(one), 'site');
  await settle();
  assert.equal(opened[1]?.output, undefined);
  close();
  await settle();
  assert.ok(opened[1]?.output);
});

test('a source that can not close does not keep the next one from starting', async (t) => {
  const { opened, open, holdStops } = sourcesInHand();
  const { gather } = begin(t, open);
  const broken = Promise.reject(new Error('stuck'));
  broken.catch(() => {});
  holdStops(broken);
  gather.apply(channel(one), 'site');
  gather.apply(channel(one, '/b.mp4'), 'site');
  await settle();
  assert.ok(opened[1]?.output);
});

test('a state from disk takes up channels but no push; the site\'s confirmation begins it', async (t) => {
  const live = await withLive(t);
  const { opened, open } = sourcesInHand();
  const { gather, reportOf } = begin(t, open);
  const state = { ...channel(one), ...push(one, live.url('one')) };
  gather.apply(state, 'disk');
  await settle();
  opened[0]?.output?.begin(tracks);
  opened[0]?.output?.packets([picture(0)]);
  await settle();
  assert.deepEqual([reportOf(one)?.state, reportOf(one)?.isPushing], ['running', false]);
  gather.apply(state, 'site');
  await (await live.next()).until((media) => media.length >= 4);
  assert.equal(opened.length, 1);
  assert.equal(reportOf(one)?.isPushing, true);
});

test('while the site is away an established push goes on, also through a restart of the live server', async (t) => {
  const live = await withLive(t);
  const { opened, open } = sourcesInHand();
  const { gather, reportOf, until } = begin(t, open);
  gather.apply({ ...channel(one), ...push(one, live.url('one')) }, 'site');
  await settle();
  opened[0]?.output?.begin(tracks);
  opened[0]?.output?.packets([picture(0)]);
  await (await live.next()).until((media) => media.length >= 4);
  await live.close();
  await until(() => reportOf(one)?.isPushing === false);
  const back = await startFakeLive(live.port);
  t.after(() => back.close());
  await (await back.next()).until((media) => media.length >= 4);
  assert.equal(reportOf(one)?.isPushing, true);
});

test('the end of demand and the removal of the channel both say farewell to the live server', async (t) => {
  const live = await withLive(t);
  const { opened, open } = sourcesInHand();
  const { gather, reportOf, until } = begin(t, open);
  const state = { ...channel(one), ...push(one, live.url('one')) };
  for (const next of [channel(one), {}]) {
    gather.apply(state, 'site');
    await settle();
    opened.at(-1)?.output?.begin(tracks);
    opened.at(-1)?.output?.packets([picture(0)]);
    const publisher = await live.next();
    await until(() => reportOf(one)?.isPushing === true);
    gather.apply(next, 'site');
    assert.equal(await publisher.ended, true);
  }
  assert.deepEqual(gather.report(), { channels: [] });
});

test('the push goes on over the same connection when the source changes', async (t) => {
  const live = await withLive(t);
  const { opened, open } = sourcesInHand();
  const { gather, reportOf } = begin(t, open);
  gather.apply({ ...channel(one), ...push(one, live.url('one')) }, 'site');
  await settle();
  opened[0]?.output?.begin(tracks);
  opened[0]?.output?.packets([picture(0)]);
  const publisher = await live.next();
  await publisher.until((media) => media.length === 4);
  gather.apply({ ...channel(one, '/b.mp4'), ...push(one, live.url('two')) }, 'site');
  await settle();
  opened[1]?.output?.begin({ ...tracks });
  opened[1]?.output?.packets([picture(25)]);
  await publisher.until((media) => media.length === 8);
  assert.equal(reportOf(one)?.isPushing, true);
});

test('a resource that is not understood shows as a fault of its channel, the others run', async (t) => {
  const { opened, open } = sourcesInHand();
  const { gather, reportOf } = begin(t, open);
  gather.apply({ ...channel(one), [`channel/${two}`]: { id: two, source: { mode: 'hologram' } }, 'push/nonsense': 1, 'channel/-': 1 }, 'site');
  assert.equal(opened.length, 1);
  assert.equal(reportOf(two)?.fault?.code, 'settings-invalid');
  assert.equal(gather.report().channels.length, 2);
});

test('closing closes every source and takes no further state', async (t) => {
  const { opened, open } = sourcesInHand();
  const { gather } = begin(t, open);
  gather.apply({ ...channel(one), ...channel(two) }, 'site');
  await gather.close();
  gather.apply(channel(one), 'site');
  assert.deepEqual(opened.map(({ isStopped }) => isStopped), [true, true]);
});

test('settings and names are those of the last state', async (t) => {
  const { open } = sourcesInHand();
  const { gather } = begin(t, open);
  gather.apply({ ...channel(one), settings: { title: 'Gather 7', siteName: 'Lubo', schoolName: '' } }, 'site');
  gather.apply({ ...channel(one, '/a.mp4', { name: 'Room 9' }), settings: { title: 'Gather 8', siteName: 'Lubo', schoolName: '' } }, 'site');
  assert.equal(gather.settings?.title, 'Gather 8');
  assert.equal(gather.channels()[0]?.settings?.name, 'Room 9');
});

test('bystanders are attached to a channel for as long as it runs, and the report tells what people should know', (t) => {
  const attached: string[] = [];
  const { open } = sourcesInHand();
  const gather = createGather({
    openSource: open,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    onChange() {},
    attach({ id, bus }) {
      assert.equal(bus.newestKeyframe(), undefined);
      attached.push(id);
      return () => attached.splice(attached.indexOf(id), 1);
    },
    notices: () => [{ code: 'codec-missing', detail: 'made up' }],
  });
  t.after(() => gather.close());
  gather.apply({ ...channel(one), ...channel(two) }, 'site');
  assert.deepEqual(attached, [one, two]);
  gather.apply(channel(two), 'site');
  assert.deepEqual(attached, [two]);
  assert.deepEqual(GatherReport.parse(gather.report()).notices, [{ code: 'codec-missing', detail: 'made up' }]);
});

test('the timetable says what a channel records, from the state on disk too, and its revision is reported', async (t) => {
  const { open } = sourcesInHand();
  const wall = (): number => Date.parse('2026-09-01T00:10:00Z');
  const dataDir = mkdtempSync(join(tmpdir(), 'lubo-gather-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const log = pino({ level: 'silent' });
  const recordings = await openRecordings({ dataDir, folders: [join(dataDir, 'recordings')], reserveBytes: 0, clock: systemClock, now: wall, log, onChange() {} });
  t.after(() => recordings.close());
  const { gather, reportOf } = begin(t, open, wall, recordings);
  const lesson = { id: 'interval0001', weekday: 2, startSecond: 8 * 3600, endSecond: 9 * 3600, subjectId: null, teacherId: null };
  const timetable = { [`timetable/${one}`]: { channelId: one, revision: 7, timeZone: 'Asia/Shanghai', intervals: [lesson] } };
  gather.apply({ ...channel(one), ...timetable }, 'disk');
  await settle();
  assert.deepEqual([reportOf(one)?.lessonId, reportOf(one)?.timetableRevision], ['interval0001-20260901', 7]);
  const hand = { channelId: one, lessonId: 'hand-abcdefghijkl', startedAt: '2026-09-01T00:00:00.000Z', endsAt: '2026-09-01T02:00:00.000Z', subjectId: null, teacherId: null };
  gather.apply({ ...channel(one), [`record/${one}`]: hand }, 'site');
  assert.deepEqual([reportOf(one)?.lessonId, reportOf(one)?.timetableRevision], ['hand-abcdefghijkl', undefined]);
  gather.apply(channel(one), 'site');
  assert.equal(reportOf(one)?.lessonId, undefined);
  assert.deepEqual(recordings.lessons.pending().map(({ report }) => report.id), ['interval0001-20260901', 'hand-abcdefghijkl']);
});

test('lessons that passed while the gather was down are in the ledger', async (t) => {
  const { open } = sourcesInHand();
  const wall = (): number => Date.parse('2026-09-01T02:00:00Z');
  const dataDir = mkdtempSync(join(tmpdir(), 'lubo-gather-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const recordings = await openRecordings({ dataDir, folders: [join(dataDir, 'recordings')], reserveBytes: 0, clock: systemClock, now: wall, log: pino({ level: 'silent' }), onChange() {} });
  t.after(() => recordings.close());
  const { gather } = begin(t, open, wall, recordings);
  const lesson = { id: 'interval0001', weekday: 2, startSecond: 8 * 3600, endSecond: 9 * 3600, subjectId: null, teacherId: null };
  gather.apply({ ...channel(one), [`timetable/${one}`]: { channelId: one, revision: 7, timeZone: 'Asia/Shanghai', intervals: [lesson] } }, 'disk');
  gather.noteDown(Date.parse('2026-08-31T20:00:00Z'));
  const [missed] = recordings.lessons.pending();
  assert.deepEqual([missed?.report.id, missed?.report.recordedMillis, missed?.report.gaps[0]?.cause], ['interval0001-20260901', 0, 'gather-down']);
});

test('channels past the limit of the enrolment do not run and say why; after its end none runs', async (t) => {
  const { opened, open } = sourcesInHand();
  let now = Date.parse('2026-09-01T00:00:00Z');
  const { gather, reportOf, until } = begin(t, open, () => now);
  const settings = { title: 'Gather 7', siteName: 'Lubo', schoolName: '', channelLimit: 1, expiresAt: '2026-09-01T01:00:00.000Z' };
  gather.apply({ ...channel(one), ...channel(two), settings }, 'site');
  assert.deepEqual([opened.length, reportOf(two)?.state, reportOf(two)?.fault?.code], [1, 'error', 'channel-limit']);
  assert.equal(gather.report().notices, undefined);
  now += 3_600_000;
  await until(() => reportOf(one)?.fault?.code === 'enrolment-expired');
  assert.equal(gather.report().notices?.[0]?.code, 'enrolment-expired');
  gather.apply({ ...channel(one), settings: { ...settings, expiresAt: null } }, 'site');
  assert.deepEqual([reportOf(one)?.state, gather.report().notices], ['connecting', undefined]);
});
