// Headers that keep pages to themselves: content security policy and its companions.
import type { FastifyInstance } from 'fastify';

// Media comes from live servers on other ports and hosts, which are not known beforehand; mpegts.js transmuxes in a worker
// made from a blob, and Element Plus sets styles on elements.
const policy = [
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
  "frame-ancestors 'self'",
].join('; ');

// No Strict-Transport-Security: browsers would then refuse plain HTTP on every port of this host name for months, live servers
// and other programs beside us included, also when the school's certificate has lapsed. A proxy may add it.
const headers: [name: string, value: string][] = [
  ['content-security-policy', policy],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'SAMEORIGIN'],
  ['referrer-policy', 'same-origin'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), microphone=(), geolocation=()'],
];

/** Puts the headers on every answer of `app`. */
export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    for (const [name, value] of headers) void reply.header(name, value);
  });
}
