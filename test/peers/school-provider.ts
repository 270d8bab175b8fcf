// A school's own OpenID provider for tests: npm oidc-provider, in this process on loopback. Whoever comes is signed in at once.
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export const oidcClient = { clientId: 'lubo', secret: 'a secret of the client' };

export type SchoolProvider = {
  issuer: string;
  /** Who sits at the browser; claims by account. */
  accounts: Record<string, Record<string, unknown>>;
  account: string;
  mood: 'consent' | 'refuse';
  /** Goes through the provider's pages as a browser does, from the address to begin at to the one it sends back to. */
  visit(url: string): Promise<URL>;
  close(): Promise<void>;
};

/** Knows one client, which comes back to `redirectUri`; a code lives `codeSeconds`. */
export async function startSchoolProvider(redirectUri: string, { codeSeconds = 60 } = {}): Promise<SchoolProvider> {
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const school: Omit<SchoolProvider, 'visit' | 'close'> = { issuer, accounts: { t1: { name: '王老师' } }, account: 't1', mood: 'consent' };
  const provider = new Provider(issuer, {
    clients: [{ client_id: oidcClient.clientId, client_secret: oidcClient.secret, redirect_uris: [redirectUri], token_endpoint_auth_method: 'client_secret_post' }],
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['name', 'picture', 'nickname', 'preferred_username'], address: ['address'], email: ['email'] },
    scopes: ['openid', 'profile', 'address', 'email'],
    cookies: { keys: ['a key for tests'] },
    ttl: { AuthorizationCode: codeSeconds, Interaction: 60, Session: 60, Grant: 60, AccessToken: 60, IdToken: 60 },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, ...school.accounts[id] }) }),
  });
  const callback = provider.callback();
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!request.url?.startsWith('/interaction/')) return callback(request, response);
    const { prompt, params } = await provider.interactionDetails(request, response);
    if (school.mood === 'refuse') return provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'the person said no' });
    if (prompt.name === 'login') return provider.interactionFinished(request, response, { login: { accountId: school.account } });
    const grant = new provider.Grant({ accountId: school.account, clientId: params['client_id'] ?? '' });
    grant.addOIDCScope(params['scope'] ?? '');
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  }
  return Object.assign(school, {
    visit: (url: string) => walk(url, redirectUri),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

async function walk(from: string, end: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = from;
  for (let step = 0; step < 12; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${response.status} at ${url}: ${(await response.text()).slice(0, 500)}`);
    url = new URL(location, url).href;
    if (url.startsWith(end)) return new URL(url);
  }
  throw new Error('too many steps');
}
