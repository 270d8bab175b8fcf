// Local accounts: the first administrator, by one-time code or from the settings, signing in with a password, changing it.
import { AppError, type Person, type Role, wrongFields } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import { hashSecret, isSecret, newCode, newId } from '../id.ts';
import { type Clock, momentOf } from '../time.ts';
import type { Passwords } from './password.ts';
import { type NewSession, type Origin, type Sessions, personOf } from './sessions.ts';

export type AccountsOptions = { db: Db; clock: Clock; passwords: Passwords; sessions: Sessions };

export type Accounts = {
  /** Whether there is no administrator yet. */
  isSetUpNeeded(): Promise<boolean>;
  /** A fresh one-time code for the first administrator; older ones are void. `undefined` when there is one already. */
  makeSetUpCode(): Promise<string | undefined>;
  /** Makes the first administrator and signs in. Throws AppError `wrong-code`, `already-set-up`. */
  setUp(request: { code: string; name: string; password: string }, from: Origin): Promise<NewSession>;
  /** The administrator that the settings name; an account of that name that exists is left as it is. */
  ensureAdmin(name: string, password: string): Promise<void>;
  /** Throws AppError `wrong-credentials` for an unknown name as for a wrong password, `blocked`. */
  signIn(name: string, password: string, from: Origin): Promise<NewSession>;
  /** Makes a person with a local account; their identity. Throws AppError `name-taken`. */
  create(account: NewAccount): Promise<string>;
  /** Gives a person a password, and a local account where there was none; all sessions end. Throws AppError. */
  setPassword(personId: string, account: { password: string; signInName?: string | undefined }): Promise<void>;
  /** The same by the person, who knows the old password; the session with token `except` stays. Throws AppError `wrong-password`. */
  changePassword(personId: string, change: PasswordChange, except: string | undefined): Promise<void>;
};

export type NewAccount = { name: string; signInName?: string | undefined; password: string; role: Role };
export type PasswordChange = { current?: string | undefined; password: string; signInName?: string | undefined };

/** The name that is typed to sign in, in one form. */
export function signInName(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}

/** The room's rules over `db`. */
export function createAccounts({ db, clock, passwords, sessions }: AccountsOptions): Accounts {
  const insert = async (trx: Db, name: string, hash: string, role: Role, typed = name): Promise<Person> => {
    const id = newId();
    const row = { id, name, role, picture_url: null, created_at: momentOf(clock.now()), signed_in_at: null };
    await trx.insertInto('people').values(row).execute();
    await trx.insertInto('passwords').values({ person_id: id, sign_in_name: signInName(typed), hash }).execute();
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
    async setUp({ code, name, password }, from) {
      await requireCode(db, code);
      const hash = await passwords.hash(password);
      return db.transaction().execute(async (trx) => {
        // Again, inside: two may come with the same code, and hashing takes its time.
        await requireCode(trx, code);
        if (await hasName(trx, name)) throw nameTaken('body.name');
        await trx.updateTable('site').set({ set_up_code_hash: null }).where('id', '=', 1).execute();
        return sessions.begin(trx, await insert(trx, name, hash, 'admin'), from);
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
    async signIn(name, password, from) {
      const row = await db
        .selectFrom('passwords')
        .innerJoin('people', 'people.id', 'passwords.person_id')
        .select(['people.id', 'people.name', 'people.role', 'people.picture_url', 'people.is_blocked', 'passwords.hash'])
        .where('passwords.sign_in_name', '=', signInName(name))
        .executeTakeFirst();
      const isRight = await passwords.isRight(password, row?.hash);
      if (row === undefined || !isRight) throw new AppError('unauthenticated', 'wrong-credentials', 'Name or password is wrong.');
      if (row.is_blocked === 1) throw blocked();
      return db.transaction().execute((trx) => sessions.begin(trx, personOf(row), from));
    },
    async create({ name, signInName: given, password, role }) {
      const typed = given ?? name;
      const hash = await passwords.hash(password);
      return db.transaction().execute(async (trx) => {
        if (await hasName(trx, typed)) throw nameTaken(given === undefined ? 'body.name' : 'body.signInName');
        return (await insert(trx, name, hash, role, typed)).id;
      });
    },
    async setPassword(personId, account) {
      const hash = await passwords.hash(account.password);
      await db.transaction().execute(async (trx) => {
        await keepPassword(trx, personId, hash, account.signInName);
        await sessions.endAll(trx, personId);
      });
    },
    async changePassword(personId, { current, password, signInName: typed }, except) {
      const row = await db.selectFrom('passwords').select('hash').where('person_id', '=', personId).executeTakeFirst();
      if (row !== undefined && !(await passwords.isRight(current ?? '', row.hash))) throw wrongPassword();
      const hash = await passwords.hash(password);
      await db.transaction().execute(async (trx) => {
        await keepPassword(trx, personId, hash, typed);
        await sessions.endAll(trx, personId, except);
      });
    },
  };
}

/** A new password of a person; who has no local account gets one of this name. */
async function keepPassword(trx: Db, personId: string, hash: string, typed: string | undefined): Promise<void> {
  const person = await trx.selectFrom('people').select('id').where('id', '=', personId).executeTakeFirst();
  if (person === undefined) throw noPerson();
  const had = await trx.selectFrom('passwords').select('sign_in_name').where('person_id', '=', personId).executeTakeFirst();
  const name = typed === undefined ? had?.sign_in_name : signInName(typed);
  if (name === undefined) {
    throw wrongFields({ path: 'body.signInName', message: 'needed: this person has no local account yet', code: 'needed' });
  }
  if (name !== had?.sign_in_name && (await hasName(trx, name))) throw nameTaken('body.signInName');
  await trx.deleteFrom('passwords').where('person_id', '=', personId).execute();
  await trx.insertInto('passwords').values({ person_id: personId, sign_in_name: name, hash }).execute();
}

/** No person has this identity. */
export function noPerson(): AppError {
  return new AppError('not-found', 'person-not-found', 'There is no such person.');
}

/** An administrator has blocked this person. */
export function blocked(): AppError {
  return new AppError('denied', 'blocked', 'This account is blocked; ask an administrator.');
}

/** `path`: where the name stands. */
function nameTaken(path: string): AppError {
  const fields = [{ path, message: 'there is an account of this name', code: 'taken' as const }];
  return new AppError('conflict', 'name-taken', 'There is an account of this name.', { fields });
}

function wrongPassword(): AppError {
  const fields = [{ path: 'body.current', message: 'this is not the password until now', code: 'format' as const }];
  return new AppError('denied', 'wrong-password', 'The password until now is wrong.', { fields });
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
