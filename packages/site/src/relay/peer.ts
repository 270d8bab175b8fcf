// Who is at the other end of an HTTP request that Fastify does not see: address and host of a WebSocket upgrade.
import type { IncomingMessage } from 'node:http';
import { isLoopback, plainAddress } from '../live-servers/network.ts';

/** An agent as seen from here: its IP address, and the host name under which it reaches this site. */
export type Peer = { address: string; siteHost: string };

/** Behind a proxy on this machine the forwarded facts count, as they do for the HTTP API. */
export function peerOf(request: IncomingMessage): Peer {
  const address = plainAddress(request.socket.remoteAddress ?? '');
  const isProxied = isLoopback(address) && request.headers['x-forwarded-for'] !== undefined;
  const forwarded = isProxied ? lastOf(request.headers['x-forwarded-for']) : undefined;
  const host = (isProxied ? lastOf(request.headers['x-forwarded-host']) : undefined) ?? request.headers.host ?? '';
  return { address: plainAddress(forwarded ?? address), siteHost: withoutPort(host) };
}

function lastOf(header: string | string[] | undefined): string | undefined {
  return String(header ?? '')
    .split(',')
    .at(-1)
    ?.trim() || undefined;
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}
