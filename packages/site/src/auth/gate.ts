// The gate in front of every route: session cookie or API token, role or scope, and the origin of what browsers send (CSRF).
import { AppError, type Person, type Route, apiTokenPrefix, scopeOf } from '@lubo/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AgentIdentity } from '../agents/agents.ts';
import type { Gate, TokenCaller } from '../http/serve.ts';
import type { Sessions } from './sessions.ts';

export type GateOptions = {
  sessions: Sessions;
  /** Whose API token it is, if anybody's. */
  authenticateToken(token: string, ip: string): Promise<TokenCaller | undefined>;
  /** Of this installation: two on one host must not overwrite each other's cookies, which know no ports. */
  siteTag: string;
  publicUrl: string | undefined;
  /** Owner of an agent's bearer token. */
  agentOf(token: string): Promise<AgentIdentity | undefined>;
};

/** Name of the session's cookie. */
export function cookieName(siteTag: string): string {
  return `lubo_${siteTag}`;
}

/** Admits by session and role, or by token and scope. */
export function createGate({ sessions, authenticateToken, agentOf, siteTag, publicUrl }: GateOptions): Gate {
  const name = cookieName(siteTag);
  const publicOrigin = publicUrl === undefined ? undefined : new URL(publicUrl);
  const tokenOf = (request: FastifyRequest): string | undefined => request.cookies[name];
  const isSecure = (request: FastifyRequest): boolean => {
    if (request.protocol === 'https') return true;
    // A browser tells its page's scheme itself, where a proxy does not or is not trusted.
    const page = request.headers.origin ?? request.headers.referer;
    if (page !== undefined) return URL.canParse(page) && new URL(page).protocol === 'https:';
    // The public address may be HTTPS while this one came by an address of the local network.
    return publicOrigin?.protocol === 'https:' && request.host === publicOrigin.host;
  };
  const options = (request: FastifyRequest) => ({
    path: '/',
    httpOnly: true,
    sameSite: 'lax' as const,
    secure: isSecure(request),
  });
  const admitPerson = async (route: Route, request: FastifyRequest): Promise<Person | undefined> => {
    const token = tokenOf(request);
    let person: Person | undefined;
    if (route.access !== 'public') {
      person = token === undefined ? undefined : (await sessions.find(token))?.person;
      if (person === undefined) throw new AppError('unauthenticated', 'no-session', 'Sign in first.');
      requireRole(route, person);
    }
    if (token !== undefined && route.method !== 'GET' && !isOwnOrigin(request, publicOrigin)) {
      throw new AppError('denied', 'foreign-origin', 'This request came from another site. Behind a proxy, set site.publicUrl.');
    }
    return person;
  };

  const requireGather = async (request: FastifyRequest): Promise<AgentIdentity> => {
    const bearer = bearerOf(request);
    const agent = bearer === undefined ? undefined : await agentOf(bearer);
    if (agent === undefined) throw new AppError('unauthenticated', 'no-agent', 'A gather signs in with its own key.');
    if (agent.kind !== 'gather') throw new AppError('denied', 'not-a-gather', 'Only gathers may do this.');
    return agent;
  };

  return {
    tokenOf,
    requireGather,
    async admit(route, request) {
      if (route.access === 'gather') return { gather: await requireGather(request) };
      const token = apiTokenOf(request);
      if (token === undefined) return { person: await admitPerson(route, request) };
      // No browser sends this header by itself, so no other site can make one do so: the origin does not matter.
      const caller = await authenticateToken(token, request.ip);
      if (caller === undefined) throw new AppError('unauthenticated', 'wrong-token', 'This API token is unknown, revoked or expired.');
      requireScope(route, caller);
      return { token: caller };
    },
    setSession(request, reply: FastifyReply, token, expiresAt) {
      void reply.setCookie(name, token, { ...options(request), expires: new Date(expiresAt) });
    },
    clearSession: (request, reply) => void reply.clearCookie(name, options(request)),
    passOf: (request, pass) => request.cookies[`${name}_${pass}`],
    setPass(request, reply, pass, given) {
      const place = { ...options(request), path: '/api/' };
      if (given === undefined) void reply.clearCookie(`${name}_${pass}`, place);
      else void reply.setCookie(`${name}_${pass}`, given.value, { ...place, maxAge: given.seconds });
    },
    siteUrl: (request) => publicUrl?.replace(/\/+$/, '') ?? `${isSecure(request) ? 'https' : 'http'}://${request.host}`,
    isSecure,
  };
}

function isOwnOrigin(request: FastifyRequest, publicOrigin: URL | undefined): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return ['same-origin', 'none', undefined].includes(headerOf(request, 'sec-fetch-site'));
  const host = URL.canParse(origin) ? new URL(origin).host : undefined;
  return host !== undefined && (host === request.host || host === publicOrigin?.host);
}

function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer (\S{1,256})$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** The API token that the request carries; agents' keys look different. */
function apiTokenOf(request: FastifyRequest): string | undefined {
  const token = bearerOf(request);
  return token?.startsWith(apiTokenPrefix) ? token : undefined;
}

function requireRole(route: Route, person: Person): void {
  if (route.access !== 'admin' || person.role === 'admin') return;
  throw new AppError('denied', 'not-an-administrator', 'Only administrators may do this.');
}

function requireScope(route: Route, { scopes }: TokenCaller): void {
  if (route.access === 'public') return;
  const scope = scopeOf(route);
  if (scope === 'none') throw new AppError('denied', 'not-for-tokens', 'No API token may do this.');
  if (!scopes.includes(scope)) throw new AppError('denied', 'missing-scope', `This API token lacks the scope "${scope}".`);
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
