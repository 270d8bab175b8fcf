// Which ways to sign in are set up; secrets are sealed in the database and never told.
import { AppError, type OidcProvider, type RequestOf, type WechatSettings, type WrongField, type routes, wrongFields } from '@lubo/contract';
import { lockAdministrators, requireAdministrator } from '../auth/administrators.ts';
import type { Db, Tables } from '../db/tables.ts';
import { newId } from '../id.ts';
import { SealError, type Secrets } from '../secrets.ts';
import { type Clock, momentOf } from '../time.ts';
import type { OidcClient } from './oidc.ts';
import { refused } from './profile.ts';
import type { WechatApp } from './wechat.ts';

export type WechatFields = RequestOf<typeof routes.setWechat>['body'];
export type NewOidcFields = RequestOf<typeof routes.createOidcProvider>['body'];
export type OidcFields = RequestOf<typeof routes.editOidcProvider>['body'];

export const maxProviders = 20;

export type SignInSettings = {
  wechat(): Promise<WechatSettings>;
  /** Throws AppError with the field when an app lacks its secret. */
  setWechat(fields: WechatFields): Promise<WechatSettings>;
  /** The app of a way that is set up and enabled. */
  wechatApp(isPage: boolean): Promise<WechatApp | undefined>;
  providers(): Promise<OidcProvider[]>;
  /** Throws AppError `too-many-providers`, wrong issuer. */
  createProvider(fields: NewOidcFields): Promise<OidcProvider>;
  /** Throws AppError `provider-not-found`, as do the others. */
  editProvider(id: string, fields: OidcFields): Promise<OidcProvider>;
  /** Throws AppError `last-administrator` when nobody could administrate the site any more. */
  removeProvider(id: string): Promise<void>;
  client(id: string): Promise<OidcClient>;
  /** The client of a way that is set up and enabled. */
  wayClient(id: string): Promise<OidcClient | undefined>;
};

/** The room's settings over `db`. */
export function createSignInSettings({ db, clock, secrets }: { db: Db; clock: Clock; secrets: Secrets }): SignInSettings {
  return {
    wechat: async () => wechatOf(await wechatRow(db)),
    setWechat: (fields) =>
      db.transaction().execute(async (trx) => {
        const after = { ...(await wechatRow(trx)), ...wechatChange(secrets, fields) };
        requireWechatSecrets(after);
        await trx.updateTable('wechat_settings').set(after).where('id', '=', 1).execute();
        return wechatOf(after);
      }),
    async wechatApp(isPage) {
      const row = await wechatRow(db);
      const [appId, sealed, purpose] = isPage ? ([row.page_app_id, row.sealed_page_secret, 'wechat/page'] as const) : ([row.app_id, row.sealed_secret, 'wechat/app'] as const);
      if (row.is_enabled === 0 || appId === '' || sealed === null) return undefined;
      return { appId, secret: opened(secrets, sealed, purpose, 'WeChat') };
    },
    async providers() {
      const rows = await db.selectFrom('oidc_providers').selectAll().orderBy('created_at').orderBy('id').execute();
      return rows.map(providerOf);
    },
    async createProvider(fields) {
      requireSafeIssuer(fields.issuer);
      const row = { id: newId(), sealed_secret: null, created_at: momentOf(clock.now()) };
      return db.transaction().execute(async (trx) => {
        const rows = await trx.selectFrom('oidc_providers').select('id').execute();
        if (rows.length >= maxProviders) throw new AppError('conflict', 'too-many-providers', `No more than ${maxProviders} OpenID providers.`);
        const made = { ...row, ...oidcChange(secrets, row.id, fields) } as ProviderRow;
        await trx.insertInto('oidc_providers').values(made).execute();
        return providerOf(made);
      });
    },
    async editProvider(id, fields) {
      if (fields.issuer !== undefined) requireSafeIssuer(fields.issuer);
      return db.transaction().execute(async (trx) => {
        const after = { ...(await requireProvider(trx, id)), ...oidcChange(secrets, id, fields) };
        await trx.updateTable('oidc_providers').set(after).where('id', '=', id).execute();
        return providerOf(after);
      });
    },
    removeProvider: (id) =>
      db.transaction().execute(async (trx) => {
        await lockAdministrators(trx);
        await requireProvider(trx, id);
        await trx.deleteFrom('identities').where('provider', '=', id).execute();
        await trx.deleteFrom('oidc_providers').where('id', '=', id).execute();
        await requireAdministrator(trx);
      }),
    client: async (id) => clientOf(secrets, await requireProvider(db, id)),
    async wayClient(id) {
      const row = await providerRow(db, id);
      return row === undefined || row.is_enabled === 0 ? undefined : clientOf(secrets, row);
    },
  };
}

type WechatRow = Tables['wechat_settings'];
type ProviderRow = Tables['oidc_providers'];

function wechatRow(db: Db): Promise<WechatRow> {
  return db.selectFrom('wechat_settings').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
}

function wechatOf(row: WechatRow): WechatSettings {
  const { app_id: appId, page_app_id: pageAppId } = row;
  return { isEnabled: row.is_enabled === 1, appId, hasSecret: row.sealed_secret !== null, pageAppId, hasPageSecret: row.sealed_page_secret !== null };
}

function wechatChange(secrets: Secrets, { isEnabled, appId, secret, pageAppId, pageSecret }: WechatFields): Partial<WechatRow> {
  return {
    is_enabled: isEnabled ? 1 : 0,
    app_id: appId,
    page_app_id: pageAppId,
    ...(secret === undefined ? {} : { sealed_secret: secrets.seal(secret, 'wechat/app') }),
    ...(pageSecret === undefined ? {} : { sealed_page_secret: secrets.seal(pageSecret, 'wechat/page') }),
  };
}

function needed(isMissing: boolean, path: string, message: string): WrongField[] {
  return isMissing ? [{ path, message, code: 'needed' }] : [];
}

function requireWechatSecrets(row: WechatRow): void {
  const fields = [
    ...needed(row.app_id !== '' && row.sealed_secret === null, 'body.secret', 'needed with an app id'),
    ...needed(row.page_app_id !== '' && row.sealed_page_secret === null, 'body.pageSecret', 'needed with an app id'),
    ...needed(row.is_enabled === 1 && row.app_id === '' && row.page_app_id === '', 'body.appId', 'needed to sign in by WeChat'),
  ];
  if (fields.length > 0) throw wrongFields(...fields);
}

function oidcChange(secrets: Secrets, id: string, { label, issuer, clientId, secret, scopes, isEnabled }: OidcFields): Partial<ProviderRow> {
  return {
    ...(label === undefined ? {} : { label }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(clientId === undefined ? {} : { client_id: clientId }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(isEnabled === undefined ? {} : { is_enabled: isEnabled ? (1 as const) : (0 as const) }),
    ...(secret === undefined ? {} : { sealed_secret: secret === null ? null : secrets.seal(secret, `oidc/${id}`) }),
  };
}

/** Over plain HTTP anybody on the way could be the provider; on this machine nobody is on the way. */
function requireSafeIssuer(issuer: string): void {
  const { protocol, hostname } = new URL(issuer);
  if (protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)) return;
  throw wrongFields({ path: 'body.issuer', message: 'must be HTTPS', code: 'format' });
}

function providerRow(db: Db, id: string): Promise<ProviderRow | undefined> {
  return db.selectFrom('oidc_providers').selectAll().where('id', '=', id).executeTakeFirst();
}

async function requireProvider(db: Db, id: string): Promise<ProviderRow> {
  const row = await providerRow(db, id);
  if (row === undefined) throw new AppError('not-found', 'provider-not-found', 'There is no such OpenID provider.');
  return row;
}

function clientOf(secrets: Secrets, { id, label, issuer, scopes, client_id: clientId, sealed_secret: sealed }: ProviderRow): OidcClient {
  const secret = sealed === null ? undefined : opened(secrets, sealed, `oidc/${id}`, label);
  return { id, label, issuer, scopes, clientId, secret };
}

function providerOf(row: ProviderRow): OidcProvider {
  const { id, label, issuer, scopes } = row;
  return { id, label, issuer, scopes, clientId: row.client_id, hasSecret: row.sealed_secret !== null, isEnabled: row.is_enabled === 1 };
}

function opened(secrets: Secrets, sealed: string, purpose: string, what: string): string {
  try {
    return secrets.open(sealed, purpose);
  } catch (cause) {
    if (cause instanceof SealError) throw refused(what, 'its secret was sealed with another key file', cause);
    throw cause;
  }
}
