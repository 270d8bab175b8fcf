// The relay's WebSocket (RFC 6455) at /api/relay: who it is comes before the upgrade, then messages are checked and passed on.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { RelayUp, relayMaxMessageBytes, relayPath } from '@lubo/contract';
import type { Logger } from 'pino';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { AgentIdentity } from '../agents/agents.ts';
import { peerOf } from './peer.ts';
import { type Relay, closeCodes } from './relay.ts';

/** Who owns a bearer token `<id>.<key>`; `undefined` for nobody. */
export type Authenticate = (token: string) => Promise<AgentIdentity | undefined>;

export type UpgradeOptions = { relay: Relay; authenticate: Authenticate; log: Logger };

/** Serves the relay's upgrades of `server`; other upgrades are refused. The returned function ends what is open. */
export function serveRelay(server: Server, options: UpgradeOptions): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: relayMaxMessageBytes, perMessageDeflate: false, clientTracking: true });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    // Compared as it came: what a peer names as address need not be one.
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== relayPath) return refuse(socket, 404, 'Not Found');
    void admit(request, options).then((agent) => {
      if (agent === 'fault') return refuse(socket, 503, 'Service Unavailable');
      if (agent === undefined) return refuse(socket, 401, 'Unauthorized');
      if (socket.destroyed) return;
      sockets.handleUpgrade(request, socket, head, (webSocket) => attach(webSocket, request, agent, options));
    });
  });
  return () => {
    for (const each of sockets.clients) each.terminate();
    sockets.close();
  };
}

async function admit(request: IncomingMessage, { authenticate, log }: UpgradeOptions): Promise<AgentIdentity | 'fault' | undefined> {
  const [, token] = /^Bearer (\S{1,256})$/i.exec(request.headers.authorization ?? '') ?? [];
  try {
    return token === undefined ? undefined : await authenticate(token);
  } catch (error) {
    log.error({ err: error }, 'an agent could not be authenticated');
    return 'fault';
  }
}

function refuse(socket: Duplex, status: number, reason: string): void {
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function attach(webSocket: WebSocket, request: IncomingMessage, agent: AgentIdentity, { relay, log }: UpgradeOptions): void {
  request.socket.setNoDelay(true);
  const connection = relay.connect(agent, peerOf(request), webSocket);
  webSocket.on('ping', connection.alive);
  webSocket.on('pong', connection.alive);
  webSocket.on('message', (data, isBinary) => {
    connection.alive();
    const message = isBinary ? undefined : messageOf(data);
    if (message !== undefined) return connection.message(message);
    log.warn({ agent: agent.id, kind: agent.kind }, 'an agent sent what is no relay message');
    webSocket.close(closeCodes.protocol, 'not a relay message');
  });
  webSocket.on('error', (error) => connection.ended(error.message));
  webSocket.on('close', (code) => connection.ended(`closed with ${code}`));
}

/** With the default binaryType every message comes as one Buffer. */
function messageOf(data: RawData): RelayUp | undefined {
  try {
    return RelayUp.safeParse(JSON.parse((data as Buffer).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
