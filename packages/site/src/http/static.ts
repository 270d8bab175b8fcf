// The built web pages: files with a hash in their name for ever, the page itself asked for anew each time, routes of the
// single-page application answered with the page.
import { existsSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readPageFiles } from '../front/page-files.ts';
import type { BuiltPages, ReadyPage } from '../front/pages.ts';
import { sendPacked } from '../front/packed.ts';
import { sendNotFound } from './problems.ts';

const page = 'index.html';

/** Makes the page at the request's address from the built one. */
export type RenderPage = (built: BuiltPages, request: FastifyRequest) => Promise<ReadyPage>;

/** Serves `webDir` (packages/web/dist); without it the API works alone. */
export async function servePages(app: FastifyInstance, webDir: string, render: RenderPage): Promise<void> {
  const isBuilt = existsSync(join(webDir, page));
  const built: BuiltPages = { html: isBuilt ? readFileSync(join(webDir, page), 'utf8') : '', filesOf: readPageFiles(webDir) };
  const sendPage = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const ready = await render(built, request);
    return sendPacked(request, reply.code(ready.status), ready, { type: 'text/html; charset=utf-8', vary: 'accept-encoding, accept-language' });
  };
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: webDir,
      index: false,
      redirect: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) => void reply.header('cache-control', cacheOf(path)),
    });
    app.get('/', sendPage);
  }
  app.setNotFoundHandler((request, reply) => {
    if (!isPage(request)) return sendNotFound(reply);
    return isBuilt ? sendPage(request, reply) : reply.code(503).type('text/plain; charset=utf-8').send('The web pages are not built: run npm start.\n');
  });
}

function cacheOf(path: string): string {
  return path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache';
}

/** Whether an unknown address is a page of the application: no API, no file. */
function isPage({ method, url }: FastifyRequest): boolean {
  const [path = ''] = url.split('?');
  if (method !== 'GET' && method !== 'HEAD') return false;
  return path !== '/api' && !path.startsWith('/api/') && !/\.[a-z0-9]+$/i.test(path);
}
