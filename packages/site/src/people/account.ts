// One's own account: what is known of it, its name, the services that are linked to it.
import { type Account, AppError, type LinkedWay } from '@lubo/contract';
import { noPerson } from '../auth/accounts.ts';
import { type Sessions, personOf } from '../auth/sessions.ts';
import type { Db } from '../db/tables.ts';

export type OwnAccounts = {
  /** `token` is the session that asks. */
  read(personId: string, token: string | undefined): Promise<Account>;
  rename(personId: string, name: string): Promise<void>;
  /** Throws AppError `way-not-found`, `last-way`. */
  unlink(personId: string, wayId: string): Promise<void>;
};

/** The room's rules over `db`. */
export function createOwnAccounts(db: Db, sessions: Sessions): OwnAccounts {
  return {
    async read(personId, token) {
      const row = await db.selectFrom('people').selectAll().where('id', '=', personId).executeTakeFirst();
      if (row === undefined) throw noPerson();
      const local = await db.selectFrom('passwords').select('sign_in_name').where('person_id', '=', personId).executeTakeFirst();
      return {
        person: personOf(row),
        signInName: local?.sign_in_name ?? null,
        ways: await linkedWays(db, personId),
        sessions: await sessions.list(personId, token),
      };
    },
    async rename(personId, name) {
      await db.updateTable('people').set({ name }).where('id', '=', personId).execute();
    },
    unlink: (personId, wayId) =>
      db.transaction().execute(async (trx) => {
        // A write first: two at once must not each see the other's way as the one that is left.
        await trx.updateTable('people').set({ id: personId }).where('id', '=', personId).execute();
        const { numDeletedRows } = await trx.deleteFrom('identities').where('id', '=', wayId).where('person_id', '=', personId).executeTakeFirst();
        if (numDeletedRows === 0n) throw new AppError('not-found', 'way-not-found', 'This way in is not linked to your account.');
        const local = await trx.selectFrom('passwords').select('person_id').where('person_id', '=', personId).executeTakeFirst();
        const other = await trx.selectFrom('identities').select('id').where('person_id', '=', personId).limit(1).executeTakeFirst();
        if (local !== undefined || other !== undefined) return;
        throw new AppError('conflict', 'last-way', 'This is the only way into your account; set a password first.');
      }),
  };
}

async function linkedWays(db: Db, personId: string): Promise<LinkedWay[]> {
  const rows = await db
    .selectFrom('identities')
    .leftJoin('oidc_providers', 'oidc_providers.id', 'identities.provider')
    .select(['identities.id', 'provider', 'label', 'name', 'linked_at'])
    .where('person_id', '=', personId)
    .orderBy('linked_at')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    kind: row.provider === 'wechat' ? 'wechat' : 'oidc',
    label: row.label ?? '',
    name: row.name,
    linkedAt: row.linked_at,
  }));
}
