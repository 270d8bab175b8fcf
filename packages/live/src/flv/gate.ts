// What comes first on a connection to the HTTP port. A plain GET of a stream is answered from its bytes alone: parser, request
// and response objects would otherwise stay in memory for as long as the viewer does. All else goes to Node's HTTP server.
import type { Socket } from 'node:net';
import { rawProblem } from '../http-answer.ts';
import { type PeerHeaders, peerOf } from '../peer.ts';
import { socketSink } from '../socket-sink.ts';
import { type FlvContext, serveFlv } from './serve.ts';

/** A GET with its whole head (RFC 9112 §2.1), its target in origin form. One way to match each byte, so that matching stays linear. */
const plainGet = /^GET \/live\/([\w-]{1,128})\.flv(?:\?([^ #\r\n]*))? HTTP\/1\.[01]\r\n(?:[!-9;-~]+:[^\r\n]*\r\n)*\r\n$/;
/** Fields by which a request is more than its first line. */
const unusual = /\r\n(?:upgrade|content-length|transfer-encoding|expect)[ \t]*:/i;

const forwardedFor = /\r\nx-forwarded-for:[ \t]*([^\r\n]*)/i;
const userAgent = /\r\nuser-agent:[ \t]*([^\r\n]*)/i;

export type PlainGet = { name: string; token: string | null } & PeerHeaders;

/** What a plain GET of a stream asks for; undefined when these bytes are anything else. */
export function readPlainGet(bytes: Uint8Array): PlainGet | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const [, name, query] = plainGet.exec(head) ?? [];
  if (name === undefined || unusual.test(head)) return undefined;
  const field = (pattern: RegExp): string | undefined => pattern.exec(head)?.[1];
  return { name, token: new URLSearchParams(query ?? '').get('token'), forwardedFor: field(forwardedFor), userAgent: field(userAgent) };
}

/** `cut` ends every connection that came through, wherever it went. */
export type Gate = { admit(socket: Socket): void; cut(): void };

/** `pass` gets each socket that is not a viewer's, as if nothing had been read from it. */
export function createGate(context: FlvContext, pass: (socket: Socket) => void): Gate {
  const sockets = new Set<Socket>();
  const { httpHeadMillis, httpHeadBytes } = context.limits;

  function admit(socket: Socket): void {
    sockets.add(socket);
    const cut = (): void => void socket.destroy();
    // Not the socket's own time-out: once it has had one, each write looks at it, thousands a second.
    const late = setTimeout(cut, httpHeadMillis);
    socket.on('error', cut);
    socket.once('end', cut);
    socket.once('close', () => {
      clearTimeout(late);
      sockets.delete(socket);
    });
    socket.once('data', (bytes) => {
      clearTimeout(late);
      const get = bytes.length <= httpHeadBytes ? readPlainGet(bytes) : undefined;
      if (get !== undefined) {
        // A viewer has nothing more to say.
        socket.on('data', cut);
        serve(context, socket, get);
        return;
      }
      socket.off('error', cut).off('end', cut);
      socket.unshift(bytes);
      pass(socket);
    });
  }

  return {
    admit,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function serve(context: FlvContext, socket: Socket, { name, token, ...headers }: PlainGet): void {
  serveFlv(context, {
    name,
    token,
    socket,
    peer: peerOf(socket, headers),
    refuse(problem) {
      const sink = socketSink(socket);
      sink.write([rawProblem(problem)]);
      sink.end(context.limits.lingerMillis);
    },
    onceOver: (run) => socket.once('close', run),
  });
}
