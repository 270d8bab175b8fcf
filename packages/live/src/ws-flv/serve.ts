// WebSocket upgrades of /live/<name>.flv (RFC 6455): the handshake is answered when the stream begins, so that a refusal is
// still a plain HTTP answer.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '@lubo/contract';
import { WebSocketServer } from 'ws';
import { type FlvContext, admissionOf } from '../flv/serve.ts';
import { flvDelivery } from '../flv/http-flv.ts';
import { rawProblem } from '../http-answer.ts';
import { type Peer, peerHeaders, peerOf } from '../peer.ts';
import { socketSink } from '../socket-sink.ts';
import { type WsSink, wsSink } from './ws-sink.ts';

/** Bytes that a client may send: it has nothing to say. */
const maxClientBytes = 1024;

/** Answers one upgrade. `head`: what came behind the request's head. */
export type Upgrade = (request: IncomingMessage, socket: Socket, head: Uint8Array) => void;

type Joining = { name: string; peer: Peer; request: IncomingMessage; socket: Socket; head: Buffer; refuse(problem: AppError): void };

/** Serves the streams of a hub over WebSocket, from pages of any origin. */
export function createWsFlv(context: FlvContext): Upgrade {
  const { hub, limits, log, onRefusal } = context;
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false, maxPayload: maxClientBytes, autoPong: false });

  return (request, socket, head) => {
    socket.on('error', () => {});
    const refuse = (problem: AppError): void => {
      socket.write(rawProblem(problem));
      socketSink(socket).end(limits.lingerMillis);
    };
    const address = URL.parse(request.url ?? '/', 'http://live');
    const name = /^\/live\/([\w-]{1,128})\.flv$/.exec(address?.pathname ?? '')?.[1];
    if (name === undefined) return refuse(new AppError('not-found', 'no-such-page', 'There is nothing at this address.'));
    const peer = peerOf(socket, peerHeaders(request.headers));
    const fault = admissionOf(context, { name, token: address?.searchParams.get('token') ?? null, peer });
    if (fault !== undefined) return refuse(fault);
    join({ name, peer, request, socket, head: Buffer.from(head), refuse });
  };

  function join({ name, peer, request, socket, head, refuse }: Joining): void {
    const early = collectEarly(socket, head);
    let sink: WsSink | undefined;
    let reason = 'left';
    const delivery = flvDelivery({
      protocol: 'ws-flv',
      peer,
      sink: {
        get pendingBytes() {
          return socket.writableLength;
        },
        write: (parts) => sink?.write(parts),
        end: (lingerMillis) => sink?.end(reason, lingerMillis),
        cut: () => socket.destroy(),
      },
      head: new Uint8Array(0),
      lingerMillis: limits.lingerMillis,
      onBegin() {
        server.handleUpgrade(request, socket, early(), (webSocket) => (sink = wsSink(webSocket, socket)));
      },
      onEnd: (end) => (reason = end),
      refuse(problem) {
        onRefusal(reason);
        refuse(problem);
      },
    });
    const seat = hub.join(name, delivery);
    if (seat === undefined) {
      onRefusal('full');
      return refuse(new AppError('unavailable', 'full', 'This live server takes no further streams.', { retryAfterSeconds: 5 }));
    }
    const cameAt = performance.now();
    socket.once('close', () => {
      seat.leave();
      const seconds = Math.round((performance.now() - cameAt) / 100) / 10;
      log.info({ stream: name, peer: peer.address, protocol: 'ws-flv', reason, seconds, bytes: seat.viewer.bytesOut }, 'viewer left');
    });
  }
}

/** Reads while the client waits, or its leaving would not be seen; the result stops it and gives what came. */
function collectEarly(socket: Socket, head: Buffer): () => Buffer {
  let bytes = head;
  const take = (more: Buffer): void => {
    bytes = Buffer.concat([bytes, more]);
    if (bytes.length > maxClientBytes) socket.destroy();
  };
  const leave = (): void => void socket.destroy();
  socket.on('data', take);
  socket.on('end', leave);
  return () => {
    socket.removeListener('data', take);
    socket.removeListener('end', leave);
    return bytes;
  };
}
