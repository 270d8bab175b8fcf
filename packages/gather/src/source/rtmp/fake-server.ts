// An RTMP server in hand for tests of pulls: plays media's FLV clip to whoever may play, over TCP or TLS.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type FlvTag, RtmpServerSession, readFlvHeader, readTag } from '@lubo/media';

export type RtmpServerOptions = {
  tls?: { key: string; cert: string } | undefined;
  /** What a player is told instead of being let play; undefined: it may. */
  refuse?(query: URLSearchParams): { code: string; description: string } | undefined;
  /** What goes on being sent after the clip, once each 20 ms; absent: nothing. */
  goesOn?(connection: number): 'audio' | 'video' | undefined;
};

export type FakeRtmpServer = { url: string; plays: URLSearchParams[]; connections: number; close(): Promise<void> };

/** media's bars-h264-aac.flv: pictures and sound. */
export const flvTags: readonly FlvTag[] = readClip();

/** Listens on loopback. */
export async function startRtmpServer({ tls, refuse, goesOn }: RtmpServerOptions = {}): Promise<FakeRtmpServer> {
  const sockets = new Set<Socket>();
  const fake = { url: '', plays: [] as URLSearchParams[], connections: 0 };
  const serve = (socket: Socket): void => {
    const session = new RtmpServerSession();
    const connection = ++fake.connections;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      const { events, send } = session.receive(bytes);
      for (const part of send) socket.write(part);
      for (const event of events) {
        if (event.type !== 'play') continue;
        fake.plays.push(event.query);
        const refusal = refuse?.(event.query);
        if (refusal !== undefined) socket.write(session.reject(event.streamId, refusal.code, refusal.description));
        else {
          for (const part of [session.acceptPlay(event.streamId), ...flvTags.map((tag) => session.sendMedia(event.streamId, tag))]) socket.write(part);
          const kind = goesOn?.(connection);
          if (kind !== undefined) sendOn(socket, kind, (tag) => session.sendMedia(event.streamId, tag));
        }
      }
    });
  };
  const server: Server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(fake, {
    url: `${tls === undefined ? 'rtmp' : 'rtmps'}://127.0.0.1:${port}/live/room1`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** The clip's tags of one kind again and again, as if only that went on. */
function sendOn(socket: Socket, kind: 'audio' | 'video', write: (tag: FlvTag) => Uint8Array): void {
  const media = flvTags.filter(({ type }) => type === kind);
  const length = (flvTags.at(-1)?.timestamp ?? 0) + 40;
  let i = 0;
  const timer = setInterval(() => {
    const tag = media[i % media.length];
    if (tag !== undefined) socket.write(write({ ...tag, timestamp: tag.timestamp + length * (1 + Math.floor(i / media.length)) }));
    i += 1;
  }, 20);
  socket.on('close', () => clearInterval(timer));
}

function readClip(): FlvTag[] {
  const bytes = readFileSync(new URL('../../../../media/src/flv/fixtures/bars-h264-aac.flv', import.meta.url));
  const tags: FlvTag[] = [];
  let found = readTag(bytes, readFlvHeader(bytes, 0)?.next ?? 0);
  for (; found !== undefined; found = readTag(bytes, found.next)) tags.push(found.tag);
  return tags;
}
