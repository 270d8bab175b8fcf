// The room's parts, joined: settings, services, phones.
import type { Logger } from 'pino';
import type { Sessions } from '../auth/sessions.ts';
import type { Db } from '../db/tables.ts';
import type { Secrets } from '../secrets.ts';
import type { Clock } from '../time.ts';
import { createIdentities } from './identities.ts';
import { type Oidc, createOidc } from './oidc.ts';
import { type PhoneSignIns, createPhoneSignIns } from './phone.ts';
import { type SignInSettings, createSignInSettings } from './settings.ts';
import { type SignIns, createSignIns } from './sign-in.ts';
import type { WechatPlaces } from './wechat.ts';

/** Ways to sign in beside a password. */
export type Identified = { signIns: SignIns; phones: PhoneSignIns; signInSettings: SignInSettings; oidc: Oidc };

/** `places` is where WeChat is. */
export type IdentifiedOptions = { db: Db; clock: Clock; log: Logger; secrets: Secrets; sessions: Sessions; places: WechatPlaces };

/** The room over `db`. */
export function createIdentified(options: IdentifiedOptions): Identified {
  const signInSettings = createSignInSettings(options);
  const oidc = createOidc(options.clock);
  const identities = createIdentities(options);
  const signIns = createSignIns({ ...options, settings: signInSettings, identities, oidc });
  return { signIns, phones: createPhoneSignIns(options), signInSettings, oidc };
}
