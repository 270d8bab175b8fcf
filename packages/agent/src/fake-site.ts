// A site in hand for the tests of this package: enrolment and relay on a free loopback port, every message in a list.
import { once } from 'node:events';
import { type IncomingMessage, type RequestListener, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type RelayDown, RelayUp, relayPath } from '@lubo/contract';
import { type WebSocket, WebSocketServer } from 'ws';

/** One agent's connection as the site sees it. */
export type FakeConnection = {
  socket: WebSocket;
  authorization: string;
  send(message: RelayDown): void;
  /** Resolves with the next message (earlier ones first) of this type; messages of other types before it are dropped. */
  next<T extends RelayUp['type']>(type: T): Promise<RelayUp & { type: T }>;
};

export type FakeSite = {
  url: string;
  enrolments: { kind: string; code: string }[];
  /** Answers enrolments; the default gives keys `agent0000001.kkk…`. */
  onEnrol: (body: { kind: string; code: string }) => { status: number; body: unknown };
  /** Status of the answer to a dial; 101 lets it in. */
  statusOf: (authorization: string) => number;
  /** Resolves with the next connection, earlier ones first. */
  nextConnection(): Promise<FakeConnection>;
  close(): Promise<void>;
};

/** Starts a site on a free port; with a certificate (PEM) it speaks HTTPS. */
export async function startFakeSite(tls?: { cert: Buffer; key: Buffer }): Promise<FakeSite> {
  const connections = queue<FakeConnection>();
  const sockets = new WebSocketServer({ noServer: true });
  const listener: RequestListener = (request, response) => {
    void bodyOf(request).then((text) => {
      const body = JSON.parse(text) as { kind: string; code: string };
      site.enrolments.push(body);
      const answer = site.onEnrol(body);
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  server.on('upgrade', (request, socket, head) => {
    const authorization = request.headers.authorization ?? '';
    const status = request.url === relayPath ? site.statusOf(authorization) : 404;
    if (status !== 101) return socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (webSocket) => connections.put(connectionOf(webSocket, authorization)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const site: FakeSite = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    enrolments: [],
    onEnrol: () => ({ status: 201, body: { id: `agent000000${site.enrolments.length}`, key: 'k'.repeat(40) } }),
    statusOf: () => 101,
    nextConnection: connections.take,
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
  return site;
}

function connectionOf(socket: WebSocket, authorization: string): FakeConnection {
  const messages = queue<RelayUp>();
  socket.on('message', (data) => messages.put(RelayUp.parse(JSON.parse((data as Buffer).toString()))));
  return {
    socket,
    authorization,
    send: (message) => socket.send(JSON.stringify(message)),
    async next<T extends RelayUp['type']>(type: T) {
      for (;;) {
        const message = await messages.take();
        if (message.type === type) return message as RelayUp & { type: T };
      }
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

function queue<T>() {
  const items: T[] = [];
  const takers: ((item: T) => void)[] = [];
  return {
    put(item: T): void {
      const taker = takers.shift();
      if (taker) taker(item);
      else items.push(item);
    },
    take: (): Promise<T> => {
      const item = items.shift();
      return item === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(item);
    },
  };
}
