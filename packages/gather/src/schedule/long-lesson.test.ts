// A lesson of six hours in the night in which the clocks change, with the clock in hand: timetable, recorder and disk together, in many
// slices, with a gather that is killed midway. Nothing but the time that it was down is missing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatherTimetable } from '@lubo/contract';
import { createFakeClock } from '../fake-clock.ts';
import { range } from '../fake-units.ts';
import { createFakeDisk } from '../recorder/fake-disk.ts';
import { channelId, log, numbered, picturesOf, takeInHand } from '../recorder/fake-recording.ts';
import { createSchedule } from './schedule.ts';

const hour = 3_600_000;
/** A picture, which is a keyframe, each two seconds: what a screen that hardly changes gives. */
const pictureMillis = 2_000;
const sliceMinutes = 30;
/** Of the lesson, from its start: killed in the middle of a slice, and started again. */
const [killedAt, againAt] = [3 * hour + 7 * 60_000, 3 * hour + 8 * 60_000];
const leadMillis = 10_000;

/** On a Sunday from midnight on, of the school's time. */
const nights = [
  { name: 'back', date: '20261025', endHour: 5, start: '2026-10-24T22:00:00.000Z', end: '2026-10-25T04:00:00.000Z' },
  { name: 'forward', date: '20260329', endHour: 7, start: '2026-03-28T23:00:00.000Z', end: '2026-03-29T05:00:00.000Z' },
] as const;

for (const { name, date, endHour, start, end } of nights) {
  test(`six hours in the night in which the clock goes ${name}, with a kill midway`, async (t) => {
    const interval = { id: 'interval0001', weekday: 0, startSecond: 0, endSecond: endHour * 3600, subjectId: null, teacherId: null };
    const timetables: ReadonlyMap<string, GatherTimetable> = new Map([[channelId, { channelId, revision: 1, timeZone: 'Europe/Berlin', intervals: [interval] }]]);
    const [clock, disk] = [createFakeClock(), createFakeDisk()];
    const startsAt = Date.parse(start) - leadMillis;
    /** Numbers its pictures by their time, so that nothing has to be told from one life to the next. */
    const live = async (until: number) => {
      const hand = await takeInHand({ clock, disk, startsAt, tuning: { sliceMinutes, overlapGops: 0 } });
      const { recorder, recordings, bus } = hand;
      const schedule = createSchedule({ clock, wall: () => startsAt + clock.now(), log, record: (_channel, wish) => recorder.record(wish), lessons: recordings.lessons });
      schedule.apply({ timetables, hands: new Map() });
      t.after(() => schedule.stop());
      while (clock.now() < until) {
        const i = clock.now() / pictureMillis;
        bus.publish([{ ...numbered(i), dts: clock.now(), isKeyframe: true }]);
        await clock.advance(pictureMillis);
      }
      return { ...hand, schedule };
    };

    const first = await live(leadMillis + killedAt);
    disk.restart();
    first.schedule.stop();
    await clock.leap(againAt - killedAt);
    const aliveAt = startsAt + leadMillis + killedAt;
    const { recordings, schedule } = await live(leadMillis + 6 * hour + 30_000);
    schedule.noteDown(aliveAt);

    const [lesson, ...others] = recordings.lessons.pending();
    assert.equal(others.length, 0);
    const { id, state, plannedStart, plannedEnd, recordedMillis, gaps } = lesson?.report ?? assert.fail('the lesson is forgotten');
    assert.deepEqual([id, state, plannedStart, plannedEnd], [`interval0001-${date}`, 'over', start, end]);
    assert.deepEqual(gaps.map(({ cause }) => cause), ['gather-down']);
    const missingMillis = Date.parse(gaps[0]?.to ?? '') - Date.parse(gaps[0]?.from ?? '');
    const downMillis = againAt - killedAt;
    // A fragment holds one picture here; the kill takes it, and the next keyframe comes within its time.
    assert.ok(missingMillis >= downMillis && missingMillis <= downMillis + 2 * pictureMillis, `${missingMillis} ms are missing`);
    assert.ok(Math.abs(recordedMillis + missingMillis - 6 * hour) <= 2 * pictureMillis, `${recordedMillis} ms recorded`);

    const slices = recordings.store.finished();
    assert.deepEqual(slices.map(({ sliceIndex }) => sliceIndex), range(0, slices.length));
    assert.equal(slices.length, 13);
    const whole = slices.filter(({ durationMillis }) => durationMillis === sliceMinutes * 60_000);
    assert.equal(whole.length, 11);
    const pictures = (await picturesOf(recordings)).flat();
    const seam = pictures.findIndex((number, i) => i > 0 && number !== (pictures[i - 1] ?? 0) + 1);
    const [from, before, after, last] = [pictures[0], pictures[seam - 1], pictures[seam], pictures.at(-1)].map((number) => (number ?? 0) * pictureMillis - leadMillis);
    assert.deepEqual(pictures, [...range(pictures[0] ?? 0, (pictures[seam - 1] ?? 0) + 1), ...range(pictures[seam] ?? 0, (pictures.at(-1) ?? 0) + 1)], 'pictures are missing, or there twice');
    assert.ok(Math.abs(from ?? 0) <= pictureMillis && Math.abs((last ?? 0) - 6 * hour) <= 2 * pictureMillis, `from ${from} to ${last} ms of the lesson`);
    assert.ok((before ?? 0) >= killedAt - 2 * pictureMillis && (after ?? 0) <= againAt + pictureMillis, `from ${before} to ${after} ms nothing is there`);
  });
}
