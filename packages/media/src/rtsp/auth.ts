// Credentials for RTSP requests: Basic (RFC 7617) and Digest (RFC 2617, RFC 7616) with MD5 and SHA-256, -sess, qop auth or none.

import { encodeText } from '../flv/text.ts';
import { writeBase64 } from './base64.ts';
import type { Credentials } from './url.ts';

/** Lower-case hexadecimal hashes of a text's UTF-8 bytes, passed in by the caller. */
export type AuthHash = { md5(text: string): string; sha256(text: string): string };

/** A challenge that can be answered. */
export type AuthChallenge =
  | { scheme: 'basic'; realm: string }
  | {
      scheme: 'digest';
      realm: string;
      nonce: string;
      opaque: string | undefined;
      /** As it stood, to be repeated; undefined means MD5. */
      algorithm: string | undefined;
      hash: 'md5' | 'sha256';
      isSession: boolean;
      /** qop=auth is offered. */
      hasQop: boolean;
      isStale: boolean;
    };

/** What a Digest answer is made of besides the challenge. */
export type AuthRequest = { method: string; uri: string; credentials: Credentials };

/**
 * The strongest challenge of WWW-Authenticate headers that can be answered (SHA-256, MD5, then Basic); undefined when none can,
 * as with qop=auth-int alone or SHA-512-256.
 */
export function readChallenges(headers: readonly string[]): AuthChallenge | undefined {
  const found = headers.flatMap(splitChallenges).flatMap((text) => readChallenge(text) ?? []);
  const rank = (challenge: AuthChallenge): number => (challenge.scheme === 'basic' ? 0 : challenge.hash === 'md5' ? 1 : 2);
  return found.reduce<AuthChallenge | undefined>((best, one) => (best === undefined || rank(one) > rank(best) ? one : best), undefined);
}

/** Several challenges may share one header. */
function splitChallenges(header: string): string[] {
  return header.split(/(?:^|,)\s*(?=(?:Basic|Digest)\b)/i).filter((text) => text.trim() !== '');
}

function readChallenge(text: string): AuthChallenge | undefined {
  const match = /^\s*(Basic|Digest)\b\s*(.*)$/is.exec(text);
  if (match === null) return undefined;
  const values = readParameters(match[2] ?? '');
  const realm = values.get('realm') ?? '';
  if (match[1]?.toLowerCase() === 'basic') return { scheme: 'basic', realm };
  const nonce = values.get('nonce');
  const algorithm = values.get('algorithm');
  const [, name = '', session] = /^(MD5|SHA-256)(-sess)?$/i.exec(algorithm ?? 'MD5') ?? [];
  const qops = values.get('qop')?.toLowerCase().split(/[\s,]+/).filter((word) => word !== '');
  const hasQop = qops?.includes('auth') ?? false;
  if (nonce === undefined || name === '' || (qops !== undefined && qops.length > 0 && !hasQop)) return undefined;
  return {
    scheme: 'digest',
    realm,
    nonce,
    opaque: values.get('opaque'),
    algorithm,
    hash: name.toUpperCase() === 'MD5' ? 'md5' : 'sha256',
    isSession: session !== undefined,
    hasQop,
    isStale: values.get('stale')?.toLowerCase() === 'true',
  };
}

/** name=value and name="value", separated by commas, or by blanks alone as some cameras do. */
function readParameters(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const [, name = '', inQuotes, plain] of text.matchAll(/([a-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/gi)) {
    if (!values.has(name.toLowerCase())) values.set(name.toLowerCase(), inQuotes?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '');
  }
  return values;
}

/** Answers one challenge for as many requests as its nonce lives: counts them where the server wants it. */
export class Authorizer {
  readonly challenge: AuthChallenge;
  readonly #hash: AuthHash;
  readonly #clientNonce: string;
  #count = 0;

  /** `clientNonce`: random hexadecimal digits, new for each challenge. */
  constructor(challenge: AuthChallenge, hash: AuthHash, clientNonce: string) {
    this.challenge = challenge;
    this.#hash = hash;
    this.#clientNonce = clientNonce;
  }

  /** The value of the Authorization header for a request. */
  authorize({ method, uri, credentials: { username, password } }: AuthRequest): string {
    const challenge = this.challenge;
    if (challenge.scheme === 'basic') return `Basic ${writeBase64(encodeText(`${username}:${password}`))}`;
    const hash = this.#hash[challenge.hash];
    const { realm, nonce, opaque, algorithm, isSession, hasQop } = challenge;
    this.#count += 1;
    const count = this.#count.toString(16).padStart(8, '0');
    const secret = hash(`${username}:${realm}:${password}`);
    const first = isSession ? hash(`${secret}:${nonce}:${this.#clientNonce}`) : secret;
    const counted = hasQop ? `${count}:${this.#clientNonce}:auth:` : '';
    const response = hash(`${first}:${nonce}:${counted}${hash(`${method}:${uri}`)}`);
    const fields = [
      `username="${quoted(username)}"`,
      `realm="${quoted(realm)}"`,
      `nonce="${quoted(nonce)}"`,
      `uri="${uri}"`,
      `response="${response}"`,
    ];
    if (algorithm !== undefined) fields.push(`algorithm=${algorithm}`);
    if (opaque !== undefined) fields.push(`opaque="${quoted(opaque)}"`);
    if (hasQop) fields.push('qop=auth', `nc=${count}`);
    if (hasQop || isSession) fields.push(`cnonce="${this.#clientNonce}"`);
    return `Digest ${fields.join(', ')}`;
  }
}

function quoted(text: string): string {
  return text.replaceAll(/["\\]/g, String.raw`\$&`);
}
