// Serves the contract's routes: access first, then validation with every wrong field told, then the room's handler; what
// administrators changed is noted, and a create that is asked for again is answered again instead of done again.
import { type Person, type RequestOf, type ResponseOf, type Route, type TokenScope, type WrongField, passesOverUnknown, takesIdempotencyKey, wrongFields } from '@lubo/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AgentIdentity } from '../agents/agents.ts';
import { fieldErrorOf } from './field-error.ts';

/** A program that calls with an API token. */
export type TokenCaller = { id: string; name: string; scopes: readonly TokenScope[] };

/** Who was let in: a person, a program, a gather, or nobody in particular where the route is public. */
export type Admission = { person?: Person | undefined; token?: TokenCaller | undefined; gather?: AgentIdentity | undefined };

/** What a browser carries beside its session: short-lived secrets through a sign-in, and which viewer it is when views are counted. */
export type PassName = 'way' | 'phone' | 'viewer';

/** Who calls, and how. */
export type Call = Admission & {
  sessionToken: string | undefined;
  ip: string;
  /** As the browser or program calls itself; at most 256 characters. */
  userAgent: string;
  /** Host name under which the caller reaches the site, without port. */
  hostname: string;
  /** Address of the site as the caller reaches it, or as the settings tell it, without a slash at its end. */
  siteUrl: string;
  /** The caller's page came over HTTPS: what it loads must too. */
  isSecure: boolean;
  /** The browser asks ahead, nobody looks yet. */
  isPrefetch: boolean;
  setSession(token: string, expiresAt: number): void;
  clearSession(): void;
  passOf(name: PassName): string | undefined;
  /** Without a value it is taken away. */
  setPass(name: PassName, pass?: { value: string; seconds: number }): void;
};

export type Handler<R extends Route> = (request: RequestOf<R>, call: Call) => Promise<ResponseOf<R>> | ResponseOf<R>;

/** Registers one operation. */
export type Serve = <R extends Route>(route: R, handler: Handler<R>) => void;

/** What guards the door and knows the cookies. */
export type Gate = {
  /** Throws AppError `unauthenticated` or `denied`; who it is, where the route asks. */
  admit(route: Route, request: FastifyRequest): Promise<Admission>;
  /** The gather that sends this request, for what is no route of the contract (uploads, pictures). Throws AppError. */
  requireGather(request: FastifyRequest): Promise<AgentIdentity>;
  tokenOf(request: FastifyRequest): string | undefined;
  setSession(request: FastifyRequest, reply: FastifyReply, token: string, expiresAt: number): void;
  clearSession(request: FastifyRequest, reply: FastifyReply): void;
  passOf(request: FastifyRequest, name: PassName): string | undefined;
  setPass(request: FastifyRequest, reply: FastifyReply, name: PassName, pass?: { value: string; seconds: number }): void;
  siteUrl(request: FastifyRequest): string;
  /** Whether the caller's page came over HTTPS. */
  isSecure(request: FastifyRequest): boolean;
};

/** A request in the route's shapes. */
export type Parts = { params: unknown; query: unknown; body: unknown };

/** What is kept of requests: changes by administrators, and answers to creates that may be asked for again. */
export type Ledger = {
  /** An administrator, or a program, has changed something. Never throws. */
  note(done: { route: Route; parts: Parts; answer: unknown; call: Call }): Promise<void>;
  /** Makes it, or answers as it did for the same key, caller and request. Throws AppError for a key with another request. */
  once(create: { key: string; route: Route; parts: Parts; call: Call }, make: () => Promise<unknown>): Promise<{ answer: unknown; isRepeat: boolean }>;
};

/** Serves routes on `app`. */
export function createServe(app: FastifyInstance, gate: Gate, ledger: Ledger): Serve {
  const admissions = new WeakMap<FastifyRequest, Admission>();
  return (route, handler) => {
    app.route({
      method: route.method,
      url: route.path,
      async onRequest(request) {
        admissions.set(request, await gate.admit(route, request));
      },
      async handler(request, reply) {
        const call: Call = { ...admissions.get(request), ...callOf(gate, request, reply) };
        const parts = validate(route, request);
        const make = async (): Promise<unknown> => handler(parts as RequestOf<typeof route>, call);
        const key = takesIdempotencyKey(route) ? request.headers['idempotency-key'] : undefined;
        const { answer, isRepeat } =
          key === undefined ? { answer: await make(), isRepeat: false } : await ledger.once({ key: String(key), route, parts, call }, make);
        if (isRepeat) void reply.header('idempotency-replayed', 'true');
        else if (isChange(route)) await ledger.note({ route, parts, answer, call });
        void reply.header('cache-control', 'no-store').code(route.status ?? (route.response === undefined ? 204 : 200));
        return reply.send(answer);
      },
    });
  };
}

/** What the audit log tells of. */
function isChange({ access, method, changesNothing }: Route): boolean {
  return access === 'admin' && method !== 'GET' && changesNothing !== true;
}

function callOf(gate: Gate, request: FastifyRequest, reply: FastifyReply): Omit<Call, keyof Admission> {
  return {
    sessionToken: gate.tokenOf(request),
    ip: request.ip,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 256),
    hostname: request.hostname,
    siteUrl: gate.siteUrl(request),
    isSecure: gate.isSecure(request),
    isPrefetch: /prefetch|prerender/.test(String(request.headers['sec-purpose'] ?? request.headers['purpose'] ?? request.headers['x-moz'] ?? '')),
    setSession: (token, expiresAt) => gate.setSession(request, reply, token, expiresAt),
    clearSession: () => gate.clearSession(request, reply),
    passOf: (name) => gate.passOf(request, name),
    setPass: (name, pass) => gate.setPass(request, reply, name, pass),
  };
}

/**
 * What no field may hold, and what nobody asked for: NUL and halves of a character, which databases and answers would each take
 * in their own way, and fields that the shape lets fall, since a mistyped name must not pass in silence.
 */
function flawsOf(path: string, given: unknown, taken: unknown): WrongField[] {
  if (typeof given === 'string' && (!given.isWellFormed() || given.includes('\0'))) return [{ path, message: 'must be Unicode text without NUL', code: 'format' }];
  if (typeof given !== 'object' || given === null || typeof taken !== 'object' || taken === null) return [];
  return Object.entries(given).flatMap(([name, value]) => {
    const place = `${path}.${name}`;
    if (Object.hasOwn(taken, name)) return flawsOf(place, value, taken[name as keyof typeof taken]);
    return [{ path: place, message: 'there is no such field', code: 'no-such-field' as const }];
  });
}

/** Most wrong fields that one answer tells. */
const maxErrors = 100;

/** The parts of a request in the route's shapes. Throws AppError that names every wrong field. */
export function validate(route: Route, request: Parts): Parts {
  const errors: WrongField[] = [];
  const part = (name: 'params' | 'query' | 'body'): unknown => {
    const schema = route[name];
    if (schema === undefined) return undefined;
    const parsed = schema.safeParse(request[name]);
    if (parsed.success) {
      if (name !== 'params' && !passesOverUnknown(route)) errors.push(...flawsOf(name, request[name], parsed.data));
      return parsed.data;
    }
    for (const issue of parsed.error.issues) errors.push(fieldErrorOf(name, issue));
    return undefined;
  };
  const parts = { params: part('params'), query: part('query'), body: part('body') };
  if (errors.length === 0) return parts;
  throw wrongFields(...errors.slice(0, maxErrors));
}
