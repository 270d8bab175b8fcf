// The rooms of what is taught when, joined: timetables, the lessons that come of them, recording by hand.
import type { Catalog } from './channels/catalog.ts';
import type { Db } from './db/tables.ts';
import { createCollector } from './events/collector.ts';
import { type ByHand, createByHand } from './lessons/by-hand.ts';
import { type Lessons, createLessons } from './lessons/lessons.ts';
import type { Reports } from './relay/reports.ts';
import type { StateChanges } from './relay/state-changes.ts';
import type { Clock } from './time.ts';
import { type Timetables, createTimetables } from './timetables/timetables.ts';
import { readWeeks } from './timetables/weeks.ts';

export type TeachingRooms = {
  timetables: Timetables;
  lessons: Lessons;
  /** Recording by hand. */
  byHand: ByHand;
  /** Plans the lessons of these gathers anew, within the transaction that moves them. */
  replan(trx: Db, gatherIds: readonly string[]): Promise<void>;
};

export type TeachingOptions = {
  db: Db;
  clock: Clock;
  changes: StateChanges;
  reports: Reports;
  catalog: Catalog;
  tell(event: 'timetable' | 'lessons', data: { channelIds: readonly string[] }): void;
  onFault(error: unknown): void;
};

/** Builds the rooms. */
export function createTeachingRooms({ tell, catalog, onFault, ...rest }: TeachingOptions): TeachingRooms {
  const onChange = createCollector(rest.clock, (channelIds) => tell('lessons', { channelIds }));
  const lessons = createLessons({ ...rest, weeks: () => readWeeks(rest.db), onChange });
  const onTimetable = createCollector(rest.clock, (channelIds) => tell('timetable', { channelIds }));
  const timetables = createTimetables({ ...rest, replan: lessons.replan, onChange: onTimetable });
  noteTimetables(rest.reports, catalog, timetables, onFault);
  return {
    timetables,
    lessons,
    byHand: createByHand({ ...rest, onChange }),
    async replan(trx, gatherIds) {
      for (const gatherId of gatherIds) for (const week of await readWeeks(trx, { gatherId })) await lessons.replan(trx, week);
    },
  };
}

/** Timetables learn from reports since when gathers have them. */
function noteTimetables(reports: Reports, catalog: Catalog, timetables: Timetables, onFault: (error: unknown) => void): void {
  reports.onChange((change) => {
    const note = async (): Promise<void> => {
      const { byId } = await catalog.view();
      const ids = 'channelIds' in change ? change.channelIds : [];
      await timetables.noteReports(ids.flatMap((id) => byId.get(id) ?? []));
    };
    note().catch(onFault);
  });
}
