// Views: one per viewer and recording within half an hour, counted in one transaction, never for programs.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { playWindowMillis } from '@lubo/contract';
import { sql } from 'kysely';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { networkOf } from '../auth/sign-in-limit.ts';
import type { Db } from '../db/tables.ts';
import { newCode } from '../id.ts';
import { noRecording } from '../recordings/recordings.ts';
import { type Clock, momentOf } from '../time.ts';

/** Who plays: `pass` is what the viewer's browser carries, if it keeps any. */
export type Viewer = { pass: string | undefined; ip: string; userAgent: string };

export type PlaysOptions = { db: Db; clock: Clock; /** Signs viewers' passes; hex. */ key: string };

export type Plays = {
  /** A pass for a browser that has none yet, and how long it keeps it. */
  newPass(): string;
  passSeconds: number;
  isPass(pass: string | undefined): boolean;
  /** Counts, or does not; whether it did. Rejects with `recording-not-found`. */
  count(recordingId: string, viewer: Viewer): Promise<boolean>;
  /** Forgets views that may count again. */
  sweep(): Promise<void>;
};

const passSeconds = 365 * 24 * 60 * 60;

/** A whole school may come from one address, and a whole grade watch one lesson; whoever makes up viewers ends here. */
const perRecording = 300;
const perNetwork = 6_000;

const robots = /bot\b|bots\b|spider|crawl|slurp|archiver|preview|scrap|facebookexternalhit|curl\/|wget\/|python-|okhttp|java\/|go-http|libwww|axios|node-fetch|undici/i;

/** Whether a program, not a person, calls itself so. */
export function isRobot(userAgent: string): boolean {
  return userAgent === '' || robots.test(userAgent);
}

/** The room's rules over `db`. */
export function createPlays({ db, clock, key }: PlaysOptions): Plays {
  const duration = playWindowMillis / 1000;
  const ofRecording = new RateLimiterMemory({ keyPrefix: '', points: perRecording, duration });
  const ofNetwork = new RateLimiterMemory({ keyPrefix: '', points: perNetwork, duration });
  const sign = (name: string): string => createHmac('sha256', Buffer.from(key, 'hex')).update(name).digest('base64url').slice(0, 22);

  const isPass = (pass: string | undefined): boolean => {
    const [name = '', signature = ''] = (pass ?? '').split('.');
    const right = Buffer.from(sign(name));
    const given = Buffer.from(signature);
    return name !== '' && given.length === right.length && timingSafeEqual(given, right);
  };

  const mayCount = async (recordingId: string, ip: string): Promise<boolean> => {
    const network = networkOf(ip);
    try {
      await ofRecording.consume(`${recordingId} ${network}`);
      await ofNetwork.consume(network);
      return true;
    } catch {
      return false;
    }
  };

  return {
    newPass() {
      const name = newCode();
      return `${name}.${sign(name)}`;
    },
    isPass,
    passSeconds,
    async count(recordingId, { pass, ip, userAgent }) {
      if (isRobot(userAgent) || !(await mayCount(recordingId, ip))) return false;
      const who = isPass(pass) ? `pass ${pass}` : `address ${networkOf(ip)} ${userAgent}`;
      const viewer = createHash('sha256').update(`${key} ${who}`).digest('base64url').slice(0, 22);
      return record(db, clock.now(), recordingId, viewer);
    },
    async sweep() {
      await db.deleteFrom('plays').where('played_at', '<', momentOf(clock.now() - playWindowMillis)).execute();
    },
  };
}

function record(db: Db, now: number, recordingId: string, viewer: string): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const known = await trx.selectFrom('recordings').select('id').where('id', '=', recordingId).where('deleted_at', 'is', null).executeTakeFirst();
    if (known === undefined) throw noRecording();
    const played_at = momentOf(now);
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('plays')
      .values({ recording_id: recordingId, viewer, played_at })
      .onConflict((oc) =>
        oc
          .columns(['recording_id', 'viewer'])
          .doUpdateSet({ played_at })
          // A view from the future was told by a clock that has been set right since.
          .where((eb) => eb.or([eb('plays.played_at', '<=', momentOf(now - playWindowMillis)), eb('plays.played_at', '>', played_at)])),
      )
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 1n) return false;
    await trx.updateTable('recordings').set({ play_count: sql<number>`play_count + 1` }).where('id', '=', recordingId).execute();
    return true;
  });
}
