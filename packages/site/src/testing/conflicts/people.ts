// What people, their accounts and ways in, and API tokens may collide with.
import { maxApiTokens, routes } from '@lubo/contract';
import { cookieBrowser } from '../cookie-browser.ts';
import type { OperationName } from '../operations/operation.ts';
import { phoneCode } from '../operations/people.ts';
import { type Stage, cookieOf, password } from '../stage.ts';
import { type Conflict, type Conflicts, byId, bySet, full, named, numbered } from './conflict.ts';

const { id, text, moment } = numbered;
const fullOf = {
  tokens: { table: 'api_tokens', columns: { id, name: text, token_hash: id, ending: "'xxxx'", scopes: "'[]'", created_at: moment }, count: maxApiTokens },
  providers: { table: 'oidc_providers', columns: { id, label: text, issuer: "'https://x'", client_id: "'x'", scopes: "'openid'", is_enabled: '0', created_at: moment }, count: 20 },
};

const sessionOf = (stage: Stage) => stage.done(routes.getSession).then(({ session }) => session?.person.id ?? '');

const usedName: Conflict = {
  code: 'name-taken',
  path: 'body.signInName',
  set: async (stage) => ({ params: { id: (await stage.person()).id }, body: { password, signInName: (await stage.person()).signInName } }),
};

/** Signs in, or links, with what came back from WeChat. */
async function finishWechat(stage: Stage, options: Parameters<Stage['fromWechat']>[0] = {}): Promise<string> {
  const browser = options.browser ?? cookieBrowser(stage);
  const { query } = await stage.fromWechat({ ...options, browser });
  await browser.call(routes.finishSignIn, { body: { query }, remoteAddress: stage.address() });
  return cookieOf(browser);
}

export const peopleConflicts = {
  setUp: [{ code: 'already-set-up', set: () => Promise.resolve({ body: { code: 'K7', name: 'x', password } }) }],
  signIn: { none: 'as many browsers as one likes' },
  signOut: { none: 'signed out is signed out' },
  createPerson: [{ code: 'name-taken', path: 'body.signInName', set: async (stage) => ({ body: { name: 'x', password, signInName: (await stage.person()).signInName } }) }],
  editPerson: [{ code: 'last-administrator', set: async (stage) => ({ params: { id: await sessionOf(stage) }, body: { role: 'viewer' } }) }],
  resetPassword: [usedName],
  signPersonOut: { none: 'signed out is signed out' },
  deletePerson: [{ code: 'last-administrator', set: async (stage) => ({ params: { id: await sessionOf(stage) } }) }],
  editAccount: { none: 'people may have the same name' },
  changePassword: [
    {
      code: 'name-taken',
      path: 'body.signInName',
      set: async (stage) => ({ cookie: (await stage.person()).cookie, body: { current: password, password, signInName: (await stage.person()).signInName } }),
    },
  ],
  unlinkWay: [
    {
      code: 'last-way',
      async set(stage) {
        const cookie = await finishWechat(stage);
        const { ways } = await stage.done(routes.getAccount, { cookie });
        return { cookie, params: { id: ways[0]?.id ?? '' } };
      },
    },
  ],
  signOutEverywhere: { none: 'signed out is signed out' },
  beginSignIn: { none: 'each begins anew' },
  finishSignIn: [
    {
      code: 'way-taken',
      async set(stage) {
        const openid = stage.name();
        await finishWechat(stage, { openid });
        const { query, cookie } = await stage.fromWechat({ openid, isLink: true, browser: (await stage.person()).browser });
        return { cookie, body: { query } };
      },
    },
    {
      code: 'too-many-ways',
      async set(stage) {
        const { id: personId, browser } = await stage.person();
        const columns = `select ${id}, '${personId}', 'wechat', ${id}, ${text}, ${moment}, ${moment} from rows`;
        stage.sql(`with recursive rows(n) as (select 1 union all select n + 1 from rows where n < 20) insert into identities (id, person_id, provider, subject, name, linked_at, used_at) ${columns}`);
        const { query, cookie } = await stage.fromWechat({ isLink: true, browser });
        return { cookie, body: { query } };
      },
    },
  ],
  beginPhoneSignIn: { none: 'each begins anew' },
  takePhoneSignIn: { none: 'the answer tells how far it is' },
  seePhoneSignIn: { none: "another's, or one that is over, is gone: 410" },
  answerPhoneSignIn: [{ code: 'already-answered', set: async (stage) => ({ body: { code: (await phoneCode(stage)).code, isConfirmed: true } }) }],
  setWechat: bySet,
  createOidcProvider: [full('too-many-providers', async () => ({ body: { label: 'x', issuer: 'https://id.example', clientId: 'x' } }), fullOf.providers)],
  editOidcProvider: bySet,
  deleteOidcProvider: [
    {
      // The only administrator comes by this provider.
      code: 'last-administrator',
      async set(stage) {
        const { id: provider } = await stage.done(routes.createOidcProvider, { body: { label: 'x', issuer: 'https://id.example', clientId: 'x' } });
        const personId = await sessionOf(stage);
        stage.sql(
          `insert into identities (id, person_id, provider, subject, name, linked_at, used_at) values ('adminsway000', '${personId}', '${provider}', 'x', 'x', ${moment}, ${moment})`,
          'create table kept_passwords as select * from passwords',
          `delete from passwords where person_id = '${personId}'`,
        );
        return { params: { id: provider } };
      },
      undo: ({ sql }) => sql('insert or ignore into passwords select * from kept_passwords', 'drop table kept_passwords', "delete from identities where id = 'adminsway000'"),
    },
  ],
  createApiToken: [
    named((stage, name) => stage.done(routes.createApiToken, { body: { name, scopes: ['read'] } }), (name) => ({ name, scopes: ['read'] })),
    full('too-many-tokens', async (stage) => ({ body: { name: stage.name(), scopes: ['read'] } }), fullOf.tokens),
  ],
  revokeApiToken: byId,
} satisfies Partial<Record<OperationName, Conflicts>>;
