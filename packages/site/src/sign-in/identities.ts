// Who came from a sign-in service, as a person of this site: found again, made at the first time, or linked to one's account.
import { AppError } from '@lubo/contract';
import { blocked } from '../auth/accounts.ts';
import { type NewSession, type Origin, type Sessions, personOf } from '../auth/sessions.ts';
import type { Db, Tables } from '../db/tables.ts';
import { newId } from '../id.ts';
import { type Clock, momentOf } from '../time.ts';
import type { Profile } from './profile.ts';

/** Linked ways that one person may have. */
const maxLinked = 20;

export type Identities = {
  /** Signs in; whoever comes for the first time becomes a viewer. Throws AppError `blocked`. */
  signIn(provider: string, profile: Profile, from: Origin): Promise<NewSession>;
  /** Adds a way in to a person. Throws AppError `way-taken`, `too-many-ways`. */
  link(provider: string, profile: Profile, personId: string): Promise<void>;
};

/** The room's rules over `db`. */
export function createIdentities({ db, clock, sessions }: { db: Db; clock: Clock; sessions: Sessions }): Identities {
  const now = (): string => momentOf(clock.now());
  return {
    signIn: (provider, profile, from) =>
      db.transaction().execute(async (trx) => {
        const known = await find(trx, provider, profile);
        const personId = known?.person_id ?? (await makePerson(trx, profile, now()));
        await keep(trx, { known, provider, profile, personId, now: now() });
        const told = { picture_url: profile.pictureUrl, region: profile.region === '' ? undefined : profile.region };
        if (told.picture_url !== undefined || told.region !== undefined) await trx.updateTable('people').set(told).where('id', '=', personId).execute();
        const row = await trx.selectFrom('people').selectAll().where('id', '=', personId).executeTakeFirstOrThrow();
        if (row.is_blocked === 1) throw blocked();
        return sessions.begin(trx, personOf(row), from);
      }),
    link: (provider, profile, personId) =>
      db.transaction().execute(async (trx) => {
        const known = await find(trx, provider, profile);
        if (known !== undefined && known.person_id !== personId) {
          throw new AppError('conflict', 'way-taken', 'This is linked to another account already.');
        }
        const linked = await trx.selectFrom('identities').select('id').where('person_id', '=', personId).execute();
        if (known === undefined && linked.length >= maxLinked) throw new AppError('conflict', 'too-many-ways', `No more than ${maxLinked} linked ways.`);
        await keep(trx, { known, provider, profile, personId, now: now() });
      }),
  };
}

type Identity = Tables['identities'];

/** By any of the subjects; the preferred one wins. */
async function find(trx: Db, provider: string, { subjects }: Profile): Promise<Identity | undefined> {
  const rows = await trx.selectFrom('identities').selectAll().where('provider', '=', provider).where('subject', 'in', subjects).execute();
  return subjects.map((subject) => rows.find((row) => row.subject === subject)).find((row) => row !== undefined);
}

async function makePerson(trx: Db, { name, pictureUrl, region }: Profile, now: string): Promise<string> {
  const id = newId();
  const row = { id, name, role: 'viewer' as const, picture_url: pictureUrl ?? null, region, created_at: now, signed_in_at: null };
  await trx.insertInto('people').values(row).execute();
  return id;
}

type Kept = { known: Identity | undefined; provider: string; profile: Profile; personId: string; now: string };

/** Notes the use; a subject of an older form becomes the preferred one. */
async function keep(trx: Db, { known, provider, profile, personId, now }: Kept): Promise<void> {
  const { name, subjects } = profile;
  if (known !== undefined) {
    await trx.updateTable('identities').set({ name, subject: subjects[0], used_at: now }).where('id', '=', known.id).execute();
    return;
  }
  const row = { id: newId(), person_id: personId, provider, subject: subjects[0], name, linked_at: now, used_at: now };
  const { numInsertedOrUpdatedRows: inserted } = await trx
    .insertInto('identities')
    .values(row)
    .onConflict((conflict) => conflict.columns(['provider', 'subject']).doNothing())
    .executeTakeFirstOrThrow();
  // Twice at once for the first time: the other was faster.
  if (inserted === 0n) throw new AppError('unavailable', 'busy', 'This is being signed in already; try again.', { retryAfterSeconds: 1 });
}
