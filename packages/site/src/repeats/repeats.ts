// Creates that may be asked for again (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header): the first answer is
// kept for a day and given again, so that a lost answer never makes a second thing.
import { createHash } from 'node:crypto';
import { AppError, wrongFields } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import { hashSecret } from '../id.ts';
import { SealError, type Secrets } from '../secrets.ts';
import { type Clock, momentOf } from '../time.ts';

const keepMillis = 24 * 60 * 60 * 1000;
/** Creates of one caller within a day that are remembered; further ones with a key are refused. */
export const maxPerCaller = 10_000;

export type Create = {
  /** Of the caller's choosing, 1 to 128 visible characters. */
  key: string;
  /** `person:<id>` or `token:<id>`: keys of others are other keys. */
  caller: string;
  /** Operation and parts, JSON-able: the same key with another request is a mistake. */
  request: unknown;
};

export type Repeats = {
  /** Throws AppError `idempotency-key-reused`, `still-being-made`, `too-many-keys`, and what `make` throws, which may be tried again. */
  once(create: Create, make: () => Promise<unknown>): Promise<{ answer: unknown; isRepeat: boolean }>;
  /** Removes those older than a day. */
  sweep(): Promise<void>;
};

type Place = { caller: string; key_hash: string };

/** Answers over `db`; sealed, since passwords are asked with and tokens are answered. */
export function createRepeats({ db, clock, secrets }: { db: Db; clock: Clock; secrets: Secrets }): Repeats {
  const rowOf = ({ caller, key_hash }: Place) => ({ caller, key_hash, created_at: momentOf(clock.now()), sealed: null });
  const dayAgo = (): string => momentOf(clock.now() - keepMillis);
  return {
    async once({ key, caller, request }, make) {
      requireKey(key);
      const place = { caller, key_hash: hashSecret(key) };
      const purpose = `repeat/${caller}/${place.key_hash}`;
      const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('hex');
      await at(db.deleteFrom('idempotent_answers'), place).where('created_at', '<=', dayAgo()).execute();
      await requireSpace(db, caller);
      const { numInsertedOrUpdatedRows: inserted } = await db
        .insertInto('idempotent_answers')
        .values(rowOf(place))
        .onConflict((conflict) => conflict.columns(['caller', 'key_hash']).doNothing())
        .executeTakeFirstOrThrow();
      if (inserted === 0n) return { answer: await keptAnswer(db, secrets, place, { purpose, fingerprint }), isRepeat: true };
      const answer = await make().catch(async (error: unknown) => {
        // Nothing was made: the same key may try again.
        await at(db.deleteFrom('idempotent_answers'), place).execute();
        throw error;
      });
      const sealed = secrets.seal(JSON.stringify({ fingerprint, answer }), purpose);
      await at(db.updateTable('idempotent_answers').set({ sealed }), place).execute();
      return { answer, isRepeat: false };
    },
    async sweep() {
      await db.deleteFrom('idempotent_answers').where('created_at', '<=', dayAgo()).execute();
    },
  };
}

/** The row of a key. */
function at<Query extends { where(column: 'caller' | 'key_hash', sign: '=', value: string): Query }>(query: Query, { caller, key_hash }: Place): Query {
  return query.where('caller', '=', caller).where('key_hash', '=', key_hash);
}

function requireKey(key: string): void {
  if (/^[\x21-\x7e]{1,128}$/.test(key)) return;
  throw wrongFields({ path: 'headers.idempotency-key', message: 'must be 1 to 128 visible ASCII characters', code: 'format' });
}

async function requireSpace(db: Db, caller: string): Promise<void> {
  const { count } = await db
    .selectFrom('idempotent_answers')
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .where('caller', '=', caller)
    .executeTakeFirstOrThrow();
  if (Number(count) < maxPerCaller) return;
  throw new AppError('too-many', 'too-many-keys', `No more than ${maxPerCaller} idempotency keys a day.`, { retryAfterSeconds: 60 * 60 });
}

async function keptAnswer(db: Db, secrets: Secrets, place: Place, { purpose, fingerprint }: { purpose: string; fingerprint: string }): Promise<unknown> {
  const row = await at(db.selectFrom('idempotent_answers').select('sealed'), place).executeTakeFirst();
  // Also when an earlier life of the site ended in the midst of it: it may have been made, so it is not made again.
  if (row === undefined || row.sealed === null) {
    throw new AppError('conflict', 'still-being-made', 'The first request with this key has not ended; look whether it was made.', { retryAfterSeconds: 5 });
  }
  const kept = JSON.parse(opened(secrets, row.sealed, purpose)) as { fingerprint: string; answer: unknown };
  if (kept.fingerprint === fingerprint) return kept.answer;
  throw new AppError('conflict', 'idempotency-key-reused', 'This Idempotency-Key was used for another request; take a new one.');
}

function opened(secrets: Secrets, sealed: string, purpose: string): string {
  try {
    return secrets.open(sealed, purpose);
  } catch (cause) {
    if (!(cause instanceof SealError)) throw cause;
    throw new AppError('conflict', 'still-being-made', 'The answer to the first request with this key is lost; look whether it was made.', { cause });
  }
}
