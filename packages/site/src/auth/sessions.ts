// Sessions: opaque tokens in a cookie, hashed in the database, 24 hours.
import type { OwnSession, Person, Session } from '@lubo/contract';
import { sql } from 'kysely';
import type { Db } from '../db/tables.ts';
import { hashSecret, newSecret } from '../id.ts';
import { type Clock, momentOf } from '../time.ts';

export const sessionMillis = 24 * 60 * 60 * 1000;
/** Browsers that one person is signed in with at once; the oldest are signed out. */
export const maxSessions = 100;

/** A session that has just begun; the token goes into the cookie and nowhere else. */
export type NewSession = { token: string; expiresAt: number; session: Session };

/** Where somebody signs in from. */
export type Origin = { ip: string; userAgent: string };

export type Sessions = {
  begin(trx: Db, person: Person, from: Origin): Promise<NewSession>;
  find(token: string): Promise<Session | undefined>;
  end(token: string): Promise<void>;
  /** Ends all of a person's, but the one with token `except`. */
  endAll(trx: Db, personId: string, except?: string): Promise<void>;
  /** A person's, newest first; `token` is the one that asks. */
  list(personId: string, token: string | undefined): Promise<OwnSession[]>;
  /** Removes those that have expired. */
  sweep(): Promise<void>;
};

/** Sessions over `db`. */
export function createSessions(db: Db, clock: Clock): Sessions {
  return {
    async begin(trx, person, from) {
      const now = clock.now();
      const token = newSecret();
      const expiresAt = now + sessionMillis;
      const row = { token_hash: hashSecret(token), person_id: person.id, created_at: momentOf(now), expires_at: momentOf(expiresAt) };
      await trx.insertInto('sessions').values({ ...row, ip: from.ip, user_agent: from.userAgent }).execute();
      await endOldest(trx, person.id);
      const signIn = { signed_in_at: momentOf(now), first_signed_in_at: sql<string>`coalesce(first_signed_in_at, ${momentOf(now)})` };
      await trx.updateTable('people').set(signIn).where('id', '=', person.id).execute();
      return { token, expiresAt, session: { person, expiresAt: row.expires_at } };
    },
    async find(token) {
      const row = await db
        .selectFrom('sessions')
        .innerJoin('people', 'people.id', 'sessions.person_id')
        .select(['people.id', 'people.name', 'people.role', 'people.picture_url', 'sessions.expires_at'])
        .where('sessions.token_hash', '=', hashSecret(token))
        .where('sessions.expires_at', '>', momentOf(clock.now()))
        .where('people.is_blocked', '=', 0)
        .executeTakeFirst();
      return row === undefined ? undefined : { person: personOf(row), expiresAt: row.expires_at };
    },
    async end(token) {
      await db.deleteFrom('sessions').where('token_hash', '=', hashSecret(token)).execute();
    },
    async endAll(trx, personId, except) {
      const kept = except === undefined ? '' : hashSecret(except);
      await trx.deleteFrom('sessions').where('person_id', '=', personId).where('token_hash', '!=', kept).execute();
    },
    async list(personId, token) {
      const rows = await db
        .selectFrom('sessions')
        .selectAll()
        .where('person_id', '=', personId)
        .where('expires_at', '>', momentOf(clock.now()))
        .orderBy('created_at', 'desc')
        .execute();
      const current = token === undefined ? '' : hashSecret(token);
      return rows.map((row) => ({
        createdAt: row.created_at,
        expiresAt: row.expires_at,
        ip: row.ip,
        userAgent: row.user_agent,
        isCurrent: row.token_hash === current,
      }));
    },
    async sweep() {
      await db.deleteFrom('sessions').where('expires_at', '<=', momentOf(clock.now())).execute();
    },
  };
}

async function endOldest(trx: Db, personId: string): Promise<void> {
  const beyond = await trx
    .selectFrom('sessions')
    .select('token_hash')
    .where('person_id', '=', personId)
    .orderBy('created_at', 'desc')
    .limit(1_000)
    .offset(maxSessions)
    .execute();
  if (beyond.length === 0) return;
  await trx.deleteFrom('sessions').where('token_hash', 'in', beyond.map((row) => row.token_hash)).execute();
}

/** A row of `people` as others see it. */
export function personOf(row: { id: string; name: string; role: Person['role']; picture_url: string | null }): Person {
  return { id: row.id, name: row.name, role: row.role, ...(row.picture_url === null ? {} : { pictureUrl: row.picture_url }) };
}
