// One RTMP connection: a socket round media's RtmpServerSession. It publishes one stream or plays one.
import type { Socket } from 'node:net';
import { FormatError, type RtmpServerEvent, RtmpServerSession } from '@lubo/media';
import type { Logger } from 'pino';
import { type Admission, isStreamName } from '../admission.ts';
import type { Delivery, ViewerEnd } from '../delivery.ts';
import type { Hub } from '../hub.ts';
import type { Limits } from '../limits.ts';
import { peerOf } from '../peer.ts';
import { type Sink, socketSink } from '../socket-sink.ts';
import type { Publication, PublisherEnd, Seat } from '../stream.ts';
import type { Timers } from '../timers.ts';
import { rtmpEncoding } from './encoding.ts';
import { RateBound } from './rate.ts';

export type RtmpContext = {
  hub: Hub;
  admission: Admission;
  limits: Limits;
  timers: Timers;
  onRefusal(role: 'publisher' | 'viewer', reason: string): void;
};

type Wish = Extract<RtmpServerEvent, { type: 'publish' | 'play' }>;
type Role =
  | { type: 'none' }
  | { type: 'publisher'; streamId: number; publication: Publication }
  | { type: 'viewer'; streamId: number; seat: Seat };

const app = 'live';
const endCodes: Record<PublisherEnd, { level: 'status' | 'error'; code: string; text: string }> = {
  'taken-over': { level: 'error', code: 'NetStream.Publish.BadName', text: 'another publisher has taken over' },
  abandoned: { level: 'status', code: 'NetStream.Unpublish.Success', text: 'nobody watches and the site is away' },
  stopping: { level: 'status', code: 'NetStream.Unpublish.Success', text: 'the live server is stopping' },
};

/** One client. Every fault of it ends this connection and no other. */
export class RtmpConnection {
  readonly #context: RtmpContext;
  readonly #socket: Socket;
  readonly #sink: Sink;
  readonly #session = new RtmpServerSession();
  readonly #rate: RateBound;
  #log: Logger;
  #role: Role = { type: 'none' };
  #isClosing = false;
  #cancelSetUp: () => void = () => {};
  #cancelRest: (() => void) | undefined;
  /** Bytes that have come since the last rest. */
  #bytesSince = 0;

  constructor(context: RtmpContext, socket: Socket, log: Logger) {
    const { limits, timers } = context;
    this.#context = context;
    this.#socket = socket;
    this.#sink = socketSink(socket);
    this.#rate = new RateBound(limits.publisherBitsPerSecond, limits.publisherBurstMillis, timers.now());
    this.#log = log;
  }

  /** Begins to serve the socket; the connection lives as long as that does. */
  open(): void {
    const socket = this.#socket;
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('timeout', () => this.#close('publisher was silent for too long'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#close(error.code ?? error.message));
    socket.on('close', () => this.#close('the peer closed the connection'));
    this.#expectRole();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isClosing) return;
    this.#bytesSince += bytes.length;
    if (!this.#rate.allows(bytes.length, this.#context.timers.now())) return this.#close('more bytes than a publisher may send');
    try {
      const { events, send } = this.#session.receive(bytes);
      this.#send(send);
      for (const event of events) if (!this.#isClosing) this.#take(event);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      if (this.#role.type === 'publisher') {
        this.#send([this.#session.status(this.#role.streamId, 'error', 'NetStream.Publish.Rejected', error.message)]);
      }
      this.#close(error.message);
    }
  }

  #take(event: RtmpServerEvent): void {
    switch (event.type) {
      case 'connect':
        break;
      case 'publish':
        this.#publish(event);
        break;
      case 'play':
        this.#play(event);
        break;
      case 'audio':
      case 'video':
      case 'script':
        if (this.#role.type === 'publisher' && this.#role.streamId === event.streamId) this.#role.publication.write(event);
        break;
      case 'close':
        if (this.#role.type === 'none' || this.#role.streamId !== event.streamId) break;
        this.#leave('ended by itself');
        this.#expectRole();
        break;
    }
  }

  #publish(event: Wish): void {
    const { streamId, name } = event;
    if (!this.#isNameGood(event)) return this.#refuse('publisher', event, 'NetStream.Publish.BadName', 'there is no such application or name');
    const fault = this.#context.admission.check(name, 'publish', event.query.get('token'));
    if (fault !== undefined) return this.#refuse('publisher', event, 'NetStream.Publish.Denied', `token ${fault}`);
    const publication = this.#context.hub.publish(name, { close: (end) => this.#endPublisher(streamId, end), rest: (millis) => this.#rest(millis) });
    if ('refused' in publication) return this.#refuse('publisher', event, 'NetStream.Publish.Denied', publication.refused);
    this.#begin({ type: 'publisher', streamId, publication }, name);
    this.#socket.setTimeout(this.#context.limits.publisherSilenceMillis);
    this.#send([this.#session.acceptPublish(streamId)]);
    this.#log.info('publisher came');
  }

  #play(event: Wish): void {
    const { streamId, name } = event;
    if (!this.#isNameGood(event)) return this.#refuse('viewer', event, 'NetStream.Play.StreamNotFound', 'there is no such application or name');
    const fault = this.#context.admission.check(name, 'play', event.query.get('token'));
    if (fault !== undefined) return this.#refuse('viewer', event, 'NetStream.Play.Failed', `token ${fault}`);
    const seat = this.#context.hub.join(name, this.#delivery(event));
    if (seat === undefined) return this.#refuse('viewer', event, 'NetStream.Play.Failed', 'too many streams');
    this.#begin({ type: 'viewer', streamId, seat }, name);
  }

  /** Viewer side of this connection. */
  #delivery(event: Wish): Delivery {
    const { streamId } = event;
    const sink = this.#sink;
    return {
      protocol: 'rtmp',
      peer: peerOf(this.#socket),
      encoding: rtmpEncoding(streamId),
      outlet: sink.outlet,
      get pendingBytes() {
        return sink.pendingBytes;
      },
      preface: () => this.#session.acceptPlay(streamId),
      write: (parts) => sink.write(parts),
      refuse: (end) => this.#refuse('viewer', event, 'NetStream.Play.StreamNotFound', end),
      end: (end) => this.#endViewer(streamId, end),
    };
  }

  #isNameGood(event: Wish): boolean {
    return this.#role.type === 'none' && event.app === app && isStreamName(event.name);
  }

  #begin(role: Role, name: string): void {
    this.#cancelSetUp();
    this.#role = role;
    this.#log = this.#log.child({ stream: name });
  }

  /** A connection that neither publishes nor plays is not kept for long. */
  #expectRole(): void {
    const { limits, timers } = this.#context;
    this.#socket.setTimeout(0);
    this.#cancelSetUp();
    this.#cancelSetUp = timers.after(limits.rtmpSetUpMillis, () => this.#close('neither published nor played in time'));
  }

  #refuse(role: 'publisher' | 'viewer', event: Wish, code: string, reason: string): void {
    this.#context.onRefusal(role, reason);
    const stream = isStreamName(event.name) ? event.name : undefined;
    this.#log.info({ stream, reason }, `${role} refused`);
    this.#send([this.#session.reject(event.streamId, code, reason)]);
    this.#close(reason);
  }

  /**
   * Leaves what comes to the system for a while: reading it at once costs one waking of the process instead of one a tag. Not
   * with so much that the system's buffer would fill and the publisher stand still.
   */
  #rest(millis: number): void {
    const bytes = this.#bytesSince;
    this.#bytesSince = 0;
    if (this.#isClosing || this.#cancelRest !== undefined || bytes > this.#context.limits.restBytes) return;
    this.#socket.pause();
    this.#cancelRest = this.#context.timers.after(millis, () => {
      this.#cancelRest = undefined;
      this.#socket.resume();
    });
  }

  #endPublisher(streamId: number, end: PublisherEnd): void {
    const { level, code, text } = endCodes[end];
    this.#send([this.#session.status(streamId, level, code, text)]);
    this.#close(end);
  }

  #endViewer(streamId: number, end: ViewerEnd): void {
    if (end === 'stuck') this.#sink.cut();
    else this.#send([this.#session.status(streamId, 'status', 'NetStream.Play.UnpublishNotify', end)]);
    this.#close(end);
  }

  #send(parts: readonly Uint8Array[]): void {
    if (parts.length > 0) this.#sink.write(parts);
  }

  /** Gives back the publisher's or viewer's place. */
  #leave(reason: string): void {
    const role = this.#role;
    this.#role = { type: 'none' };
    if (role.type === 'publisher') {
      role.publication.end();
      this.#log.info({ reason }, 'publisher left');
    } else if (role.type === 'viewer') {
      role.seat.leave();
      this.#log.info({ reason, protocol: 'rtmp', bytes: role.seat.viewer.bytesOut }, 'viewer left');
    }
  }

  /** Ends the connection once, for one reason; what was sent before still goes out. */
  #close(reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#cancelSetUp();
    this.#cancelRest?.();
    // What is unread would keep the peer's end from being seen.
    this.#socket.resume();
    if (this.#role.type === 'none') this.#log.debug({ reason }, 'RTMP connection closed');
    this.#leave(reason);
    this.#sink.end(this.#context.limits.lingerMillis);
  }
}
