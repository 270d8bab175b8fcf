// HTTP of the audit log.
import { routes } from '@lubo/contract';
import type { Serve } from '../http/serve.ts';
import type { Audit } from './audit.ts';

/** Registers the room's operations. */
export function auditRoutes(serve: Serve, audit: Audit): void {
  serve(routes.listAuditEntries, ({ query }) => audit.list(query));
}
