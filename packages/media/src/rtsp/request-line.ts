// One client's requests, one at a time (RFC 2326 §12): CSeq, session, credentials; matches responses, answers 401 once.

import type { AuthHash } from './auth.ts';
import { Authorizer, readChallenges } from './auth.ts';
import type { RtspHeaders, RtspResponse } from './message.ts';
import { headerOf, headersOf, writeRtspMessage } from './message.ts';
import type { Credentials } from './url.ts';

export type Method = 'OPTIONS' | 'DESCRIBE' | 'SETUP' | 'PLAY' | 'GET_PARAMETER' | 'TEARDOWN';

/** The request waiting for its answer. */
export type Pending = { method: Method; uri: string; headers: RtspHeaders; sequence: number; sentAt: number; tries: number };

/** What a response comes to: the answer to a request, the request to be sent again, refused credentials, or nothing. */
export type Outcome =
  | { type: 'answer'; request: Pending; response: RtspResponse }
  | { type: 'again'; bytes: Uint8Array }
  | { type: 'unauthorized'; reason: 'wrong-credentials' | 'no-credentials' | 'unknown-scheme' }
  | undefined;

const noBody = new Uint8Array(0);
/** Times that one request is sent with fresh nonces. */
const mostTries = 4;

export class RequestLine {
  /** Session identifier, once the server gave one. */
  session: string | undefined;
  readonly #userAgent: string;
  readonly #credentials: Credentials | undefined;
  readonly #hash: AuthHash;
  readonly #random: () => number;
  #sequence = 0;
  #pending: Pending | undefined;
  #authorizer: Authorizer | undefined;
  /** The present credentials have been accepted. */
  #isAccepted = false;

  constructor(options: { credentials: Credentials | undefined; hash: AuthHash; random: () => number; userAgent: string }) {
    this.#credentials = options.credentials;
    this.#hash = options.hash;
    this.#random = options.random;
    this.#userAgent = options.userAgent;
  }

  get pending(): Pending | undefined {
    return this.#pending;
  }

  /** Nobody waits for the answer any more. */
  forget(): void {
    this.#pending = undefined;
  }

  /** A request as bytes; its answer is waited for. */
  request(method: Method, uri: string, headers: RtspHeaders, now: number): Uint8Array {
    return this.#send(method, uri, headers, now, 1);
  }

  #send(method: Method, uri: string, headers: RtspHeaders, now: number, tries: number): Uint8Array {
    this.#sequence += 1;
    this.#pending = { method, uri, headers, sequence: this.#sequence, sentAt: now, tries };
    const all: [string, string][] = [['CSeq', String(this.#sequence)], ['User-Agent', this.#userAgent]];
    const credentials = this.#credentials;
    if (this.#authorizer !== undefined && credentials !== undefined) {
      all.push(['Authorization', this.#authorizer.authorize({ method, uri, credentials })]);
    }
    if (this.session !== undefined) all.push(['Session', this.session]);
    return writeRtspMessage({ type: 'request', method, uri, headers: [...all, ...headers], body: noBody });
  }

  /** Takes a response. One that belongs to no waiting request, by its CSeq, is passed over; a missing CSeq is forgiven. */
  receive(response: RtspResponse, now: number): Outcome {
    const pending = this.#pending;
    const sequence = headerOf(response, 'CSeq');
    if (pending === undefined || response.status < 200) return undefined;
    if (sequence !== undefined && Number.parseInt(sequence, 10) !== pending.sequence) return undefined;
    this.#pending = undefined;
    if (response.status === 401) return this.#authorize(pending, response, now);
    if (this.#authorizer !== undefined) this.#isAccepted = true;
    return { type: 'answer', request: pending, response };
  }

  #authorize(pending: Pending, response: RtspResponse, now: number): Outcome {
    if (this.#credentials === undefined) return { type: 'unauthorized', reason: 'no-credentials' };
    const challenge = readChallenges(headersOf(response, 'WWW-Authenticate'));
    if (challenge === undefined) return { type: 'unauthorized', reason: 'unknown-scheme' };
    const before = this.#authorizer?.challenge;
    if (before !== undefined) {
      // A nonce that ran out: told, or seen from a new one after the old one was good. All else is a wrong password.
      const isFresh = challenge.scheme === 'digest' && before.scheme === 'digest' && challenge.nonce !== before.nonce;
      const hasRunOut = isFresh && (challenge.isStale || (this.#isAccepted && pending.tries === 1));
      if (!hasRunOut || pending.tries >= mostTries) return { type: 'unauthorized', reason: 'wrong-credentials' };
    }
    this.#authorizer = new Authorizer(challenge, this.#hash, this.#digits());
    return { type: 'again', bytes: this.#send(pending.method, pending.uri, pending.headers, now, pending.tries + 1) };
  }

  /** 16 random hexadecimal digits. */
  #digits(): string {
    return Array.from({ length: 4 }, () => Math.floor(this.#random() * 65536).toString(16).padStart(4, '0')).join('');
  }
}
