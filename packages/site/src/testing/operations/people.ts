// Calls that succeed: signing in, one's own account, people, ways to sign in, API tokens, the audit log.
import { routes } from '@lubo/contract';
import { cookieBrowser } from '../cookie-browser.ts';
import type { Operation, OperationName } from './operation.ts';
import { type Stage, cookieOf, password, wechatSettings } from '../stage.ts';

const bare: Operation = { good: () => ({}) };

/** On a person who is made for it. */
const onPerson = (body?: unknown): Operation => ({
  good: async (stage) => ({ params: { id: (await stage.person()).id }, ...(body === undefined ? {} : { body }) }),
  absent: 'person-not-found',
});

/** By a person who is made for it. */
const byPerson = (body?: unknown): Operation => ({
  good: async (stage) => ({ cookie: (await stage.person()).cookie, ...(body === undefined ? {} : { body }) }),
});

const provider = (stage: Stage) => ({ label: stage.name(), issuer: 'http://127.0.0.1:9', clientId: 'lubo', secret: 'secret', scopes: 'openid', isEnabled: false });

const onProvider = (body?: unknown): Operation => ({
  good: ({ providerId: id }) => ({ params: { id }, ...(body === undefined ? {} : { body }) }),
  absent: 'provider-not-found',
});

/** The code of a PC that waits, and the cookie by which it is known. */
export async function phoneCode(stage: Stage): Promise<{ code: string; cookie: string }> {
  const pc = cookieBrowser(stage);
  const { body } = await pc.call(routes.beginPhoneSignIn, { remoteAddress: stage.address() });
  return { code: new URL(body.url).hash.slice(1), cookie: cookieOf(pc) };
}

export const peopleOperations = {
  getSetUp: bare,
  setUp: { good: () => ({ body: { code: 'nobody knows it', name: '管理员', password } }) },
  signIn: { good: async (stage) => ({ cookie: undefined, body: { name: (await stage.person()).signInName, password } }) },
  getSession: bare,
  signOut: byPerson(),
  getAccount: byPerson(),
  editAccount: byPerson({ name: '王先生' }),
  changePassword: byPerson({ current: password, password: 'another password', signInName: 'wang' }),
  unlinkWay: {
    async good(stage) {
      const { browser } = await stage.person();
      const { query } = await stage.fromWechat({ isLink: true, browser });
      await browser.call(routes.finishSignIn, { body: { query }, remoteAddress: stage.address() });
      const { ways } = (await browser.call(routes.getAccount)).body;
      return { cookie: cookieOf(browser), params: { id: ways[0]?.id ?? '' } };
    },
    absent: 'way-not-found',
  },
  signOutEverywhere: byPerson(),
  listPeople: { good: () => ({ query: { role: 'viewer', way: 'password', isBlocked: 'false', search: '王' } }) },
  getPerson: onPerson(),
  createPerson: { good: (stage) => ({ body: { name: '李老师', signInName: stage.name(), password, role: 'viewer' } }) },
  editPerson: onPerson({ name: '改名', role: 'viewer', isBlocked: false }),
  resetPassword: onPerson({ password }),
  signPersonOut: onPerson(),
  deletePerson: onPerson(),
  listSignInWays: bare,
  beginSignIn: { good: () => ({ cookie: undefined, body: { way: 'wechat', next: '/live', isLink: false } }) },
  finishSignIn: {
    async good(stage) {
      const { query, cookie } = await stage.fromWechat();
      return { cookie, body: { query } };
    },
  },
  beginPhoneSignIn: { good: () => ({ cookie: undefined }) },
  takePhoneSignIn: { good: async (stage) => ({ cookie: (await phoneCode(stage)).cookie }) },
  seePhoneSignIn: { good: async (stage) => ({ body: { code: (await phoneCode(stage)).code } }) },
  answerPhoneSignIn: {
    async good(stage) {
      const { code } = await phoneCode(stage);
      await stage.done(routes.seePhoneSignIn, { body: { code } });
      return { body: { code, isConfirmed: true } };
    },
  },
  getSignInSettings: bare,
  setWechat: { good: () => ({ body: wechatSettings }) },
  createOidcProvider: { good: (stage) => ({ body: provider(stage) }) },
  editOidcProvider: onProvider({ label: '新名', secret: null }),
  testOidcProvider: onProvider(),
  deleteOidcProvider: {
    good: async (stage) => ({ params: { id: (await stage.done(routes.createOidcProvider, { body: provider(stage) })).id } }),
    absent: 'provider-not-found',
  },
  listApiTokens: { good: () => ({ query: { search: 'a', sort: 'name' } }) },
  createApiToken: { good: (stage) => ({ body: { name: stage.name(), scopes: ['read'], days: 30 } }) },
  revokeApiToken: {
    good: async (stage) => ({ params: { id: (await stage.done(routes.createApiToken, { body: { name: stage.name(), scopes: ['read'] } })).id } }),
    absent: 'token-not-found',
  },
  listAuditEntries: { good: () => ({ query: { operation: 'editChannel', target: 'x', from: '2026-09-01T00:00:00.000Z' } }) },
} satisfies Partial<Record<OperationName, Operation>>;
