// Addresses of RTSP streams: rtsp[s]://[user[:password]@]host[:port]/path?query; credentials are taken out at once.

import { FormatError } from '../errors.ts';

export type Credentials = { username: string; password: string };

/** `host` without the brackets of IPv6; `uri` is the address without credentials, fit for requests and logs. */
export type RtspUrl = { host: string; port: number; tls: boolean; uri: string; credentials: Credentials | undefined };

// Greedy up to the last @ before the path: passwords in the field hold raw @ and :.
const pattern = /^(rtsps?):\/\/(?:([^/?#\s]*)@)?(\[[0-9a-f:.%]+\]|[^/?#:@[\]\s]+)(?::(\d{1,5}))?([/?][^#\s]*)?$/i;
const path = ['RTSP address'];

/**
 * Takes an address apart. Default ports 554, and 322 for rtsps. Throws FormatError (the address itself, which may hold a
 * password, is not repeated).
 */
export function parseRtspUrl(url: string): RtspUrl {
  const match = pattern.exec(url);
  if (match === null) throw new FormatError(0, path, 'not of the form rtsp://host[:port]/path');
  const [, scheme = '', user, authority = '', digits, rest = ''] = match;
  const tls = scheme.toLowerCase() === 'rtsps';
  const port = digits === undefined ? (tls ? 322 : 554) : Number(digits);
  if (port < 1 || port > 65535) throw new FormatError(0, path, `port ${port} is not in 1 to 65535`);
  const host = authority.startsWith('[') ? authority.slice(1, -1) : authority;
  const uri = `${scheme.toLowerCase()}://${authority}${digits === undefined ? '' : `:${digits}`}${rest}`;
  return { host, port, tls, uri, credentials: user === undefined ? undefined : credentialsOf(user) };
}

/** The address with nothing before its host: fit for logs, pages and requests. Other texts come back as they are. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/i, '$1');
}

function credentialsOf(user: string): Credentials {
  const colon = user.indexOf(':');
  const [username, password] = colon < 0 ? [user, ''] : [user.slice(0, colon), user.slice(colon + 1)];
  return { username: percentDecoded(username), password: percentDecoded(password) };
}

/** A raw % that begins no escape stays: people paste passwords as they are. */
function percentDecoded(text: string): string {
  const platform = globalThis as unknown as { decodeURIComponent(text: string): string };
  try {
    return platform.decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The address of a media or session from its `a=control` (RFC 2326 §C.1.1). Relative ones are appended to the base, as cameras
 * mean them, also behind a query; `*` and an absent one are the base itself.
 */
export function controlUri(base: string, control: string | undefined): string {
  if (control === undefined || control === '' || control === '*') return base;
  if (/^rtsps?:\/\//i.test(control)) return withoutCredentials(control);
  const isJoined = base.endsWith('/') || control.startsWith('?');
  if (control.startsWith('/')) return `${base.endsWith('/') ? base.slice(0, -1) : base}${control}`;
  return `${base}${isJoined ? '' : '/'}${control}`;
}

/** What controls are relative to: Content-Base, else Content-Location, when they are whole addresses; else the request's. */
export function baseUri(requestUri: string, contentBase: string | undefined, contentLocation: string | undefined): string {
  for (const given of [contentBase, contentLocation]) {
    const parsed = given?.trim();
    if (parsed !== undefined && pattern.test(parsed)) return withoutCredentials(parsed);
  }
  return requestUri;
}
