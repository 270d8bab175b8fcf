// How long recordings stay: rules of the site, applied daily and by hand. Retention moves to the recycle bin, which is emptied later.
import type { ArchiveRules, ArchiveSum } from '@lubo/contract';
import { retentionCutoff } from '@lubo/storage';
import type { Logger } from 'pino';
import type { Db } from '../db/tables.ts';
import { type Clock, momentOf } from '../time.ts';
import type { Recordings } from './recordings.ts';

export type RetentionOptions = { db: Db; clock: Clock; log: Logger; recordings: Recordings };

export type Retention = {
  rules(): Promise<ArchiveRules>;
  setRules(rules: ArchiveRules): Promise<ArchiveRules>;
  /** What a rule of so many days would move to the recycle bin now. */
  preview(days: number): Promise<ArchiveSum>;
  /** Moves what the rule says to the recycle bin. */
  run(): Promise<ArchiveSum>;
  /** Purges what has been in the recycle bin for long enough; marked ones stay there. */
  emptyBin(): Promise<ArchiveSum>;
};

/** Rows of one transaction. */
const perTurn = 500;
const dayMillis = 24 * 60 * 60 * 1000;

/** The rules over `db`. */
export function createRetention({ db, clock, log, recordings }: RetentionOptions): Retention {
  async function rules(): Promise<ArchiveRules> {
    const row = await db.selectFrom('archive_rules').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
    return { retentionDays: row.retention_days, binDays: row.bin_days, allowsDownload: row.allows_download === 1 };
  }

  async function cutoff(days: number | null): Promise<string | undefined> {
    const { time_zone } = await db.selectFrom('site').select('time_zone').where('id', '=', 1).executeTakeFirstOrThrow();
    const moment = retentionCutoff({ days: days ?? undefined, timeZone: time_zone }, clock.now());
    return moment === undefined ? undefined : momentOf(moment);
  }

  /** Of a machine without a clock records in 1970, so the moment of storing counts too. */
  const expired = (before: string) =>
    db.selectFrom('recordings').where('deleted_at', 'is', null).where('is_kept', '=', 0).where('started_at', '<', before).where('stored_at', '<', before);

  async function inTurns(idsOf: () => Promise<{ id: string }[]>, action: 'delete' | 'purge'): Promise<ArchiveSum> {
    const sum: ArchiveSum = { recordings: 0, bytes: 0, kept: 0 };
    for (;;) {
      const ids = (await idsOf()).map(({ id }) => id);
      const done = ids.length === 0 ? undefined : await recordings.changeByRule(action, ids);
      if (done === undefined || done.recordings === 0) return sum;
      sum.recordings += done.recordings;
      sum.bytes += done.bytes;
      sum.kept += done.kept;
    }
  }

  return {
    rules,
    async setRules({ retentionDays, binDays, allowsDownload }) {
      const row = { retention_days: retentionDays, bin_days: binDays, allows_download: allowsDownload ? (1 as const) : (0 as const) };
      await db.updateTable('archive_rules').set(row).where('id', '=', 1).execute();
      return rules();
    },
    async preview(days) {
      const before = await cutoff(days);
      if (before === undefined) return { recordings: 0, bytes: 0, kept: 0 };
      const row = await expired(before)
        .select((eb) => [eb.fn.countAll<number | string>().as('count'), eb.fn.sum<number | string | null>('size').as('bytes')])
        .executeTakeFirstOrThrow();
      return { recordings: Number(row.count), bytes: Number(row.bytes ?? 0), kept: 0 };
    },
    async run() {
      const before = await cutoff((await rules()).retentionDays);
      if (before === undefined) return { recordings: 0, bytes: 0, kept: 0 };
      const sum = await inTurns(() => expired(before).select('id').orderBy('started_at').limit(perTurn).execute(), 'delete');
      if (sum.recordings > 0) log.info(sum, 'retention has moved recordings to the recycle bin');
      return sum;
    },
    async emptyBin() {
      const before = momentOf(clock.now() - (await rules()).binDays * dayMillis);
      const sum = await inTurns(() => db.selectFrom('recordings').select('id').where('is_kept', '=', 0).where('deleted_at', '<', before).limit(perTurn).execute(), 'purge');
      if (sum.recordings > 0) log.info(sum, 'the recycle bin has been emptied of what was old enough');
      return sum;
    },
  };
}
