// What is kept of requests at the HTTP boundary: joins the audit log and the answers kept for repeats to the route table.
import { type Route, routes } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Audit } from '../audit/audit.ts';
import { summaryOf, targetsOf } from '../audit/summary.ts';
import type { Repeats } from '../repeats/repeats.ts';
import type { Admission, Ledger } from './serve.ts';

const names = new Map<Route, string>(Object.entries(routes).map(([name, route]) => [route, name]));

/** Name of an operation in the route table. */
export function operationOf(route: Route): string {
  return names.get(route) ?? `${route.method} ${route.path}`;
}

/** The site's ledger. */
export function createLedger({ audit, repeats, log }: { audit: Audit; repeats: Repeats; log: Logger }): Ledger {
  return {
    async note({ route, parts, answer, call }) {
      const who = call.person?.name ?? call.token?.name ?? '';
      const about = { operation: operationOf(route), targets: targetsOf(parts.params, answer), summary: summaryOf(parts.body) };
      try {
        await audit.add({ who, personId: call.person?.id ?? null, ip: call.ip, ...about });
      } catch (error) {
        // It is done already: telling the caller that it failed would be wrong.
        log.error({ err: error, operation: about.operation }, 'a change could not be noted in the audit log');
      }
    },
    once({ key, route, parts, call }, make) {
      return repeats.once({ key, caller: callerOf(call), request: [operationOf(route), parts] }, make);
    },
  };
}

function callerOf({ person, token }: Admission): string {
  return person === undefined ? `token:${token?.id ?? ''}` : `person:${person.id}`;
}
