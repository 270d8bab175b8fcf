// Ways to sign in beside a password: WeChat, OpenID Connect, and a phone that is signed in already.
import { z } from 'zod';
import { Session } from './auth.ts';
import { route } from './route.ts';
import { Id, IdParams, Moment, Name } from './shape.ts';

/** Page that a sign-in service sends the browser back to; its address must be registered there. */
export const signInReturnPath = '/sign-in/return';
/** Page that a phone opens by scanning; the code stands behind the `#`. */
export const phoneSignInPath = '/sign-in/phone';

/** `wechat` by a QR code on a PC, `wechat-page` within WeChat's own browser, else the id of an OpenID provider. */
const WayId = z.union([z.enum(['wechat', 'wechat-page']), Id]);

/** Where to go afterwards: an address of this site. */
const Next = z.string().max(512).regex(/^\/(?![/\\])/, 'must be an address of this site');

const code = z.object({ code: z.string().min(1).max(64) });

export const signInRoutes = {
  listSignInWays: route({
    method: 'GET',
    path: '/api/sign-in-ways',
    access: 'public',
    summary: 'The ways to sign in that are set up, beside a password.',
    response: z.object({
      wechat: z.boolean().describe('by a QR code that WeChat scans'),
      wechatPage: z.boolean().describe('within WeChat\'s own browser'),
      oidc: z.array(z.object({ id: Id, label: z.string() })),
    }),
  }),
  beginSignIn: route({
    method: 'POST',
    path: '/api/sign-ins',
    access: 'public',
    summary: 'Begins a sign-in with a service: where the browser must go. With isLink the service is added to the own account.',
    body: z.object({ way: WayId, next: Next.default('/'), isLink: z.boolean().default(false) }),
    response: z.object({ url: z.url() }),
  }),
  finishSignIn: route({
    method: 'POST',
    path: '/api/sign-ins/finish',
    access: 'public',
    summary: 'Finishes it with the query that the service sent the browser back with.',
    body: z.object({ query: z.string().max(4096) }),
    response: z.object({ session: Session, next: z.string(), isLink: z.boolean() }),
  }),
  beginPhoneSignIn: route({
    method: 'POST',
    path: '/api/phone-sign-ins',
    access: 'public',
    summary: 'Makes a one-time code that a phone which is signed in can confirm within two minutes.',
    response: z.object({ url: z.url(), expiresAt: Moment }),
    status: 201,
  }),
  takePhoneSignIn: route({
    method: 'POST',
    path: '/api/phone-sign-ins/take',
    access: 'public',
    summary: 'Tells how far it is, to the browser that began it; once it is confirmed, signs in.',
    response: z.object({ state: z.enum(['waiting', 'seen', 'refused', 'expired', 'done']), session: Session.nullable() }),
  }),
  seePhoneSignIn: route({
    method: 'POST',
    path: '/api/phone-sign-ins/see',
    access: 'viewer',
    scope: 'none',
    summary: 'Who asks to be signed in, for the phone that scanned the code.',
    body: code,
    response: z.object({ ip: z.string(), userAgent: z.string(), createdAt: Moment, expiresAt: Moment }),
  }),
  answerPhoneSignIn: route({
    method: 'POST',
    path: '/api/phone-sign-ins/answer',
    access: 'viewer',
    scope: 'none',
    summary: 'Confirms or refuses; the code works once.',
    body: code.extend({ isConfirmed: z.boolean() }),
  }),
};

/** An app id and its secret; a secret that was kept is never shown, and stays when it is left out. */
const AppId = z.string().trim().max(64).regex(/^\w*$/, 'letters, digits and _ only');
const Secret = z.string().trim().min(1).max(512);

export const WechatSettings = z.object({
  isEnabled: z.boolean(),
  /** Of the website application at open.weixin.qq.com; empty: no QR code. */
  appId: z.string(),
  hasSecret: z.boolean(),
  /** Of the official account at mp.weixin.qq.com; empty: no sign-in within WeChat's own browser. */
  pageAppId: z.string(),
  hasPageSecret: z.boolean(),
});
export type WechatSettings = z.infer<typeof WechatSettings>;

const Scopes = z
  .string()
  .trim()
  .max(256)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'words separated by single spaces')
  .refine((text) => text.split(' ').includes('openid'), 'must have openid');
const Issuer = z.url({ protocol: /^https?$/, error: 'an address like https://id.school.example' }).max(512);

export const OidcProvider = z.object({
  id: Id,
  label: Name,
  issuer: z.string(),
  clientId: z.string(),
  hasSecret: z.boolean(),
  scopes: z.string(),
  isEnabled: z.boolean(),
});
export type OidcProvider = z.infer<typeof OidcProvider>;

const oidcFields = {
  label: Name,
  issuer: Issuer,
  clientId: z.string().trim().min(1).max(256),
  /** Left out for public clients; null takes a kept one away. */
  secret: Secret.nullable().optional(),
  isEnabled: z.boolean(),
};

const settings = { access: 'admin', scope: 'people' } as const;

export const signInSettingsRoutes = {
  getSignInSettings: route({
    method: 'GET',
    path: '/api/sign-in-settings',
    ...settings,
    summary: 'How people can sign in, without the secrets.',
    response: z.object({
      /** What to enter at the services as the address to come back to. */
      returnUrl: z.string(),
      wechat: WechatSettings,
      oidc: z.array(OidcProvider),
    }),
  }),
  setWechat: route({
    method: 'PUT',
    path: '/api/sign-in-settings/wechat',
    ...settings,
    summary: 'Sets up signing in by WeChat; secrets left out stay as they are.',
    body: z.object({ isEnabled: z.boolean(), appId: AppId, secret: Secret.optional(), pageAppId: AppId, pageSecret: Secret.optional() }),
    response: WechatSettings,
  }),
  createOidcProvider: route({
    method: 'POST',
    path: '/api/oidc-providers',
    ...settings,
    summary: 'Adds an OpenID provider.',
    body: z.object({ ...oidcFields, scopes: Scopes.default('openid profile'), isEnabled: z.boolean().default(true) }),
    response: OidcProvider,
    status: 201,
  }),
  editOidcProvider: route({
    method: 'PATCH',
    path: '/api/oidc-providers/:id',
    ...settings,
    summary: 'Changes an OpenID provider; fields left out stay.',
    params: IdParams,
    body: z.object({ ...oidcFields, scopes: Scopes }).partial(),
    response: OidcProvider,
  }),
  testOidcProvider: route({
    method: 'POST',
    path: '/api/oidc-providers/:id/test',
    ...settings,
    changesNothing: true,
    summary: 'Asks the provider for its description, as a sign-in would.',
    params: IdParams,
    response: z.object({ isReachable: z.boolean(), detail: z.string() }),
  }),
  deleteOidcProvider: route({
    method: 'DELETE',
    path: '/api/oidc-providers/:id',
    ...settings,
    summary: 'Removes an OpenID provider, and with it this way in of everybody who used it.',
    params: IdParams,
  }),
};
