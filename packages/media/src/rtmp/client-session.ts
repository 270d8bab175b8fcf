// The client's side of one RTMP connection (Adobe RTMP 1.0 §7.2), without a socket: publishes or plays one stream.

import { concatBytes, viewOf } from '../bytes.ts';
import type { AmfValue } from '../flv/amf0.ts';
import { readAmf0 } from '../flv/amf0.ts';
import { isAmfObject } from '../flv/metadata.ts';
import type { FlvTag } from '../flv/tag.ts';
import { splitAggregate } from './aggregate.ts';
import { chunkMedia, rtmpChunkSize } from './chunk-writer.ts';
import type { RtmpCommand } from './command.ts';
import { readCommand, scriptBody, setDataFrame, writeCommand } from './command.ts';
import { setChunkSize, userControl, userEvents, windowAckSize } from './control.ts';
import { ClientHandshake } from './handshake.ts';
import type { RtmpLimits } from './limits.ts';
import { defaultRtmpLimits } from './limits.ts';
import type { RtmpMessage } from './message.ts';
import { messageTypes } from './message.ts';
import { TimestampClock } from './timestamp.ts';
import { RtmpTransport, defaultWindow } from './transport.ts';
import type { RtmpUrl } from './url.ts';
import { parseRtmpUrl } from './url.ts';

/** What the server does. */
export type RtmpClientEvent =
  /** Publishing or playing was accepted; once. */
  | { type: 'ready' }
  /** Any error status or _error, before or after 'ready'. */
  | { type: 'refused'; code: string; description: string }
  /** Timestamp in ms, unwrapped past 2^32; the body is that of an FLV tag, never empty. */
  | { type: 'audio' | 'video' | 'script'; timestamp: number; body: Uint8Array }
  /** The server ended the stream: the publisher left, or the server closes. Not told after `stop`. */
  | { type: 'end'; code: string };

/** Transaction numbers of our calls; publish and play get none back from most servers. */
const calls = { connect: 1, releaseStream: 2, fcPublish: 3, createStream: 4, start: 5, fcUnpublish: 6, deleteStream: 7 } as const;

/** Codes that end a stream. */
const endCodes = new Set([
  'NetStream.Play.Stop',
  'NetStream.Play.Complete',
  'NetStream.Play.UnpublishNotify',
  'NetStream.Unpublish.Success',
  'NetConnection.Connect.Closed',
]);

/** Ms of media that we tell a server to keep ahead. */
const bufferMillis = 3000;
const nothing = new Uint8Array(0);

/** One connection to a server, for one stream. Every method returns bytes to be sent in the order of the calls. */
export class RtmpClientSession {
  readonly #url: RtmpUrl;
  readonly #mode: 'publish' | 'play';
  readonly #transport: RtmpTransport;
  readonly #clocks = { audio: new TimestampClock(), video: new TimestampClock(), script: new TimestampClock() };
  readonly #shake = new ClientHandshake();
  #isShaken = false;
  #isReady = false;
  #isStopped = false;
  #streamId: number | undefined;
  #events: RtmpClientEvent[] = [];
  #send: Uint8Array[] = [];

  /** Throws FormatError for a malformed address. */
  constructor(options: { url: string; mode: 'publish' | 'play'; limits?: Partial<RtmpLimits> }) {
    this.#url = parseRtmpUrl(options.url);
    this.#mode = options.mode;
    const limits = { ...defaultRtmpLimits, ...options.limits };
    this.#transport = new RtmpTransport(limits, (message) => this.#receiveMessage(message));
    if (options.mode === 'play') this.#transport.allowMedia(limits.messageLength);
  }

  /** The first bytes to send, once connected. */
  start(): Uint8Array {
    return this.#shake.start();
  }

  /** Takes bytes as they come (the buffer may be reused afterwards). Throws FormatError: close the connection. */
  receive(bytes: Uint8Array): { events: RtmpClientEvent[]; send: Uint8Array[] } {
    const events: RtmpClientEvent[] = (this.#events = []);
    const send: Uint8Array[] = (this.#send = []);
    let rest = bytes;
    if (!this.#isShaken) {
      const step = this.#shake.receive(bytes);
      if (step.send !== undefined) send.push(step.send);
      if (!step.isDone) return { events, send };
      this.#isShaken = true;
      this.#connect();
      rest = bytes.subarray(step.next);
    }
    this.#transport.receive(rest, send);
    return { events, send };
  }

  /** A tag for the server, only after 'ready' in mode publish. */
  sendMedia(tag: FlvTag): Uint8Array {
    return chunkMedia(this.#streamId ?? 1, tag, tag.type === 'script' ? setDataFrame : undefined);
  }

  /** The last bytes to send before closing: FCUnpublish and deleteStream. Empty when no stream was created. */
  stop(): Uint8Array {
    this.#isStopped = true;
    if (this.#streamId === undefined) return nothing;
    const deleteStream = writeCommand(0, 'deleteStream', calls.deleteStream, [null, this.#streamId]);
    if (this.#mode === 'play') return deleteStream;
    return concatBytes([writeCommand(0, 'FCUnpublish', calls.fcUnpublish, [null, this.#url.name]), deleteStream]);
  }

  #connect(): void {
    const { app, tcUrl } = this.#url;
    const forBoth = { app, tcUrl, flashVer: 'FMLE/3.0 (compatible; Lubo)', fpad: false, capabilities: 239 };
    const codecs = { audioCodecs: 0x0400, videoCodecs: 0x0080, videoFunction: 1, objectEncoding: 0 };
    const command = { ...forBoth, ...codecs, fourCcList: ['avc1', 'hvc1', 'mp4a'] };
    const publishing = this.#mode === 'publish' ? { type: 'nonprivate' } : {};
    this.#send.push(
      setChunkSize(rtmpChunkSize),
      writeCommand(0, 'connect', calls.connect, [{ ...command, ...publishing }]),
    );
  }

  #receiveMessage(message: RtmpMessage): void {
    switch (message.typeId) {
      case messageTypes.audio:
        this.#receiveMedia('audio', message);
        break;
      case messageTypes.video:
        this.#receiveMedia('video', message);
        break;
      case messageTypes.dataAmf0:
      case messageTypes.dataAmf3:
        this.#receiveScript(message);
        break;
      case messageTypes.commandAmf0:
      case messageTypes.commandAmf3:
        this.#receiveCommand(readCommand(message));
        break;
      case messageTypes.aggregate:
        for (const part of splitAggregate(message)) this.#receiveMessage(part);
        break;
      case messageTypes.userControl:
        if (viewOf(message.body).getUint16(0) === userEvents.streamEof) this.#end('StreamEOF');
        break;
      default:
    }
  }

  #receiveMedia(type: 'audio' | 'video' | 'script', { timestamp, body }: RtmpMessage): void {
    if (this.#mode !== 'play' || body.length === 0) return;
    // Some servers begin to play without saying so.
    this.#becomeReady();
    this.#events.push({ type, timestamp: this.#clocks[type].unwrap(timestamp), body });
  }

  #receiveScript(message: RtmpMessage): void {
    const body = scriptBody(message);
    const name = body === undefined ? undefined : readAmf0(body, 0)?.value;
    // Both are the server's talk with Flash players and no part of the stream.
    if (body === undefined || name === '|RtmpSampleAccess' || name === 'onStatus') return;
    this.#receiveMedia('script', { ...message, body });
  }

  #receiveCommand(command: RtmpCommand): void {
    switch (command.name) {
      case '_result':
        if (command.transaction === calls.connect) this.#createStream();
        if (command.transaction === calls.createStream) this.#startStream(command.values[1]);
        break;
      case '_error':
        // Servers that do not know these two say so; nothing depends on them.
        if (command.transaction === calls.releaseStream || command.transaction === calls.fcPublish) break;
        this.#refuse(command.values, 'NetConnection.Call.Failed');
        break;
      case 'onStatus':
        this.#receiveStatus(command.values);
        break;
      case 'close':
        this.#end('NetConnection.Connect.Closed');
        break;
      default:
    }
  }

  #createStream(): void {
    const { name } = this.#url;
    this.#send.push(windowAckSize(defaultWindow));
    if (this.#mode === 'publish') {
      this.#send.push(
        writeCommand(0, 'releaseStream', calls.releaseStream, [null, name]),
        writeCommand(0, 'FCPublish', calls.fcPublish, [null, name]),
      );
    }
    this.#send.push(writeCommand(0, 'createStream', calls.createStream, [null]));
  }

  #startStream(streamId: AmfValue): void {
    if (typeof streamId !== 'number') return this.#refuse([], 'NetConnection.Call.Failed');
    this.#streamId = streamId;
    if (this.#mode === 'publish') {
      this.#send.push(writeCommand(streamId, 'publish', calls.start, [null, this.#url.name, 'live']));
      return;
    }
    // -2000 is Flash's -2 s: the live stream of that name, else the recorded one.
    this.#send.push(
      writeCommand(streamId, 'play', calls.start, [null, this.#url.name, -2000]),
      userControl(userEvents.setBufferLength, streamId, bufferMillis),
    );
  }

  #receiveStatus(values: readonly AmfValue[]): void {
    const { level, code } = information(values);
    if (level === 'error') return this.#refuse(values, 'NetStream.Failed');
    if (code === 'NetStream.Publish.Start' && this.#mode === 'publish') this.#becomeReady();
    if (code === 'NetStream.Play.Start' && this.#mode === 'play') this.#becomeReady();
    if (endCodes.has(code)) this.#end(code);
  }

  #becomeReady(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#events.push({ type: 'ready' });
  }

  #end(code: string): void {
    if (!this.#isStopped) this.#events.push({ type: 'end', code });
  }

  #refuse(values: readonly AmfValue[], code: string): void {
    if (this.#isStopped) return;
    const told = information(values);
    this.#events.push({ type: 'refused', code: told.code || code, description: told.description });
  }
}

/** Level, code and description of an information object, wherever it stands among the values. */
function information(values: readonly AmfValue[]): { level: string; code: string; description: string } {
  const told = values.findLast(isAmfObject) ?? {};
  const text = (name: string): string => (typeof told[name] === 'string' ? told[name] : '');
  return { level: text('level'), code: text('code'), description: text('description') };
}
