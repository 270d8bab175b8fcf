// OpenID Connect (https://openid.net/specs/openid-connect-core-1_0.html): discovery, code flow with PKCE, state and nonce.
import type { Configuration } from 'openid-client';
import { AppError } from '@lubo/contract';
import { type Clock } from '../time.ts';
import { type Profile, declined, expired, pictureOf, plainName, refused, regionOf, unreachable } from './profile.ts';

/** A provider as this site uses it. */
export type OidcClient = { id: string; label: string; issuer: string; clientId: string; secret: string | undefined; scopes: string };

/** What the browser's way back is checked against. */
export type OidcChecks = { redirectUri: string; state: string; nonce: string; verifier: string };

const patienceSeconds = 8;
/** A provider's description is asked for again after this time. */
const keepMillis = 10 * 60 * 1000;
const maxKept = 100;

export type Oidc = {
  /** Where the browser goes, and what to check its way back against. Throws AppError. */
  begin(client: OidcClient, redirectUri: string): Promise<{ url: string; checks: OidcChecks }>;
  /** Who came back with this query. Throws AppError. */
  finish(client: OidcClient, checks: OidcChecks, query: string): Promise<Profile>;
  /** Asks the provider for its description, past what is kept. Throws AppError. */
  discover(client: OidcClient): Promise<void>;
};

// Loaded when a provider is used: most sites have none.
const library = () => import('openid-client');

/** Providers' descriptions are kept for ten minutes. */
export function createOidc(clock: Clock): Oidc {
  const kept = new Map<string, { until: number; configuration: Configuration }>();
  const configurationOf = async (client: OidcClient, isFresh = false): Promise<Configuration> => {
    const key = JSON.stringify([client.issuer, client.clientId, client.secret]);
    const found = kept.get(key);
    if (!isFresh && found !== undefined && found.until > clock.elapsed()) return found.configuration;
    const configuration = await discover(client);
    if (kept.size >= maxKept) kept.clear();
    kept.set(key, { until: clock.elapsed() + keepMillis, configuration });
    return configuration;
  };
  return {
    async begin(client, redirectUri) {
      const { buildAuthorizationUrl, calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } = await library();
      const configuration = await configurationOf(client);
      const checks = { redirectUri, state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      const url = buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: client.scopes,
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, checks };
    },
    async finish(client, { redirectUri, state, nonce, verifier }, query) {
      const { authorizationCodeGrant } = await library();
      const configuration = await configurationOf(client);
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
      try {
        const tokens = await authorizationCodeGrant(configuration, new URL(`${redirectUri}?${query}`), checks);
        const claims = tokens.claims();
        if (claims === undefined) throw new Error('no ID token');
        return profileOf({ ...claims, ...(await moreOf(configuration, tokens.access_token, claims.sub)) }, claims.sub);
      } catch (error) {
        throw problemOf(client, error);
      }
    },
    async discover(client) {
      await configurationOf(client, true);
    },
  };
}

async function discover(client: OidcClient): Promise<Configuration> {
  const { None, allowInsecureRequests, discovery } = await library();
  const authentication = client.secret === undefined ? None() : undefined;
  const issuer = new URL(client.issuer);
  const execute = issuer.protocol === 'http:' ? [allowInsecureRequests] : [];
  try {
    return await discovery(issuer, client.clientId, client.secret, authentication, { execute, timeout: patienceSeconds });
  } catch (error) {
    throw problemOf(client, error);
  }
}

/** What the provider tells of the person beside the ID token; a provider that tells nothing there is no fault. */
async function moreOf(configuration: Configuration, accessToken: string, subject: string): Promise<object> {
  if (configuration.serverMetadata().userinfo_endpoint === undefined) return {};
  const { fetchUserInfo } = await library();
  return fetchUserInfo(configuration, accessToken, subject);
}

function profileOf(claims: Record<string, unknown>, subject: string): Profile {
  const address = (claims['address'] ?? {}) as Record<string, unknown>;
  const names = [claims['name'], claims['nickname'], claims['preferred_username'], claims['email'], subject];
  return {
    subjects: [subject],
    name: names.map(plainName).find((each) => each !== undefined) ?? 'OpenID',
    pictureUrl: pictureOf(claims['picture']),
    region: regionOf(address['country'], address['region'], address['locality']),
  };
}

/** The library's faults by what they mean for people. */
function problemOf({ label }: OidcClient, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code, error: reason, error_description: description } = error as { code?: string; error?: string; error_description?: string };
  const why = `${reason ?? code ?? ''} ${description ?? ''}`.replace(/[^\x20-\x7e]/g, ' ').trim().slice(0, 200);
  if (code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR') {
    if (reason === 'access_denied' || reason === 'login_required' || reason === 'consent_required') return declined();
    return refused(label, why, error);
  }
  if (reason === 'invalid_grant') return expired(error);
  if (code === 'OAUTH_RESPONSE_BODY_ERROR' || code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') return refused(label, why, error);
  if (code === 'OAUTH_INVALID_RESPONSE' || code === 'OAUTH_JWT_CLAIM_COMPARISON_FAILED') return expired(error);
  return unreachable(label, error);
}
