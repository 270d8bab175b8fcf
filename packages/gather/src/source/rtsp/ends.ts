// Why an RTSP session ended, as the channel is told it.
import type { RefusalReason, RtspClientEvent } from '@lubo/media';
import type { DialEnd } from '../dialled.ts';
import type { NetworkErrorCode } from '../source-error.ts';

type EndReason = Extract<RtspClientEvent, { type: 'end' }>['reason'];
type SignInReason = Extract<RtspClientEvent, { type: 'unauthorized' }>['reason'];

const refusals: Readonly<Record<RefusalReason, NetworkErrorCode>> = {
  forbidden: 'source-forbidden',
  'not-found': 'stream-not-found',
  'not-enough-bandwidth': 'source-busy',
  'session-not-found': 'source-lost',
  'unsupported-transport': 'transport-refused',
  unavailable: 'source-busy',
  refused: 'source-refused',
};

const ends: Readonly<Record<EndReason, readonly [NetworkErrorCode, detail: string]>> = {
  announce: ['source-lost', 'the source announced the end of the stream'],
  teardown: ['source-lost', 'the source ended the session'],
  bye: ['source-lost', 'the source ended the stream'],
  silence: ['source-silent', 'connected, but no media came'],
  'no-answer': ['source-invalid', 'the source did not answer a request'],
  'no-media': ['codec-not-supported', 'the source offers no video or sound'],
  'no-transport': ['transport-refused', 'media comes neither inside the connection nor as datagrams'],
};

const signIns: Readonly<Record<SignInReason, readonly [NetworkErrorCode, detail: string]>> = {
  'wrong-credentials': ['wrong-password', 'the source refuses this user and password'],
  'no-credentials': ['password-missing', 'the source asks for a user and a password'],
  'unknown-scheme': ['sign-in-not-supported', 'the source asks for a way of signing in that is not supported'],
};

/** A fault that is tried again. */
export function passing(code: NetworkErrorCode, detail: string): DialEnd {
  return { fault: { code, detail }, isFinal: false };
}

/** The end that an event tells; undefined for those that end nothing. A wrong password is never tried again: cameras lock. */
export function endOf(event: RtspClientEvent): DialEnd | undefined {
  switch (event.type) {
    case 'refused':
      return passing(refusals[event.reason], `${event.method} was answered ${event.status} ${event.phrase}`.trim());
    case 'unauthorized': {
      const [code, detail] = signIns[event.reason];
      return { fault: { code, detail }, isFinal: true };
    }
    case 'end':
      return passing(...ends[event.reason]);
    case 'redirect':
      return passing('too-many-redirects', 'the source sends us on and on to other addresses');
    case 'described': {
      const video = event.codecs.video === undefined ? event.skipped.find(({ kind, reason }) => kind === 'video' && reason !== 'inactive') : undefined;
      return video && passing('codec-not-supported', `the video of the source can't be taken: ${video.reason}`);
    }
    case 'ports':
    case 'peer':
    case 'transport':
    case 'playing':
    case 'track':
    case 'packet':
      return undefined;
  }
}
