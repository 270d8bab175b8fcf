// Serves the contract's routes: access first, then validation with every wrong field told, then the room's handler.
import { AppError, type FieldError, type Person, type RequestOf, type ResponseOf, type Route } from '@lubo/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AgentIdentity } from '../agents/agents.ts';

/** Who calls, and how. */
export type Call = {
  /** Present when the route asks for a sign-in; public routes look for themselves. */
  person: Person | undefined;
  /** Present on routes for gathers. */
  gather: AgentIdentity | undefined;
  sessionToken: string | undefined;
  ip: string;
  /** Host name under which the caller reaches the site, without port. */
  hostname: string;
  /** Address of the site as the caller reaches it, or as the settings tell it, without a slash at its end. */
  siteUrl: string;
  /** The caller's page came over HTTPS: what it loads must too. */
  isSecure: boolean;
  setSession(token: string, expiresAt: number): void;
  clearSession(): void;
};

export type Handler<R extends Route> = (request: RequestOf<R>, call: Call) => Promise<ResponseOf<R>> | ResponseOf<R>;

/** Registers one operation. */
export type Serve = <R extends Route>(route: R, handler: Handler<R>) => void;

/** What guards the door and knows the cookie. */
export type Gate = {
  /** Throws AppError `unauthenticated` or `denied`; who it is, where the route asks. */
  admit(route: Route, request: FastifyRequest): Promise<Person | undefined>;
  /** The gather that sends this request, for what is no route of the contract (uploads, pictures). Throws AppError. */
  requireGather(request: FastifyRequest): Promise<AgentIdentity>;
  gatherOf(request: FastifyRequest): AgentIdentity | undefined;
  tokenOf(request: FastifyRequest): string | undefined;
  setSession(request: FastifyRequest, reply: FastifyReply, token: string, expiresAt: number): void;
  clearSession(request: FastifyRequest, reply: FastifyReply): void;
  siteUrl(request: FastifyRequest): string;
  /** Whether the caller's page came over HTTPS. */
  isSecure(request: FastifyRequest): boolean;
};

/** Serves routes on `app`. */
export function createServe(app: FastifyInstance, gate: Gate): Serve {
  const people = new WeakMap<FastifyRequest, Person>();
  return (route, handler) => {
    app.route({
      method: route.method,
      url: route.path,
      async onRequest(request) {
        const person = await gate.admit(route, request);
        if (person !== undefined) people.set(request, person);
      },
      async handler(request, reply) {
        const call: Call = {
          person: people.get(request),
          gather: gate.gatherOf(request),
          sessionToken: gate.tokenOf(request),
          ip: request.ip,
          hostname: request.hostname,
          siteUrl: gate.siteUrl(request),
          isSecure: gate.isSecure(request),
          setSession: (token, expiresAt) => gate.setSession(request, reply, token, expiresAt),
          clearSession: () => gate.clearSession(request, reply),
        };
        const answer = await handler(validate(route, request) as RequestOf<typeof route>, call);
        void reply.header('cache-control', 'no-store').code(route.status ?? (route.response === undefined ? 204 : 200));
        return reply.send(answer);
      },
    });
  };
}

/** The parts of a request in the route's shapes. Throws AppError that names every wrong field. */
export function validate(route: Route, request: { params: unknown; query: unknown; body: unknown }): { params: unknown; query: unknown; body: unknown } {
  const errors: FieldError[] = [];
  const part = (name: 'params' | 'query' | 'body'): unknown => {
    const schema = route[name];
    if (schema === undefined) return undefined;
    const parsed = schema.safeParse(request[name]);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) errors.push(fieldError([name, ...issue.path].join('.'), issue));
    return undefined;
  };
  const parts = { params: part('params'), query: part('query'), body: part('body') };
  if (errors.length === 0) return parts;
  const detail = errors.map((error) => `${error.path}: ${error.message}`).join('; ');
  throw new AppError('invalid', 'invalid-request', detail, { fields: errors });
}

/** What a shape finds fault with, as zod tells it. */
type Issue = { code?: string | undefined; message: string; origin?: unknown; minimum?: unknown; maximum?: unknown };

/** The same in the contract's words. */
function fieldError(path: string, { code, message, origin, minimum, maximum }: Issue): FieldError {
  const isText = origin === 'string';
  if (code === 'too_small') {
    // An empty text is one that was not given.
    if (isText && minimum === 1) return { path, message, code: 'needed' };
    return { path, message, code: isText ? 'too-short' : 'too-small', limit: Number(minimum) };
  }
  if (code === 'too_big') return { path, message, code: isText ? 'too-long' : 'too-big', limit: Number(maximum) };
  return { path, message, code: message.endsWith('received undefined') ? 'needed' : 'format' };
}
