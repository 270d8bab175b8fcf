// A camera of the worst kind for tests: an RTSP server on loopback whose every answer and packet a test can spoil.
import { type Socket as DatagramSocket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type RtspRequest, type RtspResponse, RtspStreamReader, type Sdp, headerOf, writeInterleaved, writeRtspMessage, writeSdp } from '@lubo/media';

/** What a test does in place of the usual answer: changes it, gives none (`silence`), or cuts the connection. */
export type Spoiled = Partial<Pick<RtspResponse, 'status' | 'reason' | 'headers'>> | 'silence' | 'cut' | undefined;

export type BadCameraOptions = {
  sdp: Sdp;
  /** rtsps with this certificate. */
  tls?: { key: string; cert: string } | undefined;
  /** What OPTIONS tells in `Public`; absent: nothing. */
  offers?: string | undefined;
  timeoutSeconds?: number | undefined;
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
  /** Cuts the connections that there are. */
  hangUp(): void;
  close(): Promise<void>;
};

const noBody = new Uint8Array(0);

/** Listens on loopback; media goes inside the connection, or as datagrams to whoever asks for them. */
export async function startBadCamera(options: BadCameraOptions): Promise<BadCamera> {
  const { spoil, play, tls } = options;
  const camera = { url: '', asked: [] as string[], requests: [] as RtspRequest[], connections: 0 };
  const sockets = new Set<Socket>();
  const datagrams = createSocket('udp4');
  datagrams.on('error', () => {});
  await once(datagrams.bind(0, '127.0.0.1'), 'listening');
  const answer = (request: RtspRequest, connection: number, socket: Socket, ports: Map<number, number>): void => {
    camera.asked.push(request.method);
    camera.requests.push(request);
    const spoiled = spoil?.(request, connection);
    if (spoiled === 'silence') return;
    if (spoiled === 'cut') return void socket.destroy();
    if (request.method === 'SETUP' && spoiled === undefined) takePorts(request, ports);
    const { body, headers } = usual(request, options, datagrams.address().port);
    const sequence = ['CSeq', headerOf(request, 'CSeq') ?? '0'] as const;
    socket.write(writeRtspMessage({ type: 'response', status: 200, reason: 'OK', body, ...spoiled, headers: [sequence, ...(spoiled?.headers ?? headers)] }));
    if (request.method === 'PLAY' && spoiled === undefined) {
      setImmediate(() => play?.((channel, bytes) => sendMedia({ socket, datagrams, port: ports.get(channel) }, channel, bytes), connection, socket));
    }
    if (request.method === 'TEARDOWN') socket.end();
  };
  const serve = (socket: Socket): void => {
    const connection = ++camera.connections;
    const ports = new Map<number, number>();
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    const reader = new RtspStreamReader({ message: (message) => message.type === 'request' && answer(message, connection, socket, ports), frame: () => {} });
    socket.on('data', (bytes) => reader.receive(bytes));
  };
  const server: Server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return Object.assign(camera, {
    url: `${tls === undefined ? 'rtsp' : 'rtsps'}://127.0.0.1:${(server.address() as AddressInfo).port}/live`,
    hangUp() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      datagrams.close();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Remembers where the datagrams of a media go. */
function takePorts(request: RtspRequest, ports: Map<number, number>): void {
  const [, rtp, rtcp] = /client_port=(\d+)-(\d+)/.exec(headerOf(request, 'Transport') ?? '') ?? [];
  const channel = ports.size;
  if (rtp !== undefined && rtcp !== undefined) ports.set(channel, Number(rtp)).set(channel + 1, Number(rtcp));
}

function sendMedia(to: { socket: Socket; datagrams: DatagramSocket; port: number | undefined }, channel: number, bytes: Uint8Array): void {
  if (to.port === undefined) to.socket.write(writeInterleaved(channel, bytes));
  else to.datagrams.send(bytes, to.port, '127.0.0.1');
}

function usual(request: RtspRequest, { sdp, offers, timeoutSeconds = 60 }: BadCameraOptions, port: number): { headers: [string, string][]; body: Uint8Array } {
  switch (request.method) {
    case 'OPTIONS':
      return { headers: offers === undefined ? [] : [['Public', offers]], body: noBody };
    case 'DESCRIBE':
      return { headers: [['Content-Type', 'application/sdp'], ['Content-Base', `${request.uri}/`]], body: writeSdp(sdp) };
    case 'SETUP': {
      const transport = headerOf(request, 'Transport') ?? '';
      const more = transport.includes('client_port') ? `;server_port=${port}-${port + 1}` : '';
      return { headers: [['Transport', `${transport}${more}`], ['Session', `77;timeout=${timeoutSeconds}`]], body: noBody };
    }
    default:
      return { headers: [['Session', '77']], body: noBody };
  }
}
