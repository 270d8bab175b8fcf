// Headers that keep pages to themselves: content security policy and its companions.
import type { FastifyInstance } from 'fastify';

// Media comes from live servers on other ports and hosts, which are not known beforehand; mpegts.js transmuxes in a worker
// made from a blob, and Element Plus sets styles on elements.
const rules = [
  "default-src 'self'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob: http: https:",
  "font-src 'self' data:",
  "media-src 'self' blob: http: https:",
  "connect-src 'self' http: https: ws: wss:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
];

// No Strict-Transport-Security: browsers would then refuse plain HTTP on every port of this host name for months, live servers
// and other programs beside us included, also when the school's certificate has lapsed. A proxy may add it.
const headers: [name: string, value: string][] = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'same-origin'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), microphone=(), geolocation=()'],
];

/** The pages that are made to be framed: players alone. Compared with the path as it came, so that no other spelling reaches one. */
const embedPage = /^\/embed\/(?:live\/[0-9a-z]{12}|recordings\/[0-9a-f-]{36})(?:\?|$)/;

/** Puts the headers on every answer of `app`. Pages of `embedOrigins` may frame the embed pages, and nothing else. */
export function addSecurityHeaders(app: FastifyInstance, embedOrigins: readonly string[]): void {
  const embedded = [...headers, ...framingHeaders(embedOrigins)];
  app.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of embedPage.test(request.url) ? embedded : usualHeaders) void reply.header(name, value);
  });
}

/** Who may frame a page: the site itself and `origins`. The older header knows no list, so it stands only where there is none. */
function framingHeaders(origins: readonly string[]): [name: string, value: string][] {
  const policy = [...rules, ["frame-ancestors 'self'", ...origins].join(' ')].join('; ');
  return [['content-security-policy', policy], ...(origins.length === 0 ? [['x-frame-options', 'SAMEORIGIN'] as [string, string]] : [])];
}

/** The headers of everything else. Named here for answers that are given before any hook runs. */
export const usualHeaders: readonly [name: string, value: string][] = [...headers, ...framingHeaders([])];
