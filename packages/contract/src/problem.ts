// Errors of requests: the classes that rooms throw and the body (RFC 9457, application/problem+json) that callers see.
import { z } from 'zod';
import type { ProblemCode } from './problem-code.ts';
import { Usage } from './usage.ts';

export const problemKinds = ['invalid', 'unauthenticated', 'denied', 'not-found', 'gone', 'conflict', 'too-many', 'unavailable'] as const;
export type ProblemKind = (typeof problemKinds)[number];

/** What may be wrong with a field. `unknown`: it names a thing that is not there; `no-such-field`: nobody knows the field itself. */
export const fieldCodes = [
  'needed', 'format', 'too-short', 'too-long', 'too-small', 'too-big', 'too-few', 'too-many', 'taken', 'unknown', 'no-such-field', 'order', 'overlap',
  'no-picture', 'picture-too-large', 'unfit',
] as const;
export type FieldCode = (typeof fieldCodes)[number];

/**
 * One wrong field: where (`body.name`, `query.page`) and what is wrong with it. `code` says the same to programs and
 * translations; `too-…` come with their `limit`.
 */
export const FieldError = z.object({ path: z.string(), message: z.string(), code: z.string().optional(), limit: z.number().optional() });
export type FieldError = z.infer<typeof FieldError>;
/** The same as the site tells it: always with a code that there is. */
export type WrongField = FieldError & { code: FieldCode };

/** What another saved while a change was being made: which revision, when and by whom. */
export const Meanwhile = z.object({ revision: z.int(), savedAt: z.string().nullable(), savedBy: z.string().nullable() });
export type Meanwhile = z.infer<typeof Meanwhile>;

export const Problem = z.object({
  type: z.string().describe('URI reference that names the kind of problem'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().describe('stable name of the very problem, for programs and translations'),
  errors: z.array(FieldError).optional(),
  usage: Usage.optional().describe('what hangs on the thing that was to be deleted'),
  meanwhile: Meanwhile.optional().describe('what another saved meanwhile'),
});
export type Problem = z.infer<typeof Problem>;

const statusOf: Record<ProblemKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  denied: 403,
  'not-found': 404,
  gone: 410,
  conflict: 409,
  'too-many': 429,
  unavailable: 503,
};

/** A request that can't be fulfilled, by the caller's fault or ours; becomes a problem at the HTTP boundary. */
export class AppError extends Error {
  readonly kind: ProblemKind;
  /** Stable name of the very problem. */
  readonly code: ProblemCode;
  readonly fields: readonly WrongField[];
  /** Seconds after which a further try makes sense, for `too-many` and `unavailable`. */
  readonly retryAfterSeconds: number | undefined;
  /** Why a thing can't be deleted just so. */
  readonly usage: Usage | undefined;
  /** What another saved meanwhile. */
  readonly meanwhile: Meanwhile | undefined;

  constructor(
    kind: ProblemKind,
    code: ProblemCode,
    detail: string,
    options: ErrorOptions & { fields?: readonly WrongField[]; retryAfterSeconds?: number; usage?: Usage; meanwhile?: Meanwhile } = {},
  ) {
    super(detail, options);
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.usage = options.usage;
    this.meanwhile = options.meanwhile;
  }
}

/** A request with these wrong fields; at least one. */
export function wrongFields(...fields: readonly WrongField[]): AppError {
  return new AppError('invalid', 'invalid-request', fields.map(({ path, message }) => `${path}: ${message}`).join('; '), { fields });
}

/** The body of the answer to a failed request. */
export function problemOf(error: AppError): Problem {
  return {
    type: `/problems/${error.kind}`,
    title: error.kind,
    status: statusOf[error.kind],
    detail: error.message,
    code: error.code,
    ...(error.fields.length > 0 ? { errors: [...error.fields] } : {}),
    ...(error.usage === undefined ? {} : { usage: error.usage }),
    ...(error.meanwhile === undefined ? {} : { meanwhile: error.meanwhile }),
  };
}
