// A stream that goes from one worker to another as FLV over HTTP on a local socket: both ends of it.
import { type IncomingMessage, type Server, type ServerResponse, createServer, request } from 'node:http';
import { FormatError, concatBytes, readFlvHeader, readTag } from '@lubo/media';
import type { FlvTag } from '@lubo/media';
import { flvDelivery, flvHeaders } from '../flv/http-flv.ts';
import { answerProblem, rawHead } from '../http-answer.ts';
import { peerHeaders, peerOf } from '../peer.ts';
import type { LiveServer } from '../server.ts';
import { socketSink } from '../socket-sink.ts';
import { socketPath } from './messages.ts';
import type { OpenDraw } from './neighbour.ts';

const head = rawHead(flvHeaders);

/** Reads FLV in whatever pieces it comes. */
export class FlvReader {
  #rest: Uint8Array = new Uint8Array(0);
  #hasHeader = false;

  /** The tags that are whole now. Throws FormatError. */
  read(bytes: Uint8Array): FlvTag[] {
    const all = this.#rest.length === 0 ? bytes : concatBytes([this.#rest, bytes]);
    const tags: FlvTag[] = [];
    let at = 0;
    if (!this.#hasHeader) {
      const header = readFlvHeader(all, 0);
      this.#hasHeader = header !== undefined;
      at = header?.next ?? 0;
    }
    for (let read = this.#hasHeader ? readTag(all, at) : undefined; read !== undefined; read = readTag(all, at)) {
      tags.push(read.tag);
      at = read.next;
    }
    this.#rest = all.subarray(at);
    return tags;
  }
}

/** Draws from the workers whose sockets are in `folder`. */
export function drawFrom(folder: string): OpenDraw {
  return (slot, name, { onTag, onEnd }) => {
    const reader = new FlvReader();
    let isOver = false;
    const end = (reason: string): void => {
      if (isOver) return;
      isOver = true;
      asking.destroy();
      onEnd(reason);
    };
    const asking = request({ socketPath: socketPath(folder, slot), path: `/draw/${name}`, agent: false }, (response) => {
      if (response.statusCode !== 200) return end(`status ${response.statusCode}`);
      response.on('data', (bytes: Buffer) => {
        try {
          for (const tag of reader.read(bytes)) if (!isOver) onTag(tag);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
          end(error.message);
        }
      });
      response.on('error', (error) => end(error.message));
      response.on('close', () => end('the other worker closed'));
    });
    asking.on('error', (error) => end(error.message));
    asking.end();
    return {
      close() {
        isOver = true;
        asking.destroy();
      },
    };
  };
}

/** The local HTTP server of a worker: other workers draw streams from it, and hand it requests that belong here. Not yet listening. */
export function createOutlet(server: LiveServer): Server {
  return createServer({ noDelay: true }, (asked, response) => {
    const name = /^\/draw\/([\w-]{1,128})$/.exec(asked.url ?? '')?.[1];
    if (name === undefined) server.http.emit('request', asked, response);
    else handOut(server, name, asked, response);
  });
}

function handOut({ hub, limits }: LiveServer, name: string, { socket }: IncomingMessage, response: ServerResponse): void {
  const delivery = flvDelivery({
    protocol: 'relay',
    sink: socketSink(socket),
    head,
    lingerMillis: limits.lingerMillis,
    onBegin() {},
    onEnd() {},
    refuse: (problem) => answerProblem(response, problem, { Connection: 'close' }),
  });
  const seat = hub.join(name, delivery);
  if (seat === undefined) response.destroy();
  else response.once('close', () => seat.leave());
}

/** Lets the worker in a slot answer a request. `onFault`: it can't. */
export function handOver(folder: string, slot: number, asked: IncomingMessage, response: ServerResponse, onFault: (reason: string) => void): void {
  const { method, url } = asked;
  // Bodies are thrown away where they come in.
  const { 'content-length': _length, 'transfer-encoding': _encoding, expect: _expect, ...headers } = asked.headers;
  const other = request({ socketPath: socketPath(folder, slot), method, path: url, headers: { ...headers, 'x-forwarded-for': peerOf(asked.socket, peerHeaders(headers)).address, connection: 'close' }, agent: false }, (answered) => {
    const { connection: _, ...kept } = answered.headers;
    response.writeHead(answered.statusCode ?? 502, kept);
    answered.pipe(response);
    answered.on('error', () => response.destroy());
  });
  other.on('error', (error) => {
    if (response.headersSent) response.destroy();
    else if (!response.destroyed) onFault(error.message);
  });
  response.once('close', () => other.destroy());
  other.end();
}
