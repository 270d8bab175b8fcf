// HTTP of the auth room.
import { routes } from '@lubo/contract';
import type { Call, Serve } from '../http/serve.ts';
import { type Accounts, signInName } from './accounts.ts';
import type { NewSession, Sessions } from './sessions.ts';
import type { SignInLimit } from './sign-in-limit.ts';

export type AuthRoutesOptions = { accounts: Accounts; sessions: Sessions; limit: SignInLimit };

/** Registers the room's operations. */
export function authRoutes(serve: Serve, { accounts, sessions, limit }: AuthRoutesOptions): void {
  const greet = createGreet(sessions);

  serve(routes.getSetUp, async () => ({ isNeeded: await accounts.isSetUpNeeded() }));
  serve(routes.setUp, async ({ body }, call) => {
    await limit.begin('', call.ip);
    const begun = await accounts.setUp(body, call);
    await limit.succeed('', call.ip);
    return greet(call, begun);
  });
  serve(routes.signIn, async ({ body }, call) => {
    const name = signInName(body.name);
    await limit.begin(name, call.ip);
    const begun = await accounts.signIn(name, body.password, call);
    await limit.succeed(name, call.ip);
    return greet(call, begun);
  });
  serve(routes.getSession, async (_request, call) => {
    const session = call.sessionToken === undefined ? undefined : await sessions.find(call.sessionToken);
    return { session: session ?? null };
  });
  serve(routes.signOut, async (_request, call) => {
    if (call.sessionToken === undefined) return;
    await sessions.end(call.sessionToken);
    call.clearSession();
  });
}

/** Puts a session that has just begun into the caller's cookie. */
export type Greet = (call: Call, begun: NewSession) => Promise<NewSession['session']>;

/** Whoever signs in anew leaves the older session behind. */
export function createGreet(sessions: Sessions): Greet {
  return async (call, { token, expiresAt, session }) => {
    if (call.sessionToken !== undefined) await sessions.end(call.sessionToken);
    call.setSession(token, expiresAt);
    return session;
  };
}
