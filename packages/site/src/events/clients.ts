// Pages that listen (server-sent events, WHATWG HTML § 9.2): a bounded number, each with a bounded buffer.
import type { ServerResponse } from 'node:http';
import { AppError, eventsPath } from '@lubo/contract';
import type { FastifyInstance } from 'fastify';
import { plainAddress } from '../live-servers/network.ts';

export const maxClients = 2_000;
/** A page that reads so slowly is cut off; it comes again and reads its lists anew. */
const maxUnsentBytes = 256 * 1024;
export const heartbeatMillis = 15_000;

/** A page that listens: its IP address, and since when, in ms of the wall clock. */
export type PageListener = { id: string; address: string; since: number };

export type EventClients = {
  readonly count: number;
  list(): PageListener[];
  /** Sends one event to all. */
  send(event: string, data: unknown): void;
  /** Keeps idle connections alive through proxies; every `heartbeatMillis`. */
  heartbeat(): void;
  close(): void;
};

/** Nobody listens yet. */
export function createEventClients(now: () => number = Date.now): EventClients & { add(response: ServerResponse, address?: string): void } {
  const clients = new Map<ServerResponse, PageListener>();
  let made = 0;
  const write = (text: string): void => {
    for (const client of clients.keys()) {
      if (client.writableLength > maxUnsentBytes) client.destroy();
      else client.write(text);
    }
  };
  return {
    get count() {
      return clients.size;
    },
    list: () => [...clients.values()],
    add(client, address = '') {
      made += 1;
      clients.set(client, { id: `page-${made}`, address, since: now() });
      client.on('close', () => clients.delete(client));
      client.on('error', () => client.destroy());
      client.write('retry: 2000\n\n');
    },
    send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    heartbeat: () => write(':\n\n'),
    close() {
      for (const client of clients.keys()) client.end();
    },
  };
}

/** Serves the events on `app`, to anyone, as the list of channels is. */
export function serveEvents(app: FastifyInstance, clients: ReturnType<typeof createEventClients>): void {
  app.get(eventsPath, (request, reply) => {
    if (clients.count >= maxClients) {
      throw new AppError('unavailable', 'too-many-listeners', 'Too many pages are listening.', { retryAfterSeconds: 30 });
    }
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
    reply.hijack();
    reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers });
    clients.add(reply.raw, plainAddress(request.ip));
  });
}
