// The audit log: what administrators, and programs with their tokens, have changed.
import { z } from 'zod';
import { listQuery } from './list.ts';
import { route } from './route.ts';
import { Id, Moment, pageOf } from './shape.ts';

export const AuditEntry = z.object({
  id: Id,
  at: Moment,
  /** The person's name, or the API token's, as it was then. */
  who: z.string(),
  /** Null when a program did it with an API token. */
  personId: Id.nullable(),
  ip: z.string(),
  /** Name of the operation in this document: `editChannel`. */
  operation: z.string(),
  /** Identities it was done to: those of the address, or of what was made. */
  targets: z.array(z.string()),
  /** What was sent, shortened, without secrets. */
  summary: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** `total` counts no further, and `isMore` tells that there are more. */
export const maxListedEntries = 10_000;

export const auditRoutes = {
  listAuditEntries: route({
    method: 'GET',
    path: '/api/audit-entries',
    access: 'admin',
    scope: 'people',
    summary: 'What administrators have changed within the last year, newest first.',
    query: listQuery(['at'], '-at').extend({
      operation: z.string().max(64).optional(),
      personId: Id.optional(),
      target: z.string().max(64).optional(),
      from: Moment.optional(),
      until: Moment.optional(),
    }),
    response: pageOf(AuditEntry).extend({ isMore: z.boolean() }),
  }),
};
