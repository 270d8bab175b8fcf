// Addresses of RTMP streams: rtmp://host[:port]/app/name?query (and rtmps).

import { FormatError } from '../errors.ts';

/** `host` without the brackets of IPv6; `app` and `name` as they stand in the address, with their queries. */
export type RtmpUrl = { host: string; port: number; app: string; name: string; tls: boolean; tcUrl: string };

const pattern = /^(rtmps?):\/\/(\[[0-9a-f:.%]+\]|[^/?#:@[\]\s]+)(?::(\d{1,5}))?\/([^#\s]*)$/i;
const path = ['RTMP address'];

/**
 * Takes an address apart. The last segment of the path is the name, what is before it the application; in
 * `live?token=x/name` the query belongs to the application. Default ports 1935, and 443 for rtmps.
 * Throws FormatError (the address itself, which may hold a secret, is not repeated).
 */
export function parseRtmpUrl(url: string): RtmpUrl {
  const match = pattern.exec(url);
  if (match === null) throw new FormatError(0, path, 'not of the form rtmp://host[:port]/app/name');
  const [, scheme = '', authority = '', digits, rest = ''] = match;
  const tls = scheme.toLowerCase() === 'rtmps';
  const port = digits === undefined ? (tls ? 443 : 1935) : Number(digits);
  if (port < 1 || port > 65535) throw new FormatError(0, path, `port ${port} is not in 1 to 65535`);
  const { app, name } = cut(rest);
  if (app === '' || app.startsWith('?') || name === '' || name.startsWith('?')) throw new FormatError(0, path, 'no application or no stream name');
  const host = authority.startsWith('[') ? authority.slice(1, -1) : authority;
  return { host, port, app, name, tls, tcUrl: `${tls ? 'rtmps' : 'rtmp'}://${authority}:${port}/${app}` };
}

function cut(rest: string): { app: string; name: string } {
  const query = rest.indexOf('?');
  const end = query < 0 ? rest.length : query;
  const slash = rest.lastIndexOf('/', end - 1);
  if (end > 0 && slash > 0) return { app: rest.slice(0, slash), name: rest.slice(slash + 1) };
  const last = rest.lastIndexOf('/');
  return { app: rest.slice(0, Math.max(0, last)), name: rest.slice(last + 1) };
}
