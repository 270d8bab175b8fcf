// Signing in a PC with a phone that is signed in: the PC shows a code, the phone confirms it, the PC takes the session. Only the
// browser that asked for the code can take it, so a code that is seen by others helps nobody.
import { AppError, type Session, phoneSignInPath } from '@lubo/contract';
import { blocked } from '../auth/accounts.ts';
import { type NewSession, type Origin, type Sessions, personOf } from '../auth/sessions.ts';
import type { Db, Tables } from '../db/tables.ts';
import { hashSecret, newCode, newSecret } from '../id.ts';
import { type Clock, momentOf } from '../time.ts';

export const codeSeconds = 2 * 60;
/** Codes that wait at once, over all browsers. */
export const maxWaiting = 5_000;

export type PhoneState = 'waiting' | 'seen' | 'refused' | 'expired' | 'done';
export type Asking = { ip: string; userAgent: string; createdAt: string; expiresAt: string };

export type PhoneSignIns = {
  /** A new code for a browser: what the QR says, and the secret that the browser keeps. Throws AppError `too-many-waiting`. */
  begin(siteUrl: string, from: Origin): Promise<{ url: string; pass: string; expiresAt: string }>;
  /** How far it is; a confirmed one is taken, once. */
  take(pass: string | undefined): Promise<{ state: PhoneState; begun: NewSession | undefined; session: Session | null }>;
  /** Who asks. From now on only this person can answer. Throws AppError `code-expired`. */
  see(code: string, personId: string): Promise<Asking>;
  /** Throws AppError `code-expired`, `already-answered`. */
  answer(code: string, personId: string, isConfirmed: boolean): Promise<void>;
  /** Removes codes that are too old. */
  sweep(): Promise<void>;
};

/** The room's rules over `db`. */
export function createPhoneSignIns({ db, clock, sessions }: { db: Db; clock: Clock; sessions: Sessions }): PhoneSignIns {
  const now = (): string => momentOf(clock.now());
  const rowOf = async (trx: Db, code: string, personId: string): Promise<Row> => {
    const row = await trx.selectFrom('phone_sign_ins').selectAll().where('code_hash', '=', hashSecret(code)).executeTakeFirst();
    if (row === undefined || row.expires_at <= now() || (row.person_id !== null && row.person_id !== personId)) throw codeExpired();
    return row;
  };
  return {
    async begin(siteUrl, { ip, userAgent }) {
      await requireSpace(db, now());
      const [code, pass] = [newCode(), newSecret()];
      const times = { created_at: now(), expires_at: momentOf(clock.now() + codeSeconds * 1000) };
      const row = { code_hash: hashSecret(code), browser_hash: hashSecret(pass), ip, user_agent: userAgent, person_id: null, answer: null, ...times };
      await db.insertInto('phone_sign_ins').values(row).execute();
      // Behind the # it reaches no proxy's log.
      return { url: `${siteUrl}${phoneSignInPath}#${code}`, pass, expiresAt: times.expires_at };
    },
    take: (pass) => db.transaction().execute((trx) => take({ trx, sessions, now: now() }, pass)),
    async see(code, personId) {
      const row = await rowOf(db, code, personId);
      await db.updateTable('phone_sign_ins').set({ person_id: personId }).where('code_hash', '=', row.code_hash).where('person_id', 'is', null).execute();
      const { ip, user_agent: userAgent, created_at: createdAt, expires_at: expiresAt } = await rowOf(db, code, personId);
      return { ip, userAgent, createdAt, expiresAt };
    },
    async answer(code, personId, isConfirmed) {
      const row = await rowOf(db, code, personId);
      const { numUpdatedRows } = await db
        .updateTable('phone_sign_ins')
        .set({ answer: isConfirmed ? 'confirmed' : 'refused' })
        .where('code_hash', '=', row.code_hash)
        .where('person_id', '=', personId)
        .where('answer', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw new AppError('conflict', 'already-answered', 'This code was answered already; show a new one.');
    },
    async sweep() {
      await db.deleteFrom('phone_sign_ins').where('expires_at', '<=', now()).execute();
    },
  };
}

type Row = Tables['phone_sign_ins'];

async function take({ trx, sessions, now }: { trx: Db; sessions: Sessions; now: string }, pass: string | undefined) {
  const nothing = { begun: undefined, session: null };
  if (pass === undefined) return { state: 'expired' as const, ...nothing };
  const found = trx.selectFrom('phone_sign_ins').selectAll().where('browser_hash', '=', hashSecret(pass));
  const row = await found.executeTakeFirst();
  if (row === undefined || row.expires_at <= now) return { state: 'expired' as const, ...nothing };
  if (row.answer === null) return { state: row.person_id === null ? ('waiting' as const) : ('seen' as const), ...nothing };
  // Taken at once, whatever was answered: it works once.
  const { numDeletedRows } = await trx.deleteFrom('phone_sign_ins').where('code_hash', '=', row.code_hash).executeTakeFirst();
  if (numDeletedRows === 0n) return { state: 'expired' as const, ...nothing };
  if (row.answer === 'refused') return { state: 'refused' as const, ...nothing };
  const person = await trx.selectFrom('people').selectAll().where('id', '=', row.person_id ?? '').executeTakeFirst();
  if (person === undefined) return { state: 'expired' as const, ...nothing };
  if (person.is_blocked === 1) throw blocked();
  const begun = await sessions.begin(trx, personOf(person), { ip: row.ip, userAgent: row.user_agent });
  return { state: 'done' as const, begun, session: begun.session };
}

async function requireSpace(db: Db, now: string): Promise<void> {
  const { count } = await db
    .selectFrom('phone_sign_ins')
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  if (Number(count) < maxWaiting) return;
  throw new AppError('unavailable', 'too-many-waiting', 'Too many codes are waiting; try again.', { retryAfterSeconds: 30 });
}

function codeExpired(): AppError {
  return new AppError('gone', 'code-expired', 'This code is unknown, too old, used already, or another person\'s; show a new one.');
}
