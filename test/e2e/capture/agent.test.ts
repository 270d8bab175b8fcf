// What every capture agent must stand (the acceptance cases of Opencast), all in the same minute: one site, three gathers, real processes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArchivedRecording, GatherRow } from '@lubo/contract';
import { hasRtspServer, serveRtsp } from '../../peers/rtsp-shell.ts';
import { type CuttingProxy, startCuttingProxy } from '../cutting-proxy.ts';
import { eventually } from '../installation.ts';
import { dataFolder } from '../part.ts';
import { type Account, accountOf, strayRecordings } from './account.ts';
import { type NumberedClip, makeNumberedClip, missingIn, noFfmpeg } from './clip.ts';
import { type TestGather, type TestSite, channelWhen, endByHand, planSoon, recordByHand, schoolAtNoon, startTestGather, startTestSite } from './stand.ts';

const noRtsp = hasRtspServer(['x264enc', 'rtph264pay', 'capsfilter']) ? false : "GStreamer's RTSP server is not installed";
const size = (width: number, height: number): string => `video/x-raw,width=${width},height=${height},framerate=25/1`;
const camera = `videotestsrc is-live=true ! videoscale ! capsfilter name=size caps=${size(320, 240)} ! x264enc key-int-max=25 tune=zerolatency speed-preset=ultrafast ! rtph264pay name=pay0 pt=96 config-interval=-1`;

/** A slice, and some seconds of the next. */
const longMillis = 65_000;

const names = ['manual', 'scheduled', 'touching', 'long', 'before', 'during'] as const;
type Name = (typeof names)[number];

describe('a capture agent', { skip: noFfmpeg, concurrency: true, timeout: 240_000 }, () => {
  let site: TestSite;
  let clip: NumberedClip;
  let school: TestGather;
  const away: Record<'before' | 'during', { proxy: CuttingProxy; gather: TestGather }> = {} as never;
  const channels = {} as Record<Name, string>;
  const lessons = {} as Record<Name, string[]>;
  let start = 0;
  let longEnds: Promise<void>;

  const gatherOf = (name: Name): TestGather => (name === 'before' || name === 'during' ? away[name].gather : school);
  /** All that a lesson must be, whatever happened to it. */
  const judge = async (lessonId: string): Promise<Account> => {
    const account = await accountOf(site, lessonId, clip, 150);
    assert.deepEqual([account.faults, account.missing], [[], 0]);
    return account;
  };
  const judgeComplete = async (lessonId = ''): Promise<Account> => {
    const account = await judge(lessonId);
    assert.deepEqual([account.lesson.state, account.lesson.health, account.lesson.gaps], ['over', 'green', []]);
    assert.ok(account.recordings.length > 0);
    return account;
  };
  const nothingElse = async (name: Name): Promise<void> => {
    await gatherOf(name).emptied(180);
    assert.equal(await strayRecordings(site, channels[name], lessons[name]), 0);
  };

  const addChannel = async (name: Name): Promise<void> => void (channels[name] = await gatherOf(name).channel(name, { mode: 'file', path: clip.path }));

  before(async () => {
    clip = makeNumberedClip(dataFolder());
    site = await startTestSite();
    const { id: schoolId } = await schoolAtNoon(site);
    school = await startTestGather(site, { schoolId });
    await school.tune({ sliceMinutes: 1 });
    await addChannel('long');
    lessons.long = [(await recordByHand(site, channels.long)).lessonId];
    longEnds = channelWhen(site, channels.long, 'records', ({ isRecording }) => isRecording).then(() => sleep(longMillis)).then(() => endByHand(site, channels.long));
    for (const name of ['before', 'during'] as const) {
      const proxy = await startCuttingProxy(site.port);
      away[name] = { proxy, gather: await startTestGather(site, { schoolId, port: proxy.port }) };
    }
    await Promise.all(names.filter((name) => name !== 'long').map(addChannel));
    const spans = { scheduled: [[0, 31]], touching: [[0, 31], [31, 62]], before: [[5, 36]], during: [[0, 31]] } as const;
    const planned = Object.entries(spans) as [keyof typeof spans, (typeof spans)[keyof typeof spans]][];
    const plan = await planSoon(site, planned.map(([name, each]) => ({ channelId: channels[name], spans: each })));
    start = plan.start;
    for (const [i, [name]] of planned.entries()) lessons[name] = plan.lessonIds[i] ?? [];
    away.before.proxy.cut();
  });
  after(async () => {
    for (const each of Object.values(away)) each.proxy.close();
    await Promise.all([school, ...Object.values(away).map(({ gather }) => gather), site].map((each) => each?.end()));
  });

  it('online: the site sees the agent, its channels have picture, and nothing is recorded unasked', async () => {
    const { rows } = await site.call<{ rows: GatherRow[] }>('GET', '/api/gathers');
    const row = rows.find(({ id }) => id === school.id);
    assert.deepEqual([row?.isOnline, row?.errors, row?.channels], [true, 0, 4]);
    await channelWhen(site, channels.manual, 'has a picture to show', ({ snapshotUrl }) => snapshotUrl !== undefined);
  });

  it('manual: what is recorded by hand is there', async () => {
    const { lessonId } = await recordByHand(site, channels.manual);
    lessons.manual = [lessonId];
    await channelWhen(site, channels.manual, 'records', ({ isRecording }) => isRecording);
    await sleep(4_000);
    await endByHand(site, channels.manual);
    const { lesson } = await judgeComplete(lessonId);
    assert.ok(lesson.recordedSeconds >= 4, `${lesson.recordedSeconds} s`);
    await nothingElse('manual');
  });

  it('scheduled: a lesson of the timetable is there from beginning to end', async () => {
    const { lesson, recordings } = await judgeComplete(lessons.scheduled[0]);
    assert.equal(Date.parse(lesson.plannedStart), start);
    assert.ok(lesson.recordedSeconds >= 30, `${lesson.recordedSeconds} s`);
    assert.equal(recordings.length, 1);
    await nothingElse('scheduled');
  });

  it('several scheduled: of two lessons that touch no picture is lost, and each is a recording of its own', async () => {
    const first = await judgeComplete(lessons.touching[0]);
    const second = await judgeComplete(lessons.touching[1]);
    assert.equal(missingIn([...first.numbers, ...second.numbers]), 0);
    assert.deepEqual([first.recordings.length, second.recordings.length], [1, 1]);
    assert.equal(Date.parse(second.lesson.plannedStart), Date.parse(first.lesson.plannedEnd));
    await nothingElse('touching');
  });

  it('long: a lesson of several slices lacks no picture between them', async () => {
    await longEnds;
    const { recordings } = await judgeComplete(lessons.long[0]);
    assert.deepEqual(recordings.map(({ sliceIndex }) => sliceIndex), [0, 1]);
    await nothingElse('long');
  });

  it('network loss before: started without its site, it records from its own copy of the timetable and uploads later', async () => {
    const { gather, proxy } = away.before;
    await gather.end('SIGTERM');
    await gather.start();
    await eventually('the lesson ends without the site', 120, () => gather.lines.filter(({ msg }) => msg === 'another lesson').length === 2);
    assert.deepEqual(await recordingsOf('before'), []);
    proxy.mend();
    const { recordings } = await judgeComplete(lessons.before[0]);
    assert.equal(recordings.length, 1);
    await nothingElse('before');
  });

  it('network loss during: the lesson goes on, and is uploaded when the site is back', async () => {
    const { gather, proxy } = away.during;
    await channelWhen(site, channels.during, 'records', ({ isRecording }) => isRecording);
    proxy.cut();
    await eventually('the lesson ends without the site', 120, () => gather.lines.filter(({ msg }) => msg === 'another lesson').length === 2);
    assert.deepEqual(await recordingsOf('during'), []);
    proxy.mend();
    const { recordings } = await judgeComplete(lessons.during[0]);
    assert.equal(recordings.length, 1);
    await nothingElse('during');
  });

  it('input signal change: another size of picture makes a new slice, and all of it plays', { skip: noRtsp }, async () => {
    const server = await serveRtsp(camera);
    try {
      const channelId = await school.channel('change', { mode: 'pull', url: `rtsp://127.0.0.1:${server.port}/stream` });
      const { lessonId } = await recordByHand(site, channelId);
      await channelWhen(site, channelId, 'records', ({ isRecording }) => isRecording);
      await sleep(3_000);
      server.setCaps('size', size(640, 360));
      const recorded = await eventually('the first size is on the site', 60, async () => {
        const { rows } = await site.call<{ rows: ArchivedRecording[] }>('GET', `/api/archive?lessonId=${lessonId}`);
        return rows.length > 0 && rows;
      });
      assert.deepEqual(recorded.map(({ width }) => width), [320]);
      await sleep(3_000);
      await endByHand(site, channelId);
      const { faults, recordings, lesson } = await accountOf(site, lessonId, undefined, 60);
      assert.deepEqual([faults, lesson.health], [[], 'green']);
      assert.deepEqual(recordings.map(({ width, height }) => [width, height]), [[320, 240], [640, 360]]);
      assert.equal(await strayRecordings(site, channelId, [lessonId]), 0);
    } finally {
      await server.close();
    }
  });

  async function recordingsOf(name: Name): Promise<unknown[]> {
    return (await site.call<{ rows: unknown[] }>('GET', `/api/archive?channelId=${channels[name]}`)).rows;
  }
});
