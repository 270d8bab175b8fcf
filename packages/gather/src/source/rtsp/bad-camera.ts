// A camera of the worst kind for tests: an RTSP server on loopback whose every answer and packet a test can spoil.
import { type Server, type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type RtspRequest, type RtspResponse, RtspStreamReader, type Sdp, headerOf, writeInterleaved, writeRtspMessage, writeSdp } from '@lubo/media';

/** What a test does in place of the usual answer: changes it, gives none (`silence`), or cuts the connection. */
export type Spoiled = Partial<Pick<RtspResponse, 'status' | 'reason' | 'headers'>> | 'silence' | 'cut' | undefined;

export type BadCameraOptions = {
  sdp: Sdp;
  spoil?(request: RtspRequest, connection: number): Spoiled;
  /** After PLAY: sends what the camera has. */
  play?(send: (channel: number, bytes: Uint8Array) => void, connection: number, socket: Socket): void;
};

export type BadCamera = {
  url: string;
  /** Methods asked for, in order, over all connections. */
  asked: string[];
  requests: RtspRequest[];
  connections: number;
  close(): Promise<void>;
};

const noBody = new Uint8Array(0);

/** Listens on loopback; TCP interleaved only. */
export async function startBadCamera({ sdp, spoil, play }: BadCameraOptions): Promise<BadCamera> {
  const camera = { url: '', asked: [] as string[], requests: [] as RtspRequest[], connections: 0 };
  const sockets = new Set<Socket>();
  const answer = (request: RtspRequest, connection: number, socket: Socket): void => {
    camera.asked.push(request.method);
    camera.requests.push(request);
    const spoiled = spoil?.(request, connection);
    if (spoiled === 'silence') return;
    if (spoiled === 'cut') return void socket.destroy();
    const { body, headers } = usual(request, sdp);
    const sequence = ['CSeq', headerOf(request, 'CSeq') ?? '0'] as const;
    socket.write(writeRtspMessage({ type: 'response', status: 200, reason: 'OK', body, ...spoiled, headers: [sequence, ...(spoiled?.headers ?? headers)] }));
    if (request.method === 'PLAY' && spoiled === undefined) {
      setImmediate(() => play?.((channel, bytes) => void socket.write(writeInterleaved(channel, bytes)), connection, socket));
    }
    if (request.method === 'TEARDOWN') socket.end();
  };
  const server: Server = createServer((socket) => {
    const connection = ++camera.connections;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    const reader = new RtspStreamReader({ message: (message) => message.type === 'request' && answer(message, connection, socket), frame: () => {} });
    socket.on('data', (bytes) => reader.receive(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(camera, {
    url: `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/live`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function usual(request: RtspRequest, sdp: Sdp): { headers: [string, string][]; body: Uint8Array } {
  switch (request.method) {
    case 'DESCRIBE':
      return { headers: [['Content-Type', 'application/sdp'], ['Content-Base', `${request.uri}/`]], body: writeSdp(sdp) };
    case 'SETUP':
      return { headers: [['Transport', headerOf(request, 'Transport') ?? ''], ['Session', '77;timeout=60']], body: noBody };
    default:
      return { headers: [['Session', '77']], body: noBody };
  }
}
