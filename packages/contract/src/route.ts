// The type of one HTTP operation. The site serves, the web calls and OpenAPI documents the same table of these.
import { z } from 'zod';

/** Who may call: anyone, any signed-in person, administrators only, gathers with their key (`Authorization: Bearer <id>.<key>`). */
export type Access = 'public' | 'viewer' | 'admin' | 'gather';

/**
 * What an API token may do: see everything that administrators see; change the school, its channels and recordings; see and
 * change people, sign-in and the audit log.
 */
export const TokenScope = z.enum(['read', 'write', 'people']);
export type TokenScope = z.infer<typeof TokenScope>;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One HTTP operation. `path` is written `/api/channels/:id`; `params` has a key for each `:name`. */
export type Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
> = {
  method: Method;
  path: `/api/${string}`;
  access: Access;
  /** Scope that an API token needs: `read` for GET and `write` for the rest unless said otherwise; `none`: people only. */
  scope?: TokenScope | 'none';
  /** Asks only, though its method is not GET: a token needs `read`, and the audit log passes it over. */
  changesNothing?: true;
  /** Agents call it, though it is open to anyone. */
  isForAgents?: true;
  /** One sentence for the documentation. */
  summary: string;
  params?: Params;
  query?: Query;
  body?: Body;
  /** Absent: the answer is 204 without a body. */
  response?: Response;
  /** HTTP status of success; 200 with a response, 204 without, unless said otherwise. */
  status?: 200 | 201 | 202 | 204;
};

/** Declares a route and keeps the exact types of its parts. */
export function route<
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
  Response extends z.ZodType = z.ZodVoid,
>(definition: Route<Params, Query, Body, Response>): Route<Params, Query, Body, Response> {
  return definition;
}

type In<T> = T extends z.ZodUndefined ? undefined : T extends z.ZodType ? z.input<T> : undefined;
type Out<T> = T extends z.ZodUndefined ? undefined : T extends z.ZodType ? z.output<T> : undefined;

/** What a caller of a route passes: only the parts that the route has. */
export type CallOf<R> = R extends Route<infer P, infer Q, infer B>
  ? (In<P> extends undefined ? unknown : { params: In<P> }) &
      (In<Q> extends undefined ? unknown : { query?: In<Q> }) &
      (In<B> extends undefined ? unknown : { body: In<B> })
  : never;

/** What a handler of a route is given after validation. */
export type RequestOf<R> = R extends Route<infer P, infer Q, infer B>
  ? { params: Out<P>; query: Out<Q>; body: Out<B> }
  : never;

/** What a route answers. */
export type ResponseOf<R> = R extends Route<z.ZodType, z.ZodType, z.ZodType, infer T>
  ? T extends z.ZodVoid
    ? void
    : z.output<T>
  : never;

/** What an API token needs to call a route; `none`: no token may. Public routes ask nobody. */
export function scopeOf({ scope, method, changesNothing }: Pick<Route, 'scope' | 'method' | 'changesNothing'>): TokenScope | 'none' {
  return scope ?? (method === 'GET' || changesNothing ? 'read' : 'write');
}

/** Creates take an `Idempotency-Key`: made once, however often it is asked for. Those open to anyone keep no keys. */
export function takesIdempotencyKey({ access, method, status }: Pick<Route, 'access' | 'method' | 'status'>): boolean {
  return access !== 'public' && method === 'POST' && status === 201;
}

/** Agents of later versions may send fields that this site does not know: they are passed over. Elsewhere such fields are refused. */
export function passesOverUnknown({ access, isForAgents }: Pick<Route, 'access' | 'isForAgents'>): boolean {
  return access === 'gather' || isForAgents === true;
}
