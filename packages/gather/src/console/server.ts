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
  /** A channel's newest picture, if there is one. */
  snapshot?(channelId: string): Picture | undefined;
  /** `undefined` before there are any. */
  uploads?(): UploadStatus | undefined;
  /** Somebody wishes that uploads are tried at once. */
  retryUploads?(): void;
};

type Picture = { jpeg: Uint8Array; takenAt: Date };

export type Console = { url: string; close(): Promise<void> };

/** A text is a page, bytes are a JPEG, anything else is told as JSON. */
type Answer = { status: number; body: string | Uint8Array | object };

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

function answer(request: IncomingMessage, options: ConsoleOptions): Answer {
  const { status, channels, uploads, retryUploads } = options;
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
      return { status: 200, body: pageOf(request, options) };
    case '/healthz':
      return { status: 200, body: { status: 'ok', ...status() } };
    case '/api/channels':
      return { status: 200, body: { rows: channels() } };
    case '/api/uploads':
      return { status: 200, body: uploads?.() ?? {} };
    default:
      return pictureAt(path, options) ?? problem(404, 'there is nothing here');
  }
}

function pageOf(request: IncomingMessage, { status, channels, uploads, snapshot }: ConsoleOptions): string {
  const content = { status: status(), channels: channels(), uploads: uploads?.(), pictureOf: (channelId: string) => snapshot?.(channelId)?.takenAt };
  return consolePage(content, pickLanguage(request.headers['accept-language']));
}

function pictureAt(path: string, { snapshot }: ConsoleOptions): Answer | undefined {
  const [, id = ''] = /^\/api\/channels\/([\w-]{1,64})\/snapshot$/.exec(path) ?? [];
  const picture = id === '' ? undefined : snapshot?.(id);
  return picture && { status: 200, body: picture.jpeg };
}

function problem(status: number, detail: string): Answer {
  return { status, body: { type: 'about:blank', status, detail } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const isPage = typeof body === 'string';
  const isPicture = body instanceof Uint8Array;
  response.writeHead(status, {
    'content-type': isPicture ? 'image/jpeg' : isPage ? 'text/html; charset=utf-8' : 'application/json',
    // The page is made anew every few seconds, its pictures every few minutes, each at an address of its own.
    'cache-control': isPicture ? 'private, max-age=600, immutable' : 'no-store',
    'cross-origin-resource-policy': 'same-origin',
    ...(status === 303 ? { location: '/' } : {}),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'",
  });
  response.end(isPage || isPicture ? body : JSON.stringify(body));
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
