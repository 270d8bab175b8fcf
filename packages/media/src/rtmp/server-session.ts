// The server's side of one RTMP connection (Adobe RTMP 1.0 §7.2), without a socket: bytes in, events and bytes out.

import { concatBytes } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import type { AmfObject, AmfValue } from '../flv/amf0.ts';
import { isAmfObject } from '../flv/metadata.ts';
import type { FlvTag } from '../flv/tag.ts';
import { splitAggregate } from './aggregate.ts';
import { chunkMedia, rtmpChunkSize } from './chunk-writer.ts';
import type { RtmpCommand } from './command.ts';
import { readCommand, scriptBody, writeCommand, writeData, writeStatus } from './command.ts';
import { setChunkSize, setPeerBandwidth, userControl, userEvents, windowAckSize } from './control.ts';
import { ServerHandshake } from './handshake.ts';
import type { RtmpLimits } from './limits.ts';
import { defaultRtmpLimits } from './limits.ts';
import type { RtmpMessage } from './message.ts';
import { messageTypes } from './message.ts';
import { streamAddress } from './stream-address.ts';
import { TimestampClock } from './timestamp.ts';
import { RtmpTransport, defaultWindow } from './transport.ts';

/** What a client does. Media comes from the moment of 'publish' on, also before the shell accepts it. */
export type RtmpServerEvent =
  /** Answered by the session. */
  | { type: 'connect'; app: string; tcUrl: string; command: AmfObject }
  /** The shell answers with acceptPublish or reject. */
  | { type: 'publish'; streamId: number; app: string; name: string; query: URLSearchParams }
  /** The shell answers with acceptPlay or reject. */
  | { type: 'play'; streamId: number; app: string; name: string; query: URLSearchParams }
  /** Timestamp in ms, unwrapped past 2^32; the body is the session's own copy, that of an FLV tag, never empty. */
  | { type: 'audio' | 'video' | 'script'; streamId: number; timestamp: number; body: Uint8Array }
  /** A stream that published or played ends (deleteStream, closeStream, FCUnpublish); the connection stays. */
  | { type: 'close'; streamId: number };

type ServerStream = {
  role: 'idle' | 'publish' | 'play';
  /** As the client wrote it, to recognise FCUnpublish. */
  rawName: string;
  clocks: Record<'audio' | 'video' | 'script', TimestampClock>;
};

const serverVersion = 'FMS/3,5,7,7009';
const fourCcList = ['avc1', 'hvc1', 'mp4a'];
const nothing = new Uint8Array(0);

/** One client's connection. Every method returns bytes to be sent in the order of the calls. */
export class RtmpServerSession {
  readonly #limits: RtmpLimits;
  readonly #transport: RtmpTransport;
  readonly #streams = new Map<number, ServerStream>();
  #handshake: ServerHandshake | undefined = new ServerHandshake();
  #connection: { app: string; tcUrl: string } | undefined;
  #events: RtmpServerEvent[] = [];
  #send: Uint8Array[] = [];

  constructor(options: { limits?: Partial<RtmpLimits> } = {}) {
    this.#limits = { ...defaultRtmpLimits, ...options.limits };
    this.#transport = new RtmpTransport(this.#limits, (message) => this.#receiveMessage(message));
  }

  /** Takes bytes as they come (the buffer may be reused afterwards). Throws FormatError: close the connection. */
  receive(bytes: Uint8Array): { events: RtmpServerEvent[]; send: Uint8Array[] } {
    const events: RtmpServerEvent[] = (this.#events = []);
    const send: Uint8Array[] = (this.#send = []);
    let rest = bytes;
    if (this.#handshake !== undefined) {
      const step = this.#handshake.receive(bytes);
      if (step.send !== undefined) send.push(step.send);
      if (!step.isDone) return { events, send };
      this.#handshake = undefined;
      rest = bytes.subarray(step.next);
    }
    this.#transport.receive(rest, send);
    return { events, send };
  }

  /** Stream Begin and NetStream.Publish.Start; empty when the stream is gone by now. */
  acceptPublish(streamId: number): Uint8Array {
    if (this.#streams.get(streamId)?.role !== 'publish') return nothing;
    return concatBytes([
      userControl(userEvents.streamBegin, streamId),
      writeStatus(streamId, 'status', 'NetStream.Publish.Start', 'Publishing.'),
    ]);
  }

  /** Stream Begin, NetStream.Play.Reset and Start, and |RtmpSampleAccess; empty when the stream is gone by now. */
  acceptPlay(streamId: number): Uint8Array {
    if (this.#streams.get(streamId)?.role !== 'play') return nothing;
    return concatBytes([
      userControl(userEvents.streamBegin, streamId),
      writeStatus(streamId, 'status', 'NetStream.Play.Reset', 'Playing and resetting.'),
      writeStatus(streamId, 'status', 'NetStream.Play.Start', 'Started playing.'),
      writeData(streamId, ['|RtmpSampleAccess', true, true]),
    ]);
  }

  /** An onStatus of level error, e.g. NetStream.Publish.BadName or NetStream.Play.StreamNotFound; the stream's media is dropped from now on. */
  reject(streamId: number, code: string, description: string): Uint8Array {
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) stream.role = 'idle';
    return writeStatus(streamId, 'error', code, description);
  }

  /** Any onStatus, e.g. NetStream.Play.UnpublishNotify. */
  status(streamId: number, level: 'status' | 'warning' | 'error', code: string, description: string): Uint8Array {
    return writeStatus(streamId, level, code, description);
  }

  /** A tag for a player; the same bytes as `chunkMedia(streamId, tag)`. */
  sendMedia(streamId: number, tag: FlvTag): Uint8Array {
    return chunkMedia(streamId, tag);
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
        this.#receiveCommand(message.streamId, readCommand(message));
        break;
      case messageTypes.aggregate:
        if (this.#isPublishing(message.streamId)) for (const part of splitAggregate(message)) this.#receiveMessage(part);
        break;
      default:
    }
  }

  #isPublishing(streamId: number): boolean {
    return this.#streams.get(streamId)?.role === 'publish';
  }

  #receiveMedia(type: 'audio' | 'video' | 'script', { streamId, timestamp, body }: RtmpMessage): void {
    const stream = this.#streams.get(streamId);
    if (stream?.role !== 'publish' || body.length === 0) return;
    this.#events.push({ type, streamId, timestamp: stream.clocks[type].unwrap(timestamp), body });
  }

  #receiveScript(message: RtmpMessage): void {
    if (!this.#isPublishing(message.streamId)) return;
    const body = scriptBody(message);
    if (body !== undefined) this.#receiveMedia('script', { ...message, body });
  }

  #receiveCommand(streamId: number, command: RtmpCommand): void {
    if (command.name === 'connect') return this.#connect(command);
    if (this.#connection === undefined) throw new FormatError(0, ['RTMP session'], `command "${command.name.slice(0, 32)}" before connect`);
    const { transaction, values } = command;
    switch (command.name) {
      case 'createStream':
        return this.#createStream(transaction);
      case 'publish':
      case 'play':
        return this.#start(command.name, streamId, textAt(values, 1));
      case 'deleteStream':
        this.#close(typeof values[1] === 'number' ? values[1] : streamId);
        this.#streams.delete(typeof values[1] === 'number' ? values[1] : streamId);
        return;
      case 'closeStream':
        return this.#close(streamId);
      case 'FCPublish':
        this.#answer(transaction);
        return this.#fcStatus('onFCPublish', 'NetStream.Publish.Start', textAt(values, 1));
      case 'FCUnpublish':
        this.#answer(transaction);
        return this.#fcUnpublish(textAt(values, 1));
      case 'getStreamLength':
        return this.#answer(transaction, 0);
      default:
        // releaseStream, _checkbw, FCSubscribe and whatever else waits for an answer gets one.
        return this.#answer(transaction);
    }
  }

  #connect({ transaction, values }: RtmpCommand): void {
    if (this.#connection !== undefined) throw new FormatError(0, ['RTMP session'], 'second connect');
    const command = isAmfObject(values[0]) ? values[0] : {};
    const app = typeof command['app'] === 'string' ? command['app'] : '';
    const tcUrl = typeof command['tcUrl'] === 'string' ? command['tcUrl'] : '';
    this.#connection = { app, tcUrl };
    this.#send.push(
      windowAckSize(defaultWindow),
      setPeerBandwidth(defaultWindow),
      setChunkSize(rtmpChunkSize),
      writeCommand(0, '_result', transaction, [
        { fmsVer: serverVersion, capabilities: 31, mode: 1, fourCcList },
        {
          level: 'status',
          code: 'NetConnection.Connect.Success',
          description: 'Connection succeeded.',
          objectEncoding: 0,
          fourCcList,
        },
      ]),
    );
    this.#events.push({ type: 'connect', app: streamAddress({ app, tcUrl, name: '' }).app, tcUrl, command });
  }

  #createStream(transaction: number): void {
    let streamId = 1;
    while (this.#streams.has(streamId)) streamId++;
    if (streamId > this.#limits.streams) {
      const description = `More than ${this.#limits.streams} streams.`;
      this.#send.push(writeCommand(0, '_error', transaction, [null, { level: 'error', code: 'NetConnection.Call.Failed', description }]));
      return;
    }
    const clocks = { audio: new TimestampClock(), video: new TimestampClock(), script: new TimestampClock() };
    this.#streams.set(streamId, { role: 'idle', rawName: '', clocks });
    this.#answer(transaction, streamId);
  }

  #start(role: 'publish' | 'play', streamId: number, rawName: string): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined || this.#connection === undefined) {
      throw new FormatError(0, ['RTMP session'], `${role} on stream ${streamId}, which was not created`);
    }
    this.#close(streamId);
    stream.role = role;
    stream.rawName = rawName;
    if (role === 'publish') this.#transport.allowMedia(this.#limits.messageLength);
    this.#events.push({ type: role, streamId, ...streamAddress({ ...this.#connection, name: rawName }) });
  }

  #close(streamId: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.role === 'idle') return;
    stream.role = 'idle';
    this.#events.push({ type: 'close', streamId });
  }

  #fcUnpublish(rawName: string): void {
    for (const [streamId, stream] of this.#streams) {
      if (stream.role === 'publish' && stream.rawName === rawName) this.#close(streamId);
    }
    this.#fcStatus('onFCUnpublish', 'NetStream.Unpublish.Success', rawName);
  }

  #fcStatus(name: string, code: string, description: string): void {
    this.#send.push(writeCommand(0, name, 0, [null, { level: 'status', code, description }]));
  }

  /** A _result, unless the client asked for none (transaction 0). */
  #answer(transaction: number, value?: AmfValue): void {
    if (transaction !== 0) this.#send.push(writeCommand(0, '_result', transaction, [null, value]));
  }
}

function textAt(values: readonly AmfValue[], index: number): string {
  const value = values[index];
  return typeof value === 'string' ? value : '';
}
