// A live server in hand for tests of pushes: our RTMP server session on a free loopback port.
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { type RtmpServerEvent, RtmpServerSession, readMetadata, readVideoBody } from '@lubo/media';

export type Media = RtmpServerEvent & { type: 'audio' | 'video' | 'script' };
type Publish = RtmpServerEvent & { type: 'publish' };

/** One connection as the live server sees it. */
export type FakePublisher = {
  publish: Publish;
  socket: Socket;
  media: Media[];
  /** Resolves when `media` satisfies this. */
  until(isEnough: (media: readonly Media[]) => boolean): Promise<void>;
  /** Resolves when the stream or the connection has ended; true after a farewell. */
  ended: Promise<boolean>;
};

export type FakeLive = {
  port: number;
  url(token: string): string;
  /** What a publisher is answered. */
  decide: (publish: Publish) => 'accept' | 'refuse' | 'silence';
  refusals: string[];
  /** Resolves with the next accepted publisher, earlier ones first. */
  next(): Promise<FakePublisher>;
  close(): Promise<void>;
};

/** Listens on a free port, or on the one given (a server that comes back). */
export async function startFakeLive(port = 0): Promise<FakeLive> {
  const waiting: FakePublisher[] = [];
  const takers: ((publisher: FakePublisher) => void)[] = [];
  const sockets = new Set<Socket>();
  const give = (publisher: FakePublisher): void => {
    const taker = takers.shift();
    if (taker) taker(publisher);
    else waiting.push(publisher);
  };
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, live, give);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const live: FakeLive = {
    port: (server.address() as AddressInfo).port,
    url: (token) => `rtmp://127.0.0.1:${live.port}/live/channel00001?token=${token}`,
    decide: () => 'accept',
    refusals: [],
    next: () => {
      const publisher = waiting.shift();
      return publisher ? Promise.resolve(publisher) : new Promise((resolve) => takers.push(resolve));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
  return live;
}

function serve(socket: Socket, live: FakeLive, give: (publisher: FakePublisher) => void): void {
  const session = new RtmpServerSession();
  const media: Media[] = [];
  const watchers = new Set<() => void>();
  const { promise: ended, resolve: end } = Promise.withResolvers<boolean>();
  const until = (isEnough: (media: readonly Media[]) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!isEnough(media)) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });
  const react = (event: RtmpServerEvent): void => {
    if (event.type === 'audio' || event.type === 'video' || event.type === 'script') media.push(event);
    if (event.type === 'close') end(true);
    if (event.type !== 'publish') return;
    const decision = live.decide(event);
    if (decision === 'accept') {
      socket.write(session.acceptPublish(event.streamId));
      give({ publish: event, socket, media, until, ended });
    } else if (decision === 'refuse') {
      live.refusals.push(event.query.get('token') ?? '');
      socket.write(session.reject(event.streamId, 'NetStream.Publish.BadName', 'The token is wrong.'));
    }
  };
  socket.on('error', () => {});
  socket.on('close', () => end(false));
  socket.on('data', (bytes) => {
    const { events, send } = session.receive(bytes);
    for (const part of send) socket.write(part);
    for (const event of events) react(event);
    for (const look of watchers) look();
  });
}

/** What a tag is, for short: `metadata`, `video config`, `keyframe`, `picture`, `audio config`, `sound`; with its timestamp. */
export function nameOf({ type, timestamp, body }: Media): string {
  return `${kindOf(type, body)} ${timestamp}`;
}

function kindOf(type: Media['type'], body: Uint8Array): string {
  if (type === 'script') return readMetadata(body) ? 'metadata' : 'script';
  if (type === 'audio') return body[1] === 0 ? 'audio config' : 'sound';
  const { packet, isKeyframe } = readVideoBody(body);
  if (packet === 'config') return 'video config';
  return isKeyframe ? 'keyframe' : 'picture';
}
