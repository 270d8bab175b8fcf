// Who is at the other end of a viewer's connection.
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

export type Peer = { readonly address: string; readonly userAgent?: string };

/** What a request tells of its sender. */
export type PeerHeaders = { forwardedFor: string | undefined; userAgent: string | undefined };

const maxAddressLength = 64;
const maxUserAgentLength = 256;

/**
 * Behind a proxy on this machine the forwarded address counts, as it does at the site. A socket without an address is a local
 * one: another worker of this server hands over a request.
 */
export function peerOf(socket: Pick<Socket, 'remoteAddress'>, { forwardedFor, userAgent }: Partial<PeerHeaders> = {}): Peer {
  const own = plain(socket.remoteAddress ?? '');
  const told = own === '' || isLoopback(own) ? lastOf(forwardedFor) : undefined;
  const address = (told ?? own).slice(0, maxAddressLength);
  return userAgent === undefined ? { address } : { address, userAgent: copy(userAgent.slice(0, maxUserAgentLength)) };
}

/** The headers that `peerOf` reads. */
export function peerHeaders(headers: IncomingHttpHeaders): PeerHeaders {
  return { forwardedFor: headers['x-forwarded-for']?.toString(), userAgent: headers['user-agent'] };
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** IPv4 as it is, also where the socket speaks of it as IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

/** What the nearest proxy has added. */
function lastOf(header: string | undefined): string | undefined {
  return header?.split(',').at(-1)?.trim() || undefined;
}

/** A part of a string would keep the whole head of the request in memory for as long as the viewer stays. */
function copy(text: string): string {
  return Buffer.from(text).toString();
}
