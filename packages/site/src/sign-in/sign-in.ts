// Signing in with a service: out to it and back. What is needed on the way back is sealed in a cookie of the browser that
// began, so that no other can finish, and nothing waits here.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError, type Session, signInReturnPath } from '@lubo/contract';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { NewSession, Origin, Sessions } from '../auth/sessions.ts';
import { SealError, type Secrets } from '../secrets.ts';
import type { Clock } from '../time.ts';
import type { Identities } from './identities.ts';
import type { Oidc } from './oidc.ts';
import { type Profile, declined, expired } from './profile.ts';
import type { SignInSettings } from './settings.ts';
import { type WechatPlaces, wechatAddress, wechatProfile } from './wechat.ts';

/** Time that a person has at the service. */
export const attemptSeconds = 10 * 60;

const purpose = 'sign-in';

const Attempt = z.object({
  way: z.string(),
  redirectUri: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  /** Whose account the way is linked to; null when it is a sign-in. */
  personId: z.string().nullable(),
  until: z.number(),
});
type Attempt = z.infer<typeof Attempt>;

export type Begin = { way: string; next: string; siteUrl: string; personId: string | null };
export type Back = { query: string; pass: string | undefined; sessionToken: string | undefined; from: Origin };

export type SignIns = {
  ways(): Promise<{ wechat: boolean; wechatPage: boolean; oidc: { id: string; label: string }[] }>;
  /** Where the browser goes and what it must bring back. Throws AppError `way-not-found`, or what keeps the service from it. */
  begin(begin: Begin): Promise<{ url: string; pass: string }>;
  /** `begun` is a new session; with a link the one that there is stays. Throws AppError. */
  finish(back: Back): Promise<{ begun: NewSession | undefined; session: Session; next: string }>;
};

export type SignInsOptions = {
  clock: Clock;
  log: Logger;
  secrets: Secrets;
  sessions: Sessions;
  settings: SignInSettings;
  identities: Identities;
  oidc: Oidc;
  places: WechatPlaces;
};

/** The ways that `settings` hold. */
export function createSignIns(options: SignInsOptions): SignIns {
  const { clock, secrets, settings } = options;
  return {
    async ways() {
      const [wechat, providers] = [await settings.wechat(), await settings.providers()];
      return {
        wechat: wechat.isEnabled && wechat.appId !== '',
        wechatPage: wechat.isEnabled && wechat.pageAppId !== '',
        oidc: providers.filter((each) => each.isEnabled).map(({ id, label }) => ({ id, label })),
      };
    },
    async begin({ way, next, siteUrl, personId }) {
      const { url, checks } = await told(options.log, way, outward(options, way, `${siteUrl}${signInReturnPath}`));
      const attempt: Attempt = { ...checks, way, next, personId, until: clock.now() + attemptSeconds * 1000 };
      return { url, pass: secrets.seal(JSON.stringify(attempt), purpose) };
    },
    async finish({ query, pass, sessionToken, from }) {
      const attempt = attemptOf(secrets, pass);
      const given = new URLSearchParams(query);
      if (attempt === undefined || attempt.until <= clock.now() || !isSame(given.get('state'), attempt.state)) throw expired();
      const profile = await told(options.log, attempt.way, profileOf(options, attempt, query.replace(/^\?/, '')));
      const provider = attempt.way.startsWith('wechat') ? 'wechat' : attempt.way;
      if (attempt.personId !== null) return { ...(await link(options, provider, profile, attempt.personId, sessionToken)), next: attempt.next };
      const begun = await options.identities.signIn(provider, profile, from);
      return { begun, session: begun.session, next: attempt.next };
    },
  };
}

/** What ails a service is for the administrator to mend; people only learn that it does not work. */
async function told<T>(log: Logger, way: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (error instanceof AppError && error.kind === 'unavailable') {
      log.warn({ way, code: error.code, cause: error.cause instanceof Error ? error.cause.message : undefined }, error.message);
    }
    throw error;
  });
}

type Outward = { url: string; checks: Pick<Attempt, 'redirectUri' | 'state' | 'nonce' | 'verifier'> };

async function outward({ settings, oidc, places }: SignInsOptions, way: string, redirectUri: string): Promise<Outward> {
  if (way !== 'wechat' && way !== 'wechat-page') {
    const client = await settings.wayClient(way);
    if (client === undefined) throw noWay();
    return oidc.begin(client, redirectUri);
  }
  const app = await settings.wechatApp(way === 'wechat-page');
  if (app === undefined) throw noWay();
  const state = randomBytes(24).toString('base64url');
  return { url: wechatAddress(places, app.appId, way === 'wechat-page', { redirectUri, state }), checks: { redirectUri, state, nonce: '', verifier: '' } };
}

async function profileOf({ settings, oidc, places }: SignInsOptions, attempt: Attempt, query: string): Promise<Profile> {
  const { way } = attempt;
  if (way !== 'wechat' && way !== 'wechat-page') {
    const client = await settings.wayClient(way);
    if (client === undefined) throw noWay();
    return oidc.finish(client, attempt, query);
  }
  const app = await settings.wechatApp(way === 'wechat-page');
  if (app === undefined) throw noWay();
  return wechatProfile(places, app, new URLSearchParams(query));
}

/** Only for the person who began it, still signed in. */
async function link({ sessions, identities }: SignInsOptions, provider: string, profile: Profile, personId: string, token: string | undefined) {
  const session = token === undefined ? undefined : await sessions.find(token);
  if (session?.person.id !== personId) throw declined();
  await identities.link(provider, profile, personId);
  return { begun: undefined, session };
}

function attemptOf(secrets: Secrets, pass: string | undefined): Attempt | undefined {
  if (pass === undefined) return undefined;
  try {
    return Attempt.parse(JSON.parse(secrets.open(pass, purpose)));
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

function isSame(given: string | null, wanted: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function noWay(): AppError {
  return new AppError('not-found', 'way-not-found', 'This way to sign in is not set up.');
}
