// One camera's ONVIF services over HTTP (ONVIF Core §5): SOAP 1.2, signed in by WS-Security digest, or HTTP digest where it asks for that.
import { createHash, randomBytes } from 'node:crypto';
import { type AuthHash, Authorizer, type Credentials, readChallenges } from '@lubo/media';
import { SourceError } from '../source-error.ts';
import { escaped, textOf } from './xml.ts';

export type SoapClient = {
  /** The answer to the request `body`, to a path or to a whole address of another port. Rejects with SourceError. `skewMillis`: by how much the camera's clock is ahead; undefined: unsigned. */
  call(place: string, body: string, skewMillis?: number): Promise<string>;
};

const answerMillis = 10_000;
const mostBytes = 1024 * 1024;
const hash: AuthHash = {
  md5: (text) => createHash('md5').update(text).digest('hex'),
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
};

/** `origin`: http://host:port. */
export function createSoapClient(origin: string, credentials: Credentials | undefined, signal: AbortSignal): SoapClient {
  let authorizer: Authorizer | undefined;

  const send = async (place: string, envelope: string): Promise<Response> => {
    const url = new URL(place, origin);
    const headers: Record<string, string> = { 'Content-Type': 'application/soap+xml; charset=utf-8' };
    if (authorizer !== undefined && credentials !== undefined) headers['Authorization'] = authorizer.authorize({ method: 'POST', uri: `${url.pathname}${url.search}`, credentials });
    try {
      return await fetch(url, { method: 'POST', body: envelope, headers, redirect: 'error', signal: AbortSignal.any([signal, AbortSignal.timeout(answerMillis)]) });
    } catch (error) {
      const { cause, message } = error as Error;
      throw new SourceError('source-unreachable', `the camera's ONVIF service: ${cause instanceof Error ? cause.message : message}`, { cause: error });
    }
  };
  const signedOut = (): SourceError =>
    credentials === undefined
      ? new SourceError('password-missing', 'the camera asks for a user and a password')
      : new SourceError('wrong-password', 'the camera refuses this user and password');

  return {
    async call(place, body, skewMillis) {
      const isSigned = skewMillis !== undefined && credentials !== undefined;
      const envelope = (): string => envelopeOf(body, isSigned ? securityOf(credentials, skewMillis) : '');
      let response = await send(place, envelope());
      // Asked for HTTP digest: answered once, as the RTSP side does.
      const challenge = response.status === 401 && authorizer === undefined ? readChallenges([response.headers.get('www-authenticate') ?? '']) : undefined;
      if (challenge !== undefined && credentials !== undefined) {
        await response.body?.cancel();
        authorizer = new Authorizer(challenge, hash, randomBytes(8).toString('hex'));
        response = await send(place, envelope());
      }
      const text = await boundedText(response);
      if (response.status === 401 || /NotAuthorized|FailedAuthentication|InvalidSecurity/i.test(text)) throw signedOut();
      if (!response.ok) throw new SourceError('source-invalid', `the camera's ONVIF service answered ${response.status} ${textOf(text, 'Text') ?? ''}`.trim());
      return text;
    },
  };
}

function envelopeOf(body: string, security: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>${security}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

/** UsernameToken with the password's digest (WS-Security UsernameToken Profile 1.0 §3.1), in the camera's own time. */
function securityOf({ username, password }: Credentials, skewMillis: number): string {
  const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';
  const nonce = randomBytes(16);
  const created = new Date(Date.now() + skewMillis).toISOString();
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64');
  return (
    `<Security s:mustUnderstand="1" xmlns="${wsse}-wssecurity-secext-1.0.xsd"><UsernameToken><Username>${escaped(username)}</Username>` +
    `<Password Type="${wsse}-username-token-profile-1.0#PasswordDigest">${digest}</Password>` +
    `<Nonce EncodingType="${wsse}-soap-message-security-1.0#Base64Binary">${nonce.toString('base64')}</Nonce>` +
    `<Created xmlns="${wsse}-wssecurity-utility-1.0.xsd">${created}</Created></UsernameToken></Security>`
  );
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > mostBytes) throw new SourceError('source-invalid', `the camera's ONVIF service answered more than ${mostBytes} bytes`);
  }
  return Buffer.concat(parts).toString('utf8');
}
