// Stream tokens: what lets a publisher publish and a viewer play one stream for a short while. HMAC-SHA256 (RFC 2104).
// Signed by the site, verified by live servers with the key that the site gave them. Node only: not part of the index.
import { createHmac, timingSafeEqual } from 'node:crypto';

export type StreamAction = 'publish' | 'play';

/** A token for one action on one stream, valid until `expiresAt` (seconds since 1970): `<expiry, base 36>.<signature>`. */
export function signStreamToken(keyHex: string, stream: string, action: StreamAction, expiresAt: number): string {
  const expiry = Math.ceil(expiresAt).toString(36);
  return `${expiry}.${signature(keyHex, stream, action, expiry).toString('base64url')}`;
}

/** Why a token was refused; `undefined` when it is good. */
export type TokenFault = 'missing' | 'malformed' | 'wrong' | 'expired';

/** Checks a token against every key in turn, in constant time; `now` in seconds since 1970. */
export function checkStreamToken(
  keysHex: readonly string[],
  stream: string,
  action: StreamAction,
  token: string | null | undefined,
  now: number,
): TokenFault | undefined {
  if (!token) return 'missing';
  const [expiry, given, ...rest] = token.split('.');
  if (!expiry || !given || rest.length > 0 || !/^[0-9a-z]{1,9}$/.test(expiry)) return 'malformed';
  const bytes = Buffer.from(given, 'base64url');
  const isSigned = keysHex.some((key) => {
    const expected = signature(key, stream, action, expiry);
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  });
  if (!isSigned) return 'wrong';
  return parseInt(expiry, 36) < now ? 'expired' : undefined;
}

function signature(keyHex: string, stream: string, action: StreamAction, expiry: string): Buffer {
  return createHmac('sha256', Buffer.from(keyHex, 'hex')).update(`${action}\n${stream}\n${expiry}`).digest().subarray(0, 16);
}
