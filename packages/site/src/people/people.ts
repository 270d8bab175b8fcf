// People: the list of everyone, roles, blocking, removal.
import type { PersonRow, RequestOf, Role, routes } from '@lubo/contract';
import { noPerson } from '../auth/accounts.ts';
import { lockAdministrators, requireAdministrator } from '../auth/administrators.ts';
import type { Sessions } from '../auth/sessions.ts';
import { readPage } from '../db/page.ts';
import type { Db } from '../db/tables.ts';
import { hasWay, isCalled, rowsOf, withWays } from './rows.ts';

export type PeopleQuery = RequestOf<typeof routes.listPeople>['query'];
export type PersonChange = { name?: string | undefined; role?: Role | undefined; isBlocked?: boolean | undefined };

export type People = {
  list(query: PeopleQuery): Promise<{ rows: PersonRow[]; total: number }>;
  /** Throws AppError `person-not-found`, as do the others. */
  find(id: string): Promise<PersonRow>;
  /** Throws AppError `last-administrator`. Whoever is blocked is signed out. */
  edit(id: string, change: PersonChange): Promise<PersonRow>;
  /** Throws AppError `last-administrator`. */
  remove(id: string): Promise<void>;
  signOut(id: string): Promise<void>;
};

/** The room's rules over `db`. */
export function createPeople(db: Db, sessions: Sessions): People {
  const find = async (id: string): Promise<PersonRow> => {
    const row = await rowsOf(db).where('people.id', '=', id).executeTakeFirst();
    if (row === undefined) throw noPerson();
    const [person] = await withWays(db, [row]);
    return person as PersonRow;
  };
  return {
    find,
    async list({ role, way, isBlocked, search, ...page }) {
      let query = rowsOf(db);
      if (role !== undefined) query = query.where('role', '=', role);
      if (isBlocked !== undefined) query = query.where('is_blocked', '=', isBlocked ? 1 : 0);
      if (way !== undefined) query = query.where((eb) => hasWay(eb, way));
      if (search !== undefined && search !== '') query = query.where((eb) => isCalled(eb, search));
      const columns = { name: 'people.name', role: 'role', firstSignInAt: 'first_signed_in_at', lastSignInAt: 'signed_in_at' } as const;
      const { rows, total } = await readPage({ query, columns, key: 'people.id' }, page);
      return { rows: await withWays(db, rows), total };
    },
    async edit(id, { name, role, isBlocked }) {
      await db.transaction().execute(async (trx) => {
        await lockAdministrators(trx);
        const change = {
          ...(name === undefined ? {} : { name }),
          ...(role === undefined ? {} : { role }),
          ...(isBlocked === undefined ? {} : { is_blocked: isBlocked ? (1 as const) : (0 as const) }),
        };
        await requirePerson(trx, id);
        if (Object.keys(change).length > 0) await trx.updateTable('people').set(change).where('id', '=', id).execute();
        await requireAdministrator(trx);
        if (isBlocked === true) await sessions.endAll(trx, id);
      });
      return find(id);
    },
    async remove(id) {
      await db.transaction().execute(async (trx) => {
        await lockAdministrators(trx);
        await requirePerson(trx, id);
        await trx.deleteFrom('people').where('id', '=', id).execute();
        await requireAdministrator(trx);
      });
    },
    async signOut(id) {
      await requirePerson(db, id);
      await sessions.endAll(db, id);
    },
  };
}

async function requirePerson(db: Db, id: string): Promise<void> {
  if ((await db.selectFrom('people').select('id').where('id', '=', id).executeTakeFirst()) === undefined) throw noPerson();
}
