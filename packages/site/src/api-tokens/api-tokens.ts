// API tokens: made and revoked by administrators, hashed in the database, told apart by their last four characters.
import { type ApiToken, AppError, type RequestOf, TokenScope, apiTokenPrefix, maxApiTokens, type routes } from '@lubo/contract';
import { contains, readPage } from '../db/page.ts';
import type { Db } from '../db/tables.ts';
import type { TokenCaller } from '../http/serve.ts';
import { hashSecret, newId, newSecret } from '../id.ts';
import { nameTaken } from '../school/name-taken.ts';
import { type Clock, momentOf } from '../time.ts';

const dayMillis = 24 * 60 * 60 * 1000;
/** The last use is written no more often than this. */
const useMillis = 60 * 1000;

export type NewApiToken = RequestOf<typeof routes.createApiToken>['body'];

export type ApiTokensQuery = RequestOf<typeof routes.listApiTokens>['query'];

export type ApiTokens = {
  list(query: ApiTokensQuery): Promise<{ rows: ApiToken[]; total: number }>;
  /** Throws AppError `too-many-tokens`, `name-taken`. */
  create(fields: NewApiToken, personId: string): Promise<ApiToken & { token: string }>;
  /** Throws AppError `token-not-found`. */
  revoke(id: string): Promise<void>;
  /** Whose token it is; `undefined` for one that is unknown, revoked or expired. Notes its use. */
  authenticate(token: string, ip: string): Promise<TokenCaller | undefined>;
};

/** The room's rules over `db`. */
export function createApiTokens(db: Db, clock: Clock): ApiTokens {
  return {
    async list({ search, ...page }) {
      let query = rowsOf(db);
      if (search !== undefined && search !== '') query = query.where((eb) => contains(eb.ref('api_tokens.name'), search));
      const columns = { name: 'api_tokens.name', createdAt: 'api_tokens.created_at', lastUsedAt: 'last_used_at' } as const;
      const { rows, total } = await readPage({ query, columns, key: 'api_tokens.id' }, page);
      return { rows: rows.map(apiTokenOf), total };
    },
    create: ({ name, scopes, days }, personId) =>
      db.transaction().execute(async (trx) => {
        await requireSpace(trx, name);
        const now = clock.now();
        const token = `${apiTokenPrefix}${newSecret()}`;
        const id = newId();
        const row = {
          id,
          name,
          token_hash: hashSecret(token),
          ending: token.slice(-4),
          scopes: JSON.stringify(sorted(scopes)),
          created_at: momentOf(now),
          created_by: personId,
          last_used_at: null,
          last_used_ip: null,
          expires_at: days === undefined ? null : momentOf(now + days * dayMillis),
        };
        await trx.insertInto('api_tokens').values(row).execute();
        const made = await rowsOf(trx).where('api_tokens.id', '=', id).executeTakeFirstOrThrow();
        return { ...apiTokenOf(made), token };
      }),
    async revoke(id) {
      const { numDeletedRows } = await db.deleteFrom('api_tokens').where('id', '=', id).executeTakeFirst();
      if (numDeletedRows === 0n) throw new AppError('not-found', 'token-not-found', 'There is no such API token.');
    },
    async authenticate(token, ip) {
      const now = clock.now();
      const row = await db.selectFrom('api_tokens').selectAll().where('token_hash', '=', hashSecret(token)).executeTakeFirst();
      if (row === undefined || (row.expires_at !== null && row.expires_at <= momentOf(now))) return undefined;
      if (row.last_used_at === null || row.last_used_at <= momentOf(now - useMillis)) {
        const use = { last_used_at: momentOf(now), last_used_ip: ip };
        await db.updateTable('api_tokens').set(use).where('id', '=', row.id).execute();
      }
      return { id: row.id, name: row.name, scopes: scopesOf(row.scopes) };
    },
  };
}

function rowsOf(db: Db) {
  return db
    .selectFrom('api_tokens')
    .leftJoin('people', 'people.id', 'api_tokens.created_by')
    .select(['api_tokens.id', 'api_tokens.name', 'scopes', 'api_tokens.created_at', 'expires_at', 'last_used_at', 'last_used_ip', 'ending'])
    .select('people.name as maker');
}

type Row = Awaited<ReturnType<ReturnType<typeof rowsOf>['executeTakeFirstOrThrow']>>;

function apiTokenOf(row: Row): ApiToken {
  const moments = { createdAt: row.created_at, expiresAt: row.expires_at, lastUsedAt: row.last_used_at };
  return { id: row.id, name: row.name, scopes: scopesOf(row.scopes), ...moments, createdBy: row.maker ?? '', lastUsedIp: row.last_used_ip, ending: row.ending };
}

function scopesOf(text: string): TokenScope[] {
  return TokenScope.array().parse(JSON.parse(text));
}

/** In the order of the contract, each once. */
function sorted(scopes: readonly TokenScope[]): TokenScope[] {
  return TokenScope.options.filter((scope) => scopes.includes(scope));
}

/** Two of one name could not be told apart when one must go. */
async function requireSpace(db: Db, name: string): Promise<void> {
  const rows = await db.selectFrom('api_tokens').select('name').execute();
  if (rows.some((row) => row.name === name)) throw nameTaken('body.name');
  if (rows.length >= maxApiTokens) throw new AppError('conflict', 'too-many-tokens', `No more than ${maxApiTokens} API tokens; revoke one first.`);
}
