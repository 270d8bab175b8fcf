// The last administrator stays one: nobody may end up locked out of the whole site.
import { AppError } from '@lubo/contract';
import type { Db } from '../db/tables.ts';

/** Changes of who is an administrator go one after the other: call it first in the transaction that makes one. */
export async function lockAdministrators(trx: Db): Promise<void> {
  // A write takes the row's lock on every database; the next such transaction waits until this one has ended.
  await trx.updateTable('site').set({ id: 1 }).where('id', '=', 1).execute();
}

/** Call it last in the transaction. Throws AppError `last-administrator` when nobody would be left who can sign in and administrate. */
export async function requireAdministrator(trx: Db): Promise<void> {
  const left = await trx
    .selectFrom('people')
    .select('id')
    .where('role', '=', 'admin')
    .where('is_blocked', '=', 0)
    .where((eb) =>
      eb.or([
        eb.exists(eb.selectFrom('passwords').select('person_id').whereRef('passwords.person_id', '=', 'people.id')),
        eb.exists(eb.selectFrom('identities').select('id').whereRef('identities.person_id', '=', 'people.id')),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  if (left !== undefined) return;
  throw new AppError('conflict', 'last-administrator', 'This is the last administrator; make another one first.');
}
