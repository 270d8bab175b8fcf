// What both ends do with chunks alike: acknowledge by window, answer pings, leave media, data and commands to the session.

import { viewOf } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import { ChunkReader } from './chunk-reader.ts';
import { acknowledgement, userControl, userEvents, windowAckSize } from './control.ts';
import type { RtmpLimits } from './limits.ts';
import type { RtmpMessage } from './message.ts';
import { messageTypes } from './message.ts';

/** Bytes between acknowledgements that we ask for, and that we keep ourselves until the peer names another number. */
export const defaultWindow = 2_500_000;

/** The chunk layer of one connection with its control messages. */
export class RtmpTransport {
  readonly #reader: ChunkReader;
  readonly #deliver: (message: RtmpMessage) => void;
  readonly #read = (message: RtmpMessage): void => this.#route(message);
  #send: Uint8Array[] = [];
  #received = 0;
  #acknowledged = 0;
  #window = defaultWindow;

  /** `deliver` gets audio, video, data, command and aggregate messages, and user control events other than pings. */
  constructor(limits: RtmpLimits, deliver: (message: RtmpMessage) => void) {
    this.#reader = new ChunkReader(limits);
    this.#deliver = deliver;
  }

  /** From now on audio and video messages may have this many bytes. */
  allowMedia(length: number): void {
    this.#reader.mediaLength = length;
  }

  /** Reads all of `bytes`; pushes answers to `send`, among those that `deliver` pushes there. Throws FormatError. */
  receive(bytes: Uint8Array, send: Uint8Array[]): void {
    this.#send = send;
    this.#received += bytes.length;
    this.#reader.read(bytes, this.#read);
    // Half a window early, as FFmpeg does: senders stop at a whole one.
    if (this.#received - this.#acknowledged >= this.#window / 2) {
      this.#acknowledged = this.#received;
      send.push(acknowledgement(this.#received));
    }
  }

  #route(message: RtmpMessage): void {
    const { typeId, body } = message;
    switch (typeId) {
      case messageTypes.userControl:
        this.#userControl(message);
        break;
      case messageTypes.windowAckSize:
        this.#window = Math.max(1, control32(body, 'Window Acknowledgement Size'));
        break;
      case messageTypes.setPeerBandwidth:
        control32(body, 'Set Peer Bandwidth');
        this.#send.push(windowAckSize(defaultWindow));
        break;
      case messageTypes.acknowledgement:
        break;
      default:
        this.#deliver(message);
    }
  }

  #userControl(message: RtmpMessage): void {
    const { body } = message;
    const event = body.length < 2 ? undefined : viewOf(body).getUint16(0);
    if (event === userEvents.pingRequest && body.length >= 6) {
      this.#send.push(userControl(userEvents.pingResponse, viewOf(body).getUint32(2)));
    } else if (event !== undefined) {
      this.#deliver(message);
    }
  }
}

function control32(body: Uint8Array, name: string): number {
  if (body.length < 4) throw new FormatError(0, ['RTMP control'], `${name} of ${body.length} bytes`);
  return viewOf(body).getUint32(0);
}
