// The gate in front of every route: session cookie, role, and the origin of what browsers send (CSRF).
import { AppError, type Person, type Route } from '@lubo/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AgentIdentity } from '../agents/agents.ts';
import type { Gate } from '../http/serve.ts';
import type { Sessions } from './sessions.ts';

export type GateOptions = {
  sessions: Sessions;
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

/** Admits by session and role. */
export function createGate({ sessions, siteTag, publicUrl, agentOf }: GateOptions): Gate {
  const name = cookieName(siteTag);
  const publicOrigin = publicUrl === undefined ? undefined : new URL(publicUrl);
  const tokenOf = (request: FastifyRequest): string | undefined => request.cookies[name];
  const options = (request: FastifyRequest) => ({
    path: '/',
    httpOnly: true,
    sameSite: 'lax' as const,
    secure: isSecure(request),
  });
  const isSecure = (request: FastifyRequest): boolean => {
    if (request.protocol === 'https') return true;
    // A browser tells its page's scheme itself, where a proxy does not or is not trusted.
    const page = request.headers.origin ?? request.headers.referer;
    if (page !== undefined) return URL.canParse(page) && new URL(page).protocol === 'https:';
    // The public address may be HTTPS while this one came by an address of the local network.
    return publicOrigin?.protocol === 'https:' && request.host === publicOrigin.host;
  };
  const isOwnOrigin = (request: FastifyRequest): boolean => {
    const { origin } = request.headers;
    if (origin === undefined) return ['same-origin', 'none', undefined].includes(headerOf(request, 'sec-fetch-site'));
    const host = URL.canParse(origin) ? new URL(origin).host : undefined;
    return host !== undefined && (host === request.host || host === publicOrigin?.host);
  };

  const gathers = new WeakMap<FastifyRequest, AgentIdentity>();
  const requireGather = async (request: FastifyRequest): Promise<AgentIdentity> => {
    const bearer = /^Bearer (\S{1,256})$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
    const agent = bearer === undefined ? undefined : await agentOf(bearer);
    if (agent === undefined) throw new AppError('unauthenticated', 'no-agent', 'A gather signs in with its own key.');
    if (agent.kind !== 'gather') throw new AppError('denied', 'not-a-gather', 'Only gathers may do this.');
    gathers.set(request, agent);
    return agent;
  };

  return {
    tokenOf,
    requireGather,
    gatherOf: (request) => gathers.get(request),
    async admit(route, request) {
      const token = tokenOf(request);
      let person: Person | undefined;
      if (route.access === 'gather') {
        await requireGather(request);
      } else if (route.access !== 'public') {
        person = token === undefined ? undefined : (await sessions.find(token))?.person;
        if (person === undefined) throw new AppError('unauthenticated', 'no-session', 'Sign in first.');
        requireRole(route, person);
      }
      if (token !== undefined && route.method !== 'GET' && !isOwnOrigin(request)) {
        throw new AppError('denied', 'foreign-origin', 'This request came from another site. Behind a proxy, set site.publicUrl.');
      }
      return person;
    },
    setSession(request, reply: FastifyReply, token, expiresAt) {
      void reply.setCookie(name, token, { ...options(request), expires: new Date(expiresAt) });
    },
    clearSession: (request, reply) => void reply.clearCookie(name, options(request)),
    siteUrl: (request) => publicUrl?.replace(/\/+$/, '') ?? `${isSecure(request) ? 'https' : 'http'}://${request.host}`,
    isSecure,
  };
}

function requireRole(route: Route, person: Person): void {
  if (route.access !== 'admin' || person.role === 'admin') return;
  throw new AppError('denied', 'not-an-administrator', 'Only administrators may do this.');
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
