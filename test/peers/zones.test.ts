// Timetables against an independent judge of time zones: Python's zoneinfo, for every way in which a zone's clock changes.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { lessonsBetween } from '@lubo/contract';

const judge = new URL('zones.py', import.meta.url).pathname;
const hasZones = spawnSync('/usr/bin/python3', ['-c', 'import zoneinfo; zoneinfo.ZoneInfo("Europe/Berlin")']).status === 0;

type ZoneLine = { zone: string; changes: { change: number; answers: [number, number][] }[] };

const day = 86_400;

/** Whether this machine's two copies of the zones' rules agree at all on an offset change. */
function knowsChange(timeZone: string, change: number): boolean {
  return localOf(timeZone, change * 1000) - change * 1000 !== localOf(timeZone, change * 1000 - 60_000) - (change * 1000 - 60_000);
}

function localOf(timeZone: string, moment: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', dateStyle: 'short', timeStyle: 'medium' }).formatToParts(moment);
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(2000 + (part['year'] ?? 0), (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute'], part['second']);
}

/** Start of a lesson that begins at a local second (as of a UTC clock), `undefined` when that lies wholly in skipped time. */
function startOf(timeZone: string, local: number): number | undefined {
  const midnight = Math.floor(local / day) * day;
  const interval = { id: 'interval0001', weekday: new Date(midnight * 1000).getUTCDay(), startSecond: local - midnight, endSecond: day, subjectId: null, teacherId: null };
  const date = new Date(midnight * 1000).toISOString().slice(0, 10).replaceAll('-', '');
  const found = lessonsBetween([interval], timeZone, (midnight - 3 * day) * 1000, (midnight + 4 * day) * 1000);
  return found.find(({ id }) => id === `interval0001-${date}`)?.start;
}

test('every zone that changes in a way of its own, every change of nine years: a time is the first moment at which the clock shows it or later', { skip: hasZones ? false : 'no Python with zoneinfo' }, async () => {
  // With the years in which Samoa skipped a date, Brazil a midnight, and Morocco began to keep Ramadan's hours.
  const child = spawn('/usr/bin/python3', [judge, '2010', '2013', '2017', '2018', '2026', '2028']);
  child.stdin.end(Intl.supportedValuesOf('timeZone').join('\n'));
  let compared = 0;
  let known = 0;
  let unknown = 0;
  const wrong: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const { zone, changes } = JSON.parse(line) as ZoneLine;
    for (const { change, answers } of changes) {
      // The two read the same rules, of different years maybe: what one does not know can't be compared.
      if (!knowsChange(zone, change)) {
        unknown += 1;
        continue;
      }
      known += 1;
      for (const [local, moment] of answers) {
        const start = startOf(zone, local);
        compared += 1;
        const isInLastMinute = local % day === day - 60;
        if (start !== undefined && start !== moment * 1000 && !isInLastMinute) wrong.push(`${zone} ${new Date(local * 1000).toISOString()}: ${new Date(start).toISOString()}, not ${new Date(moment * 1000).toISOString()}`);
        if (start === undefined) assert.ok(answers.some(([other, at]) => other > local && at === moment), `${zone} ${local}: no lesson`);
      }
    }
  }
  assert.deepEqual(wrong.slice(0, 10), []);
  assert.ok(compared > 50_000, `${compared} times compared`);
  assert.ok(unknown < known / 30, `${unknown} changes that only one of the two knows, beside ${known}`);
});
