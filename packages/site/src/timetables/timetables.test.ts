// Timetables over HTTP: saved whole, refused by field, never overwritten unseen, sent to the gather.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type GatherTimetable, type Interval, routes } from '@lubo/contract';
import { type SiteInHand, siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

const hour = 3600;
const interval = (index: number, over: Partial<Interval> = {}): Interval => ({
  id: `interval${String(index).padStart(4, '0')}`,
  weekday: 1,
  startSecond: (8 + index) * hour,
  endSecond: (8 + index) * hour + 2700,
  subjectId: null,
  teacherId: null,
  ...over,
});

async function begin(t: TestContext) {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  const channel = await hand.addChannel('一班', { gatherId: gather.id });
  const cookie = await hand.adminCookie();
  const params = { id: channel.id };
  const save = (basedOn: number, intervals: Interval[]) => hand.call(routes.saveTimetable, { params, cookie, body: { basedOn, intervals } });
  const get = async () => (await hand.call(routes.getTimetable, { params, cookie })).body;
  return { hand, gather, channel, cookie, params, save, get };
}

test('a channel without a timetable has an empty one of revision 0', async (t) => {
  const { get, channel } = await begin(t);
  const empty = { channelId: channel.id, revision: 0, timeZone: 'Asia/Shanghai', intervals: [], savedAt: null, savedBy: null };
  assert.deepEqual(await get(), { ...empty, isOnGather: true, onGatherSince: null });
});

test('a week is saved, read again, reaches the gather and is told of by it', async (t) => {
  const { hand, gather, channel, save, get } = await begin(t);
  const subjectId = (await hand.call(routes.listSubjects)).body.rows[0]?.id ?? '';
  const week = [interval(0, { subjectId }), interval(1), interval(0, { id: 'interval0009', weekday: 0 })];
  const saved = await save(0, week);
  assert.deepEqual([saved.status, saved.body.revision, saved.body.savedBy, saved.body.isOnGather], [200, 1, '管理员', false]);
  const byDay = [...week].sort((a, b) => a.weekday - b.weekday || a.startSecond - b.startSecond);
  assert.deepEqual((await get()).intervals, byDay);
  const key = `timetable/${channel.id}`;
  await gather.until('the timetable came', (resources) => key in resources);
  const sent = gather.held()?.resources[key] as GatherTimetable;
  assert.deepEqual(sent, { channelId: channel.id, revision: 1, timeZone: 'Asia/Shanghai', intervals: byDay });
  gather.reportChannels([{ id: channel.id, timetableRevision: 1 }]);
  await until('the gather has it', async () => (await get()).isOnGather === true && (await get()).onGatherSince !== null);
  const since = (await get()).onGatherSince;
  hand.clock.step(60_000);
  gather.reportChannels([{ id: channel.id, timetableRevision: 1, state: 'error' }]);
  await gather.settle();
  assert.equal((await get()).onGatherSince, since);
  assert.deepEqual([(await save(1, [])).body.isOnGather, (await get()).onGatherSince], [false, null]);
  gather.kill();
  await until('the gather is gone', async () => (await get()).isOnGather === null);
});

test('who saves on an older revision is told what another saved, and nothing is overwritten', async (t) => {
  const { save, get } = await begin(t);
  await save(0, [interval(0)]);
  const late = await save(0, [interval(1)]);
  assert.deepEqual([late.status, late.problem?.code], [409, 'revision-conflict']);
  assert.deepEqual(late.problem?.meanwhile, { revision: 1, savedAt: (await get()).savedAt, savedBy: '管理员' });
  assert.deepEqual((await get()).intervals, [interval(0)]);
  assert.equal((await save(1, [interval(0), interval(1)])).body.revision, 2);
});

test('of two saves at once exactly one goes through', async (t) => {
  const { save, get } = await begin(t);
  const answers = await Promise.all([save(0, [interval(0)]), save(0, [interval(1)])]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted((a, b) => a - b), [200, 409]);
  assert.equal((await get()).revision, 1);
});

test('each wrong field is named by its interval', async (t) => {
  const { save, get } = await begin(t);
  const paths = async (intervals: Interval[]) => {
    const { status, problem } = await save(0, intervals);
    assert.equal(status, 400);
    return problem?.errors?.map(({ path, code }) => `${path} ${code}`);
  };
  const short = interval(3, { endSecond: 11 * hour + 30 });
  assert.deepEqual(await paths([interval(0), interval(1), interval(2), short]), ['body.intervals.3.endSecond too-short']);
  assert.deepEqual(await paths([interval(0, { endSecond: hour })]), ['body.intervals.0.endSecond order']);
  assert.deepEqual(await paths([interval(1), interval(0, { endSecond: 10 * hour })]), ['body.intervals.0.startSecond overlap']);
  assert.deepEqual(await paths([interval(0), interval(0, { weekday: 2 })]), ['body.intervals.1.id taken']);
  const nobody = interval(0, { subjectId: '000000000000', teacherId: '000000000001' });
  assert.deepEqual(await paths([nobody]), ['body.intervals.0.subjectId unknown', 'body.intervals.0.teacherId unknown']);
  assert.match((await paths([interval(0, { weekday: 7 })]))?.join() ?? '', /^body\.intervals\.0\.weekday/);
  assert.match((await paths([interval(0, { endSecond: 86_401 })]))?.join() ?? '', /^body\.intervals\.0\.endSecond/);
  assert.equal((await get()).revision, 0);
});

test('an interval of another channel is not taken over', async (t) => {
  const { hand, gather, cookie, save } = await begin(t);
  await save(0, [interval(0)]);
  const other = await hand.addChannel('二班', { gatherId: gather.id });
  const answer = await hand.call(routes.saveTimetable, { params: { id: other.id }, cookie, body: { basedOn: 0, intervals: [interval(0)] } });
  assert.deepEqual(answer.problem?.errors?.map(({ path }) => path), ['body.intervals.0.id']);
});

test('unknown channels are 404, viewers 403, strangers 401', async (t) => {
  const { hand, cookie } = await begin(t);
  const viewer = await hand.viewerCookie();
  const bodies = [[routes.getTimetable, undefined], [routes.saveTimetable, { basedOn: 0, intervals: [] }], [routes.copyTimetable, { channelIds: ['000000000000'] }]] as const;
  for (const [route, body] of bodies) {
    const status = async (who: string | undefined) => (await hand.call(route, { params: { id: '000000000000' }, cookie: who, body })).status;
    assert.deepEqual([await status(undefined), await status(viewer), await status(cookie)], [401, 403, 404], route.path);
  }
});

test('a timetable is copied onto others, all or none', async (t) => {
  const { hand, gather, cookie, params, save, channel } = await begin(t);
  await save(0, [interval(0), interval(1)]);
  const others = [await hand.addChannel('二班', { gatherId: gather.id }), await hand.addChannel('三班', { gatherId: gather.id })];
  const ids = others.map(({ id }) => id);
  const read = async (id: string) => (await hand.call(routes.getTimetable, { params: { id }, cookie })).body;
  const wrong = await hand.call(routes.copyTimetable, { params, cookie, body: { channelIds: [...ids, '000000000000'] } });
  assert.deepEqual([wrong.status, wrong.problem?.errors?.[0]?.path], [400, 'body.channelIds.2']);
  assert.equal((await read(ids[0] ?? '')).revision, 0);
  const { body } = await hand.call(routes.copyTimetable, { params, cookie, body: { channelIds: [...ids, channel.id] } });
  assert.equal(body.copied, 2);
  for (const id of ids) {
    const { revision, intervals } = await read(id);
    assert.deepEqual([revision, intervals.map(({ startSecond }) => startSecond)], [1, [8 * hour, 9 * hour]]);
    assert.ok(intervals.every((each) => each.id !== interval(0).id && each.id !== interval(1).id));
  }
});

test('a school in another zone has its timetables in that zone', async (t) => {
  const { hand, get, channel } = await begin(t);
  await inDatabase(hand, (db) => {
    db.prepare("insert into schools (id, name, created_at, time_zone) values ('school000001', 'Berlin', '2026-01-01T00:00:00.000Z', 'Europe/Berlin')").run();
    db.prepare('update gathers set school_id = ? where agent_id = (select gather_id from channels where id = ?)').run('school000001', channel.id);
  });
  assert.equal((await get()).timeZone, 'Europe/Berlin');
});

async function inDatabase(hand: SiteInHand, work: (db: import('better-sqlite3').Database) => void): Promise<void> {
  const { default: Sqlite } = await import('better-sqlite3');
  const db = new Sqlite(`${hand.dataDir}/site/lubo.sqlite`);
  work(db);
  db.close();
}
