// Local accounts: the first administrator, by one-time code or from the settings, and signing in with a password.
import { AppError, type Person, type Role } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import { hashSecret, isSecret, newCode, newId } from '../id.ts';
import { type Clock, momentOf } from '../time.ts';
import type { Passwords } from './password.ts';
import { type NewSession, type Sessions, personOf } from './sessions.ts';

export type AccountsOptions = { db: Db; clock: Clock; passwords: Passwords; sessions: Sessions };

export type Accounts = {
  /** Whether there is no administrator yet. */
  isSetUpNeeded(): Promise<boolean>;
  /** A fresh one-time code for the first administrator; older ones are void. `undefined` when there is one already. */
  makeSetUpCode(): Promise<string | undefined>;
  /** Makes the first administrator and signs in. Throws AppError `wrong-code`, `already-set-up`. */
  setUp(request: { code: string; name: string; password: string }): Promise<NewSession>;
  /** The administrator that the settings name; an account of that name that exists is left as it is. */
  ensureAdmin(name: string, password: string): Promise<void>;
  /** Throws AppError `wrong-credentials` for an unknown name as for a wrong password. */
  signIn(name: string, password: string): Promise<NewSession>;
};

/** The name that is typed to sign in, in one form. */
export function signInName(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}

/** The room's rules over `db`. */
export function createAccounts({ db, clock, passwords, sessions }: AccountsOptions): Accounts {
  const insert = async (trx: Db, name: string, hash: string, role: Role): Promise<Person> => {
    const id = newId();
    const row = { id, name, role, picture_url: null, created_at: momentOf(clock.now()), signed_in_at: null };
    await trx.insertInto('people').values(row).execute();
    await trx.insertInto('passwords').values({ person_id: id, sign_in_name: signInName(name), hash }).execute();
    return personOf(row);
  };
  return {
    isSetUpNeeded: () => hasNoAdmin(db),
    async makeSetUpCode() {
      if (!(await hasNoAdmin(db))) return undefined;
      const code = newCode();
      await db.updateTable('site').set({ set_up_code_hash: hashSecret(code) }).where('id', '=', 1).execute();
      return code;
    },
    async setUp({ code, name, password }) {
      await requireCode(db, code);
      const hash = await passwords.hash(password);
      return db.transaction().execute(async (trx) => {
        // Again, inside: two may come with the same code, and hashing takes its time.
        await requireCode(trx, code);
        if (await hasName(trx, name)) throw new AppError('conflict', 'name-taken', 'There is an account of this name.');
        await trx.updateTable('site').set({ set_up_code_hash: null }).where('id', '=', 1).execute();
        return sessions.begin(trx, await insert(trx, name, hash, 'admin'));
      });
    },
    async ensureAdmin(name, password) {
      if (await hasName(db, name)) return;
      const hash = await passwords.hash(password);
      await db.transaction().execute(async (trx) => {
        if (!(await hasName(trx, name))) await insert(trx, name, hash, 'admin');
        await trx.updateTable('site').set({ set_up_code_hash: null }).where('id', '=', 1).execute();
      });
    },
    async signIn(name, password) {
      const row = await db
        .selectFrom('passwords')
        .innerJoin('people', 'people.id', 'passwords.person_id')
        .select(['people.id', 'people.name', 'people.role', 'people.picture_url', 'passwords.hash'])
        .where('passwords.sign_in_name', '=', signInName(name))
        .executeTakeFirst();
      const isRight = await passwords.isRight(password, row?.hash);
      if (row === undefined || !isRight) throw new AppError('unauthenticated', 'wrong-credentials', 'Name or password is wrong.');
      return db.transaction().execute((trx) => sessions.begin(trx, personOf(row)));
    },
  };
}

async function hasNoAdmin(db: Db): Promise<boolean> {
  return (await db.selectFrom('people').select('id').where('role', '=', 'admin').limit(1).executeTakeFirst()) === undefined;
}

async function hasName(db: Db, name: string): Promise<boolean> {
  const row = await db.selectFrom('passwords').select('person_id').where('sign_in_name', '=', signInName(name)).executeTakeFirst();
  return row !== undefined;
}

async function requireCode(db: Db, code: string): Promise<void> {
  if (!(await hasNoAdmin(db))) throw new AppError('conflict', 'already-set-up', 'The first administrator was made already.');
  const row = await db.selectFrom('site').select('set_up_code_hash').where('id', '=', 1).executeTakeFirst();
  const hash = row?.set_up_code_hash ?? null;
  if (hash === null || !isSecret(code, hash)) {
    throw new AppError('denied', 'wrong-code', 'This set-up code is wrong or old; the newest is in the output of the last start.');
  }
}
