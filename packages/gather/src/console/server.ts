// The gather's own HTTP server, for its screen and for health checks; on loopback unless set otherwise.
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { listenFault } from '@lubo/config';
import type { ChannelView } from '../gather.ts';
import type { UploadStatus } from '../upload/uploads.ts';
import { type GatherStatus, consolePage, pickLanguage, retryPath } from './page.ts';

export type ConsoleOptions = {
  host: string;
  port: number;
  status(): GatherStatus;
  channels(): ChannelView[];
  /** `undefined` before there are any. */
  uploads?(): UploadStatus | undefined;
  /** Somebody wishes that uploads are tried at once. */
  retryUploads?(): void;
};

export type Console = { url: string; close(): Promise<void> };

/** A text is a page, anything else is told as JSON. */
type Answer = { status: number; body: string | object };

/** Listens; StartError when the port can't be had. */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const server = createServer((request, response) => send(response, answer(request, options)));
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
  server.maxConnections = 64;
  try {
    server.listen(options.port, options.host);
    await once(server, 'listening');
  } catch (error) {
    throw listenFault(error, options.port, 'LUBO_GATHER_CONSOLE_PORT');
  }
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(request: IncomingMessage, { status, channels, uploads, retryUploads }: ConsoleOptions): Answer {
  if (!isOwnName(request.headers.host)) return problem(403, 'this name does not lead to the gather');
  if (request.method === 'POST' && request.url === retryPath) {
    if (!isOwnPage(request)) return problem(403, 'this comes from another page');
    retryUploads?.();
    return { status: 303, body: '' };
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return problem(405, 'only GET is served');
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  switch (path) {
    case '/':
      return { status: 200, body: consolePage(status(), channels(), pickLanguage(request.headers['accept-language']), uploads?.()) };
    case '/healthz':
      return { status: 200, body: { status: 'ok', ...status() } };
    case '/api/channels':
      return { status: 200, body: { rows: channels() } };
    case '/api/uploads':
      return { status: 200, body: uploads?.() ?? {} };
    default:
      return problem(404, 'there is nothing here');
  }
}

function problem(status: number, detail: string): Answer {
  return { status, body: { type: 'about:blank', status, detail } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const isPage = typeof body === 'string';
  response.writeHead(status, {
    'content-type': isPage ? 'text/html; charset=utf-8' : 'application/json',
    'cache-control': 'no-store',
    ...(status === 303 ? { location: '/' } : {}),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  });
  response.end(isPage ? body : JSON.stringify(body));
}

/** A form of our own page, not one of a web page that knows our address. */
function isOwnPage({ headers }: IncomingMessage): boolean {
  const { origin } = headers;
  return origin === undefined ? headers['sec-fetch-site'] === undefined : URL.canParse(origin) && new URL(origin).host === headers.host;
}

/** Addresses and localhost only: a foreign name that was made to point here is some web page's attempt to read along. */
function isOwnName(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || isIP(name) !== 0;
}
