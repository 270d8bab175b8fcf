// HTTP of the ways to sign in, and of their settings.
import { AppError, routes, signInReturnPath } from '@lubo/contract';
import type { AddressLimit } from '../auth/address-limit.ts';
import { personOfCall } from '../auth/caller.ts';
import type { Greet } from '../auth/routes.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Call, Serve } from '../http/serve.ts';
import type { Oidc } from './oidc.ts';
import { type PhoneSignIns, codeSeconds } from './phone.ts';
import type { SignInSettings } from './settings.ts';
import { type SignIns, attemptSeconds } from './sign-in.ts';

export type SignInRoutesOptions = {
  signIns: SignIns;
  phones: PhoneSignIns;
  signInSettings: SignInSettings;
  oidc: Oidc;
  sessions: Sessions;
  greet: Greet;
  limit: AddressLimit;
};

/** Registers the room's operations. */
export function signInRoutes(serve: Serve, options: SignInRoutesOptions): void {
  serviceRoutes(serve, options);
  phoneRoutes(serve, options);
  settingsRoutes(serve, options);
}

function serviceRoutes(serve: Serve, { signIns, sessions, greet, limit }: SignInRoutesOptions): void {
  serve(routes.listSignInWays, () => signIns.ways());
  serve(routes.beginSignIn, async ({ body }, call) => {
    await limit.count(call.ip);
    const personId = body.isLink ? await signedIn(sessions, call) : null;
    const { url, pass } = await signIns.begin({ way: body.way, next: body.next, siteUrl: call.siteUrl, personId });
    call.setPass('way', { value: pass, seconds: attemptSeconds });
    return { url };
  });
  serve(routes.finishSignIn, async ({ body }, call) => {
    await limit.count(call.ip);
    const { begun, session, next } = await signIns.finish({ query: body.query, pass: call.passOf('way'), sessionToken: call.sessionToken, from: call });
    if (begun !== undefined) await greet(call, begun);
    call.setPass('way');
    return { session, next, isLink: begun === undefined };
  });
}

async function signedIn(sessions: Sessions, { sessionToken }: Call): Promise<string> {
  const session = sessionToken === undefined ? undefined : await sessions.find(sessionToken);
  if (session === undefined) throw new AppError('unauthenticated', 'no-session', 'Sign in first.');
  return session.person.id;
}

function phoneRoutes(serve: Serve, { phones, greet, limit }: SignInRoutesOptions): void {
  serve(routes.beginPhoneSignIn, async (_request, call) => {
    await limit.count(call.ip);
    const { url, pass, expiresAt } = await phones.begin(call.siteUrl, call);
    call.setPass('phone', { value: pass, seconds: codeSeconds });
    return { url, expiresAt };
  });
  serve(routes.takePhoneSignIn, async (_request, call) => {
    const { state, begun, session } = await phones.take(call.passOf('phone'));
    if (begun !== undefined) await greet(call, begun);
    if (state !== 'waiting' && state !== 'seen') call.setPass('phone');
    return { state, session };
  });
  serve(routes.seePhoneSignIn, ({ body }, call) => phones.see(body.code, personOfCall(call).id));
  serve(routes.answerPhoneSignIn, ({ body }, call) => phones.answer(body.code, personOfCall(call).id, body.isConfirmed));
}

function settingsRoutes(serve: Serve, { signInSettings, oidc }: SignInRoutesOptions): void {
  serve(routes.getSignInSettings, async (_request, { siteUrl }) => ({
    returnUrl: `${siteUrl}${signInReturnPath}`,
    wechat: await signInSettings.wechat(),
    oidc: await signInSettings.providers(),
  }));
  serve(routes.setWechat, ({ body }) => signInSettings.setWechat(body));
  serve(routes.createOidcProvider, ({ body }) => signInSettings.createProvider(body));
  serve(routes.editOidcProvider, ({ params, body }) => signInSettings.editProvider(params.id, body));
  serve(routes.testOidcProvider, async ({ params }) => {
    const client = await signInSettings.client(params.id);
    try {
      await oidc.discover(client);
      return { isReachable: true, detail: '' };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { cause } = error;
      return { isReachable: false, detail: `${error.message} ${cause instanceof Error ? cause.message : ''}`.trim().slice(0, 500) };
    }
  });
  serve(routes.deleteOidcProvider, ({ params }) => signInSettings.removeProvider(params.id));
}
