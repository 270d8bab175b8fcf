import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LessonReport } from '@lubo/contract';
import { pino } from 'pino';
import { createFakeClock } from '../fake-clock.ts';
import type { PendingLesson } from '../recorder/lessons.ts';
import { createFakeSlices } from './fake-slices.ts';
import { startLessonSender } from './send-lessons.ts';
import { type PictureMaker, createPictureSender } from './send-pictures.ts';
import { type SentSnapshot, startSnapshotSender } from './send-snapshots.ts';
import type { SiteAnswer, SiteHttp, SiteRequest } from './site-http.ts';

const log = pino({ level: 'silent' });
const id = '6f1c0c6e-2b5f-4c1e-9a55-000000000001';
const { signal } = new AbortController();

/** A site that answers as told; `undefined` cuts the connection. */
function siteOf(statusOf: (request: SiteRequest) => number | undefined | Promise<number | undefined>) {
  const requests: SiteRequest[] = [];
  const http: SiteHttp = {
    async request(request) {
      requests.push(request);
      const status = await statusOf(request);
      if (status === undefined) throw new Error('cut');
      return { status, headers: {}, text: '', code: '', detail: `answered ${status}` } satisfies SiteAnswer;
    },
    close() {},
  };
  return { http, requests };
}

const lesson = (n: number): LessonReport => ({
  id: `hand-${String(n).padStart(12, '0')}`,
  channelId: 'channel00001',
  kind: 'hand',
  intervalId: null,
  subjectId: null,
  teacherId: null,
  plannedStart: '2026-09-01T08:00:00.000Z',
  plannedEnd: '2026-09-01T09:00:00.000Z',
  state: 'over',
  recordedMillis: 1,
  gaps: [],
  recordingIds: [],
});

test('lessons are told until the site has taken note, of the revision that was told', async () => {
  const clock = createFakeClock();
  let pending: PendingLesson[] = Array.from({ length: 250 }, (_, n) => ({ revision: 1, report: lesson(n) }));
  const listeners = new Set<() => void>();
  const confirmed: [string, number][] = [];
  let isUp = false;
  const { http, requests } = siteOf(() => (isUp ? 204 : undefined));
  const stop = startLessonSender({
    http,
    clock,
    log,
    random: () => 0.5,
    lessons: {
      pending: () => pending,
      confirmed(each, revision) {
        confirmed.push([each, revision]);
        pending = pending.filter(({ report }) => report.id !== each || revision !== 1);
      },
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  await clock.advance(60_000);
  assert.ok(requests.length > 3 && requests.length < 10, `${requests.length} tries in a minute`);
  assert.equal(confirmed.length, 0);
  isUp = true;
  await clock.advance(70_000);
  assert.deepEqual([confirmed.length, pending.length], [250, 0]);
  const sizes = requests.slice(-2).map(({ body }) => (JSON.parse(Buffer.from(body as Uint8Array).toString()) as { lessons: unknown[] }).lessons.length);
  assert.deepEqual(sizes, [200, 50]);
  const { length } = requests;
  await clock.advance(60_000);
  assert.equal(requests.length, length, 'nothing pending, nothing sent');
  pending = [{ revision: 2, report: lesson(1) }];
  for (const listener of listeners) listener();
  await clock.advance(3_000);
  assert.deepEqual(confirmed.at(-1), [lesson(1).id, 2]);
  await stop();
});

/** A sender whose snapshots are told by `tell`, each of one byte. */
function snapshotSender(statusOf: (request: SiteRequest) => number | undefined | Promise<number | undefined>) {
  const clock = createFakeClock();
  let listener: (channelId: string, snapshot: SentSnapshot) => void = () => {};
  const { http, requests } = siteOf(statusOf);
  const stop = startSnapshotSender({ http, clock, log, onPicture: (added) => ((listener = added), () => {}) });
  const tell = (channelId: string, byte: number, webps: SentSnapshot['webps'] = []): void => listener(channelId, { jpeg: Uint8Array.of(byte), webps, takenAt: new Date(36 * byte) });
  return { clock, requests, stop, tell };
}

test('snapshots go one at a time, the newest of each channel, again after a cut', async () => {
  const gate = Promise.withResolvers<void>();
  let isUp = true;
  const { clock, requests, stop, tell } = snapshotSender(async () => {
    await gate.promise;
    return isUp ? 204 : undefined;
  });
  for (const [channel, byte] of [['a', 1], ['b', 2], ['b', 3], ['c', 4]] as const) tell(channel, byte);
  gate.resolve();
  await clock.advance(100);
  const sent = () => requests.map(({ path, body }) => [path.split('/')[4], (body as Uint8Array)[0]]);
  assert.deepEqual(sent(), [['a', 1], ['b', 3], ['c', 4]]);
  isUp = false;
  tell('a', 5);
  await clock.advance(100);
  isUp = true;
  await clock.advance(6_000);
  assert.deepEqual(sent().slice(3), [['a', 5], ['a', 5]]);
  await stop();
});

test('a snapshot goes as WebP first, all of it as one set; a site that knows none gets the JPEG', async () => {
  const webps = [320, 640].map((width) => ({ webp: Uint8Array.of(9), width }));
  for (const [webpStatus, first] of [[204, ['width=320&set=10', 'width=640&set=10']], [400, ['width=320&set=10']]] as const) {
    const { clock, requests, stop, tell } = snapshotSender(({ headers }) => (headers?.['content-type'] === 'image/webp' ? webpStatus : 204));
    tell('a', 1, webps);
    await clock.advance(100);
    assert.deepEqual(requests.map(({ path }) => path.split('?')[1]), [...first, 'set=10']);
    assert.deepEqual(requests.map(({ headers }) => headers?.['content-type']), [...first.map(() => 'image/webp'), 'image/jpeg']);
    await stop();
  }
});

test('while the site is away snapshots wait with 16 MB of WebPs at most', async () => {
  let isUp = false;
  const { clock, requests, stop, tell } = snapshotSender(() => (isUp ? 204 : undefined));
  const large = [{ webp: new Uint8Array(1024 * 1024), width: 1280 }];
  for (let n = 0; n < 40; n += 1) tell(`channel${n}`, 1, large);
  await clock.advance(100);
  isUp = true;
  const before = requests.length;
  await clock.advance(6_000);
  const types = requests.slice(before).map(({ headers }) => headers?.['content-type']);
  assert.equal(types.filter((type) => type === 'image/jpeg').length, 40);
  assert.ok(types.filter((type) => type === 'image/webp').length <= 17, 'those that wait, and the one on its way');
  await stop();
});

const maker: PictureMaker = {
  poster: async () => ({ jpeg: Uint8Array.of(1), webps: [{ webp: Uint8Array.of(3), width: 320 }] }),
  preview: async () => ({ jpeg: Uint8Array.of(2), tileWidth: 160, tileHeight: 90, columns: 10, millis: [0, 2000.4] }),
};

function pictures(over: Partial<PictureMaker>, statusOf: (request: SiteRequest) => number | undefined) {
  const clock = createFakeClock();
  const slices = createFakeSlices();
  slices.add(id, new Uint8Array(10));
  const site = siteOf(statusOf);
  return { ...site, clock, slices, send: createPictureSender({ http: site.http, slices, maker: { ...maker, ...over }, clock, log }) };
}

test('a stored recording gets its poster, first as JPEG, and its sheet', async () => {
  const { send, slices, requests } = pictures({}, () => 204);
  await send(slices.finished()[0] ?? assert.fail(), signal);
  assert.deepEqual(
    requests.map(({ path, headers }) => [path, headers?.['content-type']]),
    [
      [`/api/gather/recordings/${id}/poster`, 'image/jpeg'],
      [`/api/gather/recordings/${id}/poster?width=320`, 'image/webp'],
      [`/api/gather/recordings/${id}/thumbnails?tileWidth=160&tileHeight=90&columns=10&millis=0,2000`, 'image/jpeg'],
    ],
  );
  assert.equal(slices.opened, 0);
});

test('pictures that fail are tried three times and given up, a maker that hangs is waited for a minute', async () => {
  const refused = pictures({}, ({ path }) => (path.endsWith('poster') ? 503 : 204));
  const done = refused.send(refused.slices.finished()[0] ?? assert.fail(), signal);
  await refused.clock.advance(20_000);
  await done;
  assert.equal(refused.requests.length, 5);

  for (const poster of [() => Promise.reject(new Error('no codec')), () => new Promise<never>(() => {})]) {
    const { send, slices, clock, requests } = pictures({ poster }, () => 204);
    const sent = send(slices.finished()[0] ?? assert.fail(), signal);
    await clock.advance(61_000);
    await sent;
    assert.equal(requests.length, 0);
  }
});
