// What an RTSP client session tells its shell. Addresses never hold credentials.

import type { Packet } from '../packet.ts';
import type { SourceTrack } from '../rtp/receiver.ts';
import type { SkippedMedia } from './media-choice.ts';
import type { RtspTransport } from './transport.ts';

/** Why a server refused, by its status (RFC 2326 §7.1.1). */
export type RefusalReason =
  | 'forbidden'
  | 'not-found'
  | 'not-enough-bandwidth'
  | 'session-not-found'
  | 'unsupported-transport'
  | 'unavailable'
  | 'refused';

export type RtspClientEvent =
  /** The description was read. `codecs` of the media that will be set up; the others with the reason. */
  | { type: 'described'; codecs: { video?: string; audio?: string }; skipped: SkippedMedia[] }
  /** UDP: two ports (even RTP, odd RTCP) are wanted for media number `media`; answer with `usePorts`. */
  | { type: 'ports'; media: number }
  /** UDP: where the server's packets of that media come from and ours go to. `host` undefined: the server itself. */
  | { type: 'peer'; media: number; host: string | undefined; rtpPort: number; rtcpPort: number }
  /** The server would not, or no packet came: another transport is tried. UDP sockets can be closed. */
  | { type: 'transport'; transport: RtspTransport; reason: string }
  /** PLAY was accepted. A track event will come for each of these kinds. */
  | { type: 'playing'; transport: RtspTransport; kinds: ('video' | 'audio')[] }
  /** Before the first packet of its kind, and whenever the configuration changes. */
  | { type: 'track'; track: SourceTrack }
  | { type: 'packet'; packet: Packet }
  /** Another address is to be asked: connect anew, at most a few times. The session is over. */
  | { type: 'redirect'; url: string }
  /** The password is wrong, or none is known: not to be tried again before it was changed. The session is over. */
  | { type: 'unauthorized'; reason: 'wrong-credentials' | 'no-credentials' | 'unknown-scheme' }
  /** The server said no. The session is over. */
  | { type: 'refused'; reason: RefusalReason; status: number; phrase: string; method: string }
  /**
   * The session is over: `announce`, `teardown`, `bye`: the server ended it; `silence`: nothing came for too long; `no-answer`:
   * a request was not answered; `no-media`: nothing in the description can be taken; `no-transport`: none works.
   */
  | { type: 'end'; reason: 'announce' | 'teardown' | 'bye' | 'silence' | 'no-answer' | 'no-media' | 'no-transport' };

/** The reason of a status. */
export function refusalOf(status: number): RefusalReason {
  switch (status) {
    case 403:
      return 'forbidden';
    case 404:
    case 410:
      return 'not-found';
    case 453:
      return 'not-enough-bandwidth';
    case 454:
      return 'session-not-found';
    case 461:
      return 'unsupported-transport';
    case 503:
      return 'unavailable';
    default:
      return 'refused';
  }
}
