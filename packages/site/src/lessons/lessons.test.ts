// Lessons over HTTP: planned as time goes by, told of by gathers, missed when nobody tells, recorded by hand.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type GatherHandRecording, type Interval, type LessonReport, routes } from '@lubo/contract';
import { clockInHand } from '../testing/clock-in-hand.ts';
import { enrolLocally, siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

const minute = 60_000;
const hour = 60 * minute;
/** Tuesday, 07:00 in Shanghai. */
const seven = Date.parse('2026-09-01T07:00:00+08:00');
const lessonAt = (id: string, weekday: number, start: number): Interval => ({
  id,
  weekday,
  startSecond: start * 3600,
  endSecond: start * 3600 + 2700,
  subjectId: null,
  teacherId: null,
});
const eight = lessonAt('interval0008', 2, 8);
const first = 'interval0008-20260901';

async function begin(t: TestContext, intervals: Interval[] = [eight]) {
  const clock = clockInHand(seven);
  const hand = await siteInHand(t, { clock });
  const enrolment = await enrolLocally(hand.call, 'gather');
  const channel = await hand.addChannel('一班', { gatherId: enrolment.id });
  const cookie = await hand.adminCookie();
  const save = async (basedOn: number, week: Interval[]): Promise<void> => {
    const { status } = await hand.call(routes.saveTimetable, { params: { id: channel.id }, cookie, body: { basedOn, intervals: week } });
    assert.equal(status, 200);
  };
  await save(0, intervals);
  const report = (over: Partial<LessonReport> = {}): LessonReport => ({
    id: first,
    channelId: channel.id,
    kind: 'planned',
    intervalId: eight.id,
    subjectId: null,
    teacherId: null,
    plannedStart: '2026-09-01T00:00:00.000Z',
    plannedEnd: '2026-09-01T00:45:00.000Z',
    state: 'over',
    recordedMillis: 45 * minute,
    gaps: [],
    recordingIds: [],
    ...over,
  });
  const headers = { authorization: `Bearer ${enrolment.id}.${enrolment.key}` };
  const tell = async (...lessons: LessonReport[]) => (await hand.call(routes.reportLessons, { headers, body: { lessons } })).status;
  // An administrator's session lasts a day.
  const list = async (query: Record<string, string> = {}) => (await hand.call(routes.listLessons, { cookie: await freshCookie(), query })).body;
  const freshCookie = async () => (await hand.call(routes.signIn, { body: { name: '管理员', password: 'correct horse' } })).cookie ?? '';
  /** Minutes of a site's clockwork cost seconds here, so the time of day leaps and only the last minute passes. */
  const pass = async (millis: number): Promise<void> => {
    clock.step(millis - 61_000);
    await clock.advance(61_000);
  };
  return { pass, hand, clock, channel, enrolment, cookie, save, report, tell, list, freshCookie };
}

test('a saved week has its lessons at once, and those of later days as time goes by', async (t) => {
  const { pass, list } = await begin(t, [eight, lessonAt('interval0009', 6, 9)]);
  const { rows } = await list();
  assert.deepEqual(rows.map(({ id, state, health }) => [id, state, health]), [[first, 'planned', 'none']]);
  assert.deepEqual([rows[0]?.plannedStart, rows[0]?.plannedSeconds, rows[0]?.date], ['2026-09-01T00:00:00.000Z', 2700, '2026-09-01']);
  await pass(7 * 24 * hour);
  assert.deepEqual((await list()).rows.map(({ id }) => id), ['interval0008-20260908', 'interval0009-20260905', first]);
});

test('a gather tells of a lesson, again and again; the last word counts', async (t) => {
  const { pass, tell, report, list } = await begin(t);
  await pass(hour + minute);
  assert.equal(await tell(report({ state: 'recording', recordedMillis: minute })), 204);
  const seen = async () => (await list()).rows.map(({ state, health, recordedSeconds }) => [state, health, recordedSeconds]);
  assert.deepEqual(await seen(), [['recording', 'green', 60]]);
  const gap = { from: '2026-09-01T00:10:00.000Z', to: '2026-09-01T00:11:00.000Z', cause: 'source-lost' as const, detail: 'camera' };
  await tell(report({ recordedMillis: 44 * minute, gaps: [gap] }));
  await tell(report({ recordedMillis: 44 * minute, gaps: [gap] }));
  assert.deepEqual(await seen(), [['over', 'red', 44 * 60]]);
  assert.deepEqual((await list()).rows[0]?.gaps, [gap]);
  await tell(report());
  assert.deepEqual(await seen(), [['over', 'green', 2700]]);
});

test('a lesson that no gather tells of is missed five minutes after its end, until one does', async (t) => {
  const { pass, tell, report, list } = await begin(t);
  await pass(hour + 50 * minute);
  assert.equal((await list()).rows[0]?.state, 'planned');
  await pass(2 * minute);
  assert.deepEqual((await list({ health: 'red' })).rows.map(({ state }) => state), ['missed']);
  await tell(report());
  assert.deepEqual((await list()).rows.map(({ state, health }) => [state, health]), [['over', 'green']]);
});

test('a lesson whose gather goes silent does not record for ever', async (t) => {
  const { pass, tell, report, list } = await begin(t);
  await pass(hour + minute);
  await tell(report({ state: 'recording', recordedMillis: minute }));
  await pass(52 * minute);
  assert.deepEqual((await list()).rows.map(({ state, health }) => [state, health]), [['over', 'red']]);
});

test('an edit plans anew what is to come and leaves what was recorded', async (t) => {
  const { pass, save, tell, report, list } = await begin(t);
  await pass(hour + minute);
  await tell(report({ state: 'recording' }));
  await save(1, [lessonAt('interval0010', 2, 10)]);
  assert.deepEqual((await list()).rows.map(({ id, state }) => [id, state]), [[first, 'recording'], ['interval0010-20260901', 'planned']]);
  await save(2, []);
  assert.deepEqual((await list()).rows.map(({ id }) => id), [first]);
});

test('a site that was down plans what it missed', async (t) => {
  const { pass, hand, clock } = await begin(t, [eight, lessonAt('interval0004', 4, 8)]);
  await pass(2 * minute);
  await hand.site.close();
  clock.step(4 * 24 * hour);
  const again = await siteInHand(t, { dataDir: hand.dataDir, clock });
  await clock.advance(61_000);
  const { cookie = '' } = await again.call(routes.signIn, { body: { name: '管理员', password: 'correct horse' } });
  const { rows } = (await again.call(routes.listLessons, { cookie })).body;
  assert.deepEqual(rows.map(({ id, state }) => [id, state]), [['interval0004-20260903', 'missed'], [first, 'missed']]);
});

test('a gather tells of its own channels only, and unknown subjects are left out', async (t) => {
  const { tell, report, list, hand, freshCookie } = await begin(t);
  const { body: code } = await hand.call(routes.createEnrolmentCode, { cookie: await freshCookie(), body: { kind: 'gather' } });
  const facts = { hostname: 'x', os: 'Linux', ip: '10.0.0.1', mac: '', version: '1' };
  const { body: other } = await hand.call(routes.enrol, { body: { kind: 'gather', code: code.code, facts } });
  const headers = { authorization: `Bearer ${other.id}.${other.key}` };
  assert.equal((await hand.call(routes.reportLessons, { headers, body: { lessons: [report()] } })).status, 204);
  assert.equal((await list()).rows[0]?.state, 'planned');
  assert.equal(await tell(report({ subjectId: '000000000000' })), 204);
  assert.deepEqual((await list()).rows.map(({ state, subjectId }) => [state, subjectId]), [['over', null]]);
});

test('reports are refused without a key, by people, and with wrong fields', async (t) => {
  const { hand, cookie, enrolment, report } = await begin(t);
  const status = async (headers: Record<string, string>, body: unknown) => (await hand.call(routes.reportLessons, { headers, body })).status;
  assert.equal(await status({}, { lessons: [] }), 401);
  assert.equal(await status({ cookie }, { lessons: [] }), 401);
  const live = await enrolLocally(hand.call, 'live');
  assert.equal(await status({ authorization: `Bearer ${live.id}.${live.key}` }, { lessons: [] }), 403);
  const own = { authorization: `Bearer ${enrolment.id}.${enrolment.key}` };
  assert.equal(await status(own, { lessons: [{ ...report(), id: 'x' }] }), 400);
  assert.equal(await status(own, { lessons: [] }), 204);
});

test('lists are filtered by day, channel, school and health; days are summed', async (t) => {
  const { pass, tell, report, list, hand, channel, freshCookie } = await begin(t, [eight, lessonAt('interval0009', 3, 9)]);
  await pass(25 * hour);
  await tell(report({ recordedMillis: minute }));
  const ids = async (query: Record<string, string>) => (await list(query)).rows.map(({ id }) => id);
  assert.deepEqual(await ids({ from: '2026-09-02', to: '2026-09-02' }), ['interval0009-20260902']);
  assert.deepEqual(await ids({ health: 'red' }), [first]);
  assert.deepEqual(await ids({ channelId: channel.id }), ['interval0009-20260902', first]);
  assert.deepEqual(await ids({ channelId: '000000000000' }), []);
  assert.deepEqual(await ids({ schoolId: '000000000000' }), []);
  assert.deepEqual([(await list({ page: '2', pageSize: '1' })).total, await ids({ page: '2', pageSize: '1' })], [2, [first]]);
  const { body } = await hand.call(routes.summarizeLessons, { cookie: await freshCookie(), query: { to: '2026-09-01' } });
  assert.deepEqual(body.rows, [{ date: '2026-09-01', lessons: 1, green: 0, red: 1, none: 0, plannedSeconds: 2700, recordedSeconds: 60 }]);
  const days = async (query: Record<string, string>) => (await hand.call(routes.summarizeLessons, { cookie: await freshCookie(), query })).body.rows;
  const both = await days({});
  assert.deepEqual(both.map(({ date, lessons }) => [date, lessons]), [['2026-09-02', 1], ['2026-09-01', 1]]);
  assert.deepEqual(await days({ channelId: channel.id }), both);
  assert.deepEqual(await days({ from: '2026-09-02' }), both.slice(0, 1));
  assert.deepEqual(await days({ from: '2026-09-03' }), []);
  assert.deepEqual(await days({ to: '2026-08-31' }), []);
  assert.deepEqual(await days({ channelId: '000000000000' }), []);
  const one = await hand.call(routes.getLesson, { cookie: await freshCookie(), params: { id: first } });
  assert.deepEqual([one.body.id, one.body.recordings], [first, []]);
  assert.equal((await hand.call(routes.getLesson, { cookie: await freshCookie(), params: { id: 'interval0008-20260902' } })).status, 404);
  assert.equal((await hand.call(routes.listLessons, { cookie: await freshCookie(), query: { from: 'today' } })).problem?.errors?.[0]?.path, 'query.from');
});

test('a channel is recorded by hand, and stopped', async (t) => {
  const { hand, channel, enrolment, cookie, list } = await begin(t, []);
  const gather = await hand.agent('gather', enrolment);
  const params = { id: channel.id };
  const started = await hand.call(routes.startRecording, { params, cookie, body: {} });
  assert.equal(started.status, 201);
  assert.equal(Date.parse(started.body.endsAt) - Date.parse(started.body.startedAt), 4 * hour);
  const key = `record/${channel.id}`;
  await gather.until('the wish came', (resources) => key in resources);
  const sent = gather.held()?.resources[key] as GatherHandRecording;
  assert.deepEqual([sent.lessonId, sent.endsAt], [started.body.lessonId, started.body.endsAt]);
  const again = await hand.call(routes.startRecording, { params, cookie, body: {} });
  assert.deepEqual([again.status, again.problem?.code], [409, 'already-recording']);
  assert.equal((await hand.call(routes.getRecordingNow, { params, cookie })).body.recording?.lessonId, started.body.lessonId);
  assert.deepEqual((await list()).rows.map(({ kind, state }) => [kind, state]), [['hand', 'planned']]);
  assert.equal((await hand.call(routes.stopRecording, { params, cookie })).status, 204);
  await gather.until('the wish went', (resources) => !(key in resources));
  assert.equal((await hand.call(routes.stopRecording, { params, cookie })).problem?.code, 'not-recording');
  assert.equal((await hand.call(routes.getRecordingNow, { params, cookie })).body.recording, null);
  assert.deepEqual((await list()).rows, []);
});

test('a recording by hand ends by itself; one that no gather took up is missed up to where it was stopped', async (t) => {
  const { pass, hand, channel, cookie, list } = await begin(t, []);
  const params = { id: channel.id };
  await hand.call(routes.startRecording, { params, cookie, body: { minutes: 5 } });
  await pass(5 * minute + 11_000);
  assert.equal((await hand.call(routes.startRecording, { params, cookie, body: { minutes: 60 } })).status, 201);
  await pass(10 * minute);
  await hand.call(routes.stopRecording, { params, cookie });
  await pass(7 * minute);
  assert.deepEqual((await list()).rows.map(({ state, plannedSeconds }) => [state, plannedSeconds]), [['missed', 300], ['missed', 600]]);
});

test('recording by hand is refused for stopped and unknown channels, by wrong fields, to viewers', async (t) => {
  const { hand, channel, cookie } = await begin(t, []);
  const start = (id: string, body: unknown, who: string | undefined = cookie) => hand.call(routes.startRecording, { params: { id }, cookie: who, body });
  assert.deepEqual([(await start(channel.id, {}, '')).status, (await start(channel.id, {}, await hand.viewerCookie())).status], [401, 403]);
  assert.equal((await start('000000000000', {})).status, 404);
  assert.equal((await hand.call(routes.stopRecording, { params: { id: '000000000000' }, cookie })).status, 404);
  assert.equal((await start(channel.id, { minutes: 721 })).problem?.errors?.[0]?.path, 'body.minutes');
  assert.equal((await start(channel.id, { subjectId: '000000000000' })).problem?.errors?.[0]?.path, 'body.subjectId');
  await hand.call(routes.editChannel, { params: { id: channel.id }, cookie, body: { isStarted: false } });
  assert.equal((await start(channel.id, {})).problem?.code, 'channel-stopped');
});

test('an hour by hand runs out while nobody looks, and its gather is told', async (t) => {
  const { hand, channel, enrolment, cookie } = await begin(t, []);
  const gather = await hand.agent('gather', enrolment);
  await hand.call(routes.startRecording, { params: { id: channel.id }, cookie, body: { minutes: 1 } });
  const key = `record/${channel.id}`;
  await gather.until('the wish came', (resources) => key in resources);
  await hand.pass(72_000, [gather]);
  await until('the wish went', () => !(key in (gather.held()?.resources ?? {})));
});
