// One HTTP-FLV viewer: the head and then raw bytes on the socket, closed by the connection's end (RFC 9112 §6.3, rule 8).
import { AppError } from '@lubo/contract';
import { writeFlvHeader } from '@lubo/media';
import type { Delivery, Outlet, ViewerEnd } from '../delivery.ts';
import type { Peer } from '../peer.ts';
import type { Sink } from '../socket-sink.ts';
import type { Configs } from '../stream-tag.ts';
import { flvEncoding } from './encoding.ts';

/** Headers of a stream's answer; it never ends by length, so the connection's end is its own. */
export const flvHeaders: Readonly<Record<string, string>> = {
  'Content-Type': 'video/x-flv',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
  Connection: 'close',
};

export type FlvDeliveryOptions = {
  /** What the viewer speaks below FLV; plain HTTP unless told otherwise. A relay is another process, and no viewer itself. */
  protocol?: 'flv' | 'ws-flv' | 'relay';
  peer?: Peer;
  sink: Sink;
  /** The HTTP head as bytes. */
  head: Uint8Array;
  lingerMillis: number;
  /** From here on the socket carries media. */
  onBegin(): void;
  /** The server parts with the viewer. */
  onEnd(end: ViewerEnd): void;
  /** Answers with a problem instead of a stream. */
  refuse(problem: AppError): void;
};

/** The viewer's half of one HTTP-FLV request. */
export function flvDelivery(options: FlvDeliveryOptions): Delivery {
  return new FlvDelivery(options);
}

class FlvDelivery implements Delivery {
  readonly protocol: 'flv' | 'ws-flv' | 'relay';
  readonly audience: 0 | undefined;
  readonly encoding = flvEncoding;
  readonly peer: Peer | undefined;
  readonly outlet: Outlet | undefined;
  readonly #options: FlvDeliveryOptions;
  readonly #sink: Sink;

  constructor(options: FlvDeliveryOptions) {
    this.protocol = options.protocol ?? 'flv';
    this.peer = options.peer;
    const isRelay = this.protocol === 'relay';
    this.audience = isRelay ? 0 : undefined;
    this.outlet = isRelay ? undefined : options.sink.outlet;
    this.#options = options;
    this.#sink = options.sink;
  }

  get pendingBytes(): number {
    return this.#sink.pendingBytes;
  }

  preface(configs: Configs): Uint8Array {
    this.#options.onBegin();
    return Buffer.concat([this.#options.head, writeFlvHeader(flagsOf(configs))]);
  }

  write(parts: readonly Uint8Array[]): void {
    this.#sink.write(parts);
  }

  refuse(end: ViewerEnd): void {
    this.#options.onEnd(end);
    this.#options.refuse(problemFor(end));
  }

  end(end: ViewerEnd): void {
    this.#options.onEnd(end);
    if (end === 'stuck') this.#sink.cut();
    else this.#sink.end(this.#options.lingerMillis);
  }
}

function flagsOf(configs: Configs): { hasVideo: boolean; hasAudio: boolean } {
  return { hasVideo: configs.video !== undefined, hasAudio: configs.audio !== undefined };
}

function problemFor(end: ViewerEnd): AppError {
  if (end === 'stopping') return new AppError('unavailable', 'stopping', 'This live server is stopping.', { retryAfterSeconds: 1 });
  return new AppError('not-found', 'no-video', 'Nobody publishes this stream, or no picture came in time.');
}
