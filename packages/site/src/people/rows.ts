// People as they are read: rows with their ways in, and what they can be filtered by.
import type { PersonRow, PersonWay } from '@lubo/contract';
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { contains } from '../db/page.ts';
import type { Db, Tables } from '../db/tables.ts';

type People = ExpressionBuilder<Tables, 'people'>;

/** All people, neither filtered nor sorted. */
export function rowsOf(db: Db) {
  return db
    .selectFrom('people')
    .select(['people.id', 'people.name', 'role', 'picture_url', 'region', 'is_blocked', 'first_signed_in_at', 'signed_in_at']);
}

type Row = Awaited<ReturnType<ReturnType<typeof rowsOf>['executeTakeFirstOrThrow']>>;

/** Has a way in of this kind. */
export function hasWay(eb: People, kind: PersonWay['kind']): Expression<SqlBool> {
  if (kind === 'password') return eb.exists(eb.selectFrom('passwords').select('person_id').whereRef('passwords.person_id', '=', 'people.id'));
  return eb.exists(
    eb
      .selectFrom('identities')
      .select('identities.id')
      .whereRef('identities.person_id', '=', 'people.id')
      .where('provider', kind === 'wechat' ? '=' : '!=', 'wechat'),
  );
}

/** These words are in the name, or in what is typed to sign in. */
export function isCalled(eb: People, words: string): Expression<SqlBool> {
  // Not for each person anew: that takes four times as long.
  const accounts = eb.selectFrom('passwords').select('person_id').where((inner) => contains(inner.ref('sign_in_name'), words));
  return eb.or([contains(eb.ref('people.name'), words), eb('people.id', 'in', accounts)]);
}

/** The rows with everybody's ways in, the local account first. */
export async function withWays(db: Db, rows: readonly Row[]): Promise<PersonRow[]> {
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return [];
  const accounts = await db.selectFrom('passwords').select(['person_id', 'sign_in_name']).where('person_id', 'in', ids).execute();
  const identities = await db
    .selectFrom('identities')
    .leftJoin('oidc_providers', 'oidc_providers.id', 'identities.provider')
    .select(['person_id', 'provider', 'label'])
    .where('person_id', 'in', ids)
    .orderBy('linked_at')
    .execute();
  const ways = Map.groupBy(
    [
      ...accounts.map(({ person_id, sign_in_name }) => ({ person_id, way: { kind: 'password' as const, label: sign_in_name } })),
      ...identities.map(({ person_id, provider, label }) => ({ person_id, way: wayOf(provider, label) })),
    ],
    ({ person_id }) => person_id,
  );
  return rows.map((row) => personRowOf(row, (ways.get(row.id) ?? []).map(({ way }) => way)));
}

function wayOf(provider: string, label: string | null): PersonWay {
  return provider === 'wechat' ? { kind: 'wechat', label: '' } : { kind: 'oidc', label: label ?? '' };
}

function personRowOf(row: Row, ways: PersonWay[]): PersonRow {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    ...(row.picture_url === null ? {} : { pictureUrl: row.picture_url }),
    region: row.region,
    ways,
    isBlocked: row.is_blocked === 1,
    firstSignInAt: row.first_signed_in_at,
    lastSignInAt: row.signed_in_at,
  };
}
