// Sessions: opaque tokens in a cookie, hashed in the database, 24 hours.
import type { Person, Session } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import { hashSecret, newSecret } from '../id.ts';
import { type Clock, momentOf } from '../time.ts';

export const sessionMillis = 24 * 60 * 60 * 1000;

/** A session that has just begun; the token goes into the cookie and nowhere else. */
export type NewSession = { token: string; expiresAt: number; session: Session };

export type Sessions = {
  begin(trx: Db, person: Person): Promise<NewSession>;
  find(token: string): Promise<Session | undefined>;
  end(token: string): Promise<void>;
  /** Removes those that have expired. */
  sweep(): Promise<void>;
};

/** Sessions over `db`. */
export function createSessions(db: Db, clock: Clock): Sessions {
  return {
    async begin(trx, person) {
      const now = clock.now();
      const token = newSecret();
      const expiresAt = now + sessionMillis;
      const row = { token_hash: hashSecret(token), person_id: person.id, created_at: momentOf(now), expires_at: momentOf(expiresAt) };
      await trx.insertInto('sessions').values(row).execute();
      await trx.updateTable('people').set({ signed_in_at: momentOf(now) }).where('id', '=', person.id).execute();
      return { token, expiresAt, session: { person, expiresAt: row.expires_at } };
    },
    async find(token) {
      const row = await db
        .selectFrom('sessions')
        .innerJoin('people', 'people.id', 'sessions.person_id')
        .select(['people.id', 'people.name', 'people.role', 'people.picture_url', 'sessions.expires_at'])
        .where('sessions.token_hash', '=', hashSecret(token))
        .where('sessions.expires_at', '>', momentOf(clock.now()))
        .executeTakeFirst();
      return row === undefined ? undefined : { person: personOf(row), expiresAt: row.expires_at };
    },
    async end(token) {
      await db.deleteFrom('sessions').where('token_hash', '=', hashSecret(token)).execute();
    },
    async sweep() {
      await db.deleteFrom('sessions').where('expires_at', '<=', momentOf(clock.now())).execute();
    },
  };
}

/** A row of `people` as others see it. */
export function personOf(row: { id: string; name: string; role: Person['role']; picture_url: string | null }): Person {
  return { id: row.id, name: row.name, role: row.role, ...(row.picture_url === null ? {} : { pictureUrl: row.picture_url }) };
}
