// A real gather with a real recorder under a clock that steps (libfaketime), from its own copy of the timetable, with no site.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { lessonsBetween, localTime } from '@lubo/contract';
import { freePorts } from '../free-ports.ts';
import { eventually, root } from '../e2e/installation.ts';
import { type LonePart, dataFolder, startPart } from '../e2e/part.ts';

const library = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketimeMT.so.1`;
const zone = 'America/New_York';
const channelId = 'channel00001';
const hour = 3_600_000;

/** What the log says of lessons, in order: `undefined` is none. */
type LessonLine = { msg: string; lesson?: string };

describe('a gather whose clock steps', { skip: existsSync(library) ? false : 'no libfaketime' }, () => {
  const dataDir = dataFolder();
  const clockFile = join(dataDir, 'clock');
  let gather: LonePart;

  // A lesson in three hours or a little more, wholly within a day of that zone.
  const soon = Date.now() + 3 * hour;
  const local = localTime(zone, soon);
  const [midnight, begin] = [Math.floor(local / 86_400_000) * 86_400, Math.floor(local / 1000)];
  const startSecond = Math.min(begin - midnight, 86_400 - 2_700);
  const weekday = new Date(midnight * 1000).getUTCDay();
  const interval = { id: 'interval0001', weekday, startSecond, endSecond: startSecond + 2_700, subjectId: null, teacherId: null };
  const [lesson] = lessonsBetween([interval], zone, Date.now(), Date.now() + 24 * hour);

  const step = (moment: number): void => {
    const seconds = (moment - Date.now()) / 1000;
    writeFileSync(clockFile, `${seconds >= 0 ? '+' : ''}${seconds.toFixed(3)}`);
  };
  const start = async (): Promise<void> => {
    const [console = 0] = await freePorts(1);
    const faketime = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: clockFile, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
    const settings = { LUBO_DATA_DIR: dataDir, LUBO_GATHER_SITE_URL: 'http://127.0.0.1:9', LUBO_GATHER_CONSOLE_PORT: String(console), LUBO_LOG_LEVEL: 'info' };
    gather = startPart('gather', { ...settings, ...faketime });
  };
  const told = (): (string | undefined)[] =>
    (gather.lines as LessonLine[]).filter(({ msg }) => msg === 'another lesson').map((line) => line.lesson);
  const ledger = (): string => readFileSync(join(dataDir, 'gather', 'lessons.json'), 'utf8');

  after(() => gather?.end('SIGKILL'));

  it('begins a lesson when the clock steps into it, keeps it through small steps back and through a kill', async () => {
    assert.ok(lesson);
    const folder = join(dataDir, 'gather');
    mkdirSync(folder, { recursive: true });
    const source = { mode: 'file', path: join(root, 'packages', 'gather', 'demo', 'classroom.mp4') };
    const resources = {
      settings: { title: 'Gather', siteName: 'Lubo', schoolName: '', timeZone: zone },
      [`channel/${channelId}`]: { id: channelId, name: 'Room', source, isStarted: true },
      [`timetable/${channelId}`]: { channelId, revision: 3, timeZone: zone, intervals: [interval] },
    };
    writeFileSync(join(folder, 'agent.json'), JSON.stringify({ id: 'gather000001', key: 'x'.repeat(43) }));
    writeFileSync(join(folder, 'state.json'), JSON.stringify({ revision: 9, resources }));
    step(Date.now());
    await start();
    await eventually('its source runs', 20, () => gather.lines.some(({ msg }) => msg === 'reconciling'));
    await sleep(2_000);
    assert.deepEqual(told(), []);

    step(lesson.start + 20_000);
    await eventually('the lesson begins', 5, () => told().length === 1);
    assert.deepEqual(told(), [lesson.id]);
    step(lesson.start - 60_000);
    await sleep(3_000);
    step(lesson.start + 60_000);
    await sleep(3_000);
    assert.deepEqual(told(), [lesson.id]);

    await gather.end('SIGKILL');
    await start();
    await eventually('it goes on after the kill', 20, () => told().length === 1);
    assert.deepEqual(told(), [lesson.id]);
    await sleep(3_000);
  });

  it('ends it when the clock steps over its end, and does not begin it again after a small step back', async () => {
    assert.ok(lesson);
    step(lesson.end + 10_000);
    await eventually('the lesson ends', 5, () => told().length === 2);
    step(lesson.end - 60_000);
    await sleep(3_000);
    assert.deepEqual(told(), [lesson.id, undefined]);
    await gather.end('SIGTERM');
    const lessons = ledger().match(new RegExp(lesson.id, 'g')) ?? [];
    assert.ok(lessons.length > 0, ledger().slice(0, 500));
  });

  it('notes a lesson that passed while it was down, once', async () => {
    assert.ok(lesson);
    const missed = lesson.id.replace(/\d{8}$/, (date) => {
      const day = new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6)) + 7));
      return day.toISOString().slice(0, 10).replaceAll('-', '');
    });
    // A week later the zone's clock may stand an hour off.
    step(lesson.end + 7 * 24 * hour + 2 * hour);
    await start();
    await eventually('it is up', 20, () => gather.lines.some(({ msg }) => msg === 'reconciling'));
    await sleep(2_000);
    await gather.end('SIGTERM');
    assert.match(ledger(), new RegExp(missed));
    assert.match(ledger(), /gather-down/);
  });
});
