// The site's composition root: database, rooms, HTTP, clockwork; listens and closes.
import { join } from 'node:path';
import fastifyCookie from '@fastify/cookie';
import { type Config, type Tls, listenFault, openTls } from '@lubo/config';
import { AppError } from '@lubo/contract';
import type { FastifyInstance } from 'fastify';
import { agentRoutes } from './agents/routes.ts';
import { apiDocsPath, docsPage } from './api-docs.ts';
import { apiTokenRoutes } from './api-tokens/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import { createAddressLimit } from './auth/address-limit.ts';
import { cookieName, createGate } from './auth/gate.ts';
import { authRoutes, createGreet } from './auth/routes.ts';
import { type SignInLimit, createSignInLimit } from './auth/sign-in-limit.ts';
import { channelRoutes } from './channels/routes.ts';
import { startClockwork } from './clockwork.ts';
import { componentRoutes } from './components/routes.ts';
import { openDatabase } from './db/database.ts';
import { startWarming } from './db/warm-up.ts';
import type { Db } from './db/tables.ts';
import { serveEvents } from './events/clients.ts';
import { createLedger } from './http/ledger.ts';
import { type Gate, type Serve, createServe } from './http/serve.ts';
import { languageFor } from '@lubo/contract/language';
import { createFrontPages } from './front/pages.ts';
import { frontRoutes } from './front/routes.ts';
import { gatherRoutes } from './gathers/routes.ts';
import { createServer } from './http/server.ts';
import { servePages } from './http/static.ts';
import { inspectionRoutes } from './inspections/routes.ts';
import { lessonRoutes } from './lessons/routes.ts';
import { openApi, openApiPath } from './openapi.ts';
import { peopleRoutes } from './people/routes.ts';
import { serveRelay } from './relay/upgrade.ts';
import { recordingRoutes } from './recordings/routes.ts';
import { type Rooms, type SiteDeps, createRooms } from './rooms.ts';
import { servePortraits } from './school/portrait.ts';
import { schoolRoutes } from './school/routes.ts';
import { storageRoutes } from './storage/routes.ts';
import { signInRoutes } from './sign-in/routes.ts';
import { timetableRoutes } from './timetables/routes.ts';
import { uploadRoutes } from './uploads/routes.ts';

export type { SiteDeps } from './rooms.ts';

export type Site = {
  app: FastifyInstance;
  /** One-time code for the first administrator; absent once there is one. */
  setUpCode: string | undefined;
  /** Listens; the port that it got. Throws StartError when it can't. */
  listen(host: string, port: number): Promise<number>;
  close(): Promise<void>;
};

/** Builds the site over the database in `<dataDir>/site`. Throws StartError. */
export async function build(config: Config, deps: SiteDeps): Promise<Site> {
  const tls = openTls(config.site.tls, 'site.tls', deps.log);
  try {
    return await buildOver(await openDatabase(join(config.dataDir, 'site')), config, deps, tls);
  } catch (error) {
    tls?.close();
    throw error;
  }
}

async function buildOver(db: Db, config: Config, deps: SiteDeps, tls: Tls | undefined): Promise<Site> {
  try {
    const rooms = await createRooms(config, deps, db);
    const { user, password } = config.admin;
    if (user !== undefined && password !== undefined) await rooms.accounts.ensureAdmin(user, password);
    const setUpCode = await rooms.accounts.makeSetUpCode();
    await rooms.seedDemo();
    const app = await serveHttp(config, deps, db, rooms, tls);
    const endRelay = serveRelay(app.server, { relay: rooms.relay, authenticate: rooms.agents.authenticate, log: deps.log });
    const stopClockwork = startClockwork(deps.clock, rooms);
    const stopChores = rooms.archive.startChores();
    const warmUp = startWarming(join(config.dataDir, 'site'), { clock: deps.clock, onFault: rooms.onFault });
    return {
      app,
      setUpCode,
      listen: (host, port) => listen(app, host, port),
      async close() {
        tls?.close();
        stopClockwork();
        rooms.relay.close();
        rooms.events.close();
        endRelay();
        await app.close();
        await warmUp.stop();
        await stopChores();
        await db.destroy();
      },
    };
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

async function serveHttp({ site }: Config, { clock, log, version, webDir }: SiteDeps, db: Db, rooms: Rooms, tls?: Tls): Promise<FastifyInstance> {
  const { tag } = await rooms.school.facts.read();
  const { embedOrigins } = site;
  const app = createServer(log, { tls, embedOrigins });
  await app.register(fastifyCookie);
  const { gate, serve, limit } = guard(app, { config: site, tag, log }, rooms);
  servePeople(serve, db, rooms, limit);
  schoolRoutes(serve, rooms.school);
  servePortraits(app, db);
  channelRoutes(serve, { ...rooms, embedOrigins });
  timetableRoutes(serve, rooms.timetables);
  lessonRoutes(serve, rooms);
  gatherRoutes(serve, rooms);
  componentRoutes(serve, { ...rooms, siteTag: tag });
  inspectionRoutes(serve, rooms);
  agentRoutes(serve, {
    ...rooms,
    async onEnrolled(_enrolment, { kind }) {
      if (kind === 'live') rooms.liveServers.forget();
      else await rooms.seedDemo();
    },
  });
  archiveRoutes(app, serve, gate, rooms);
  frontRoutes(app, serve, { gate, ...rooms });
  serveEvents(app, rooms.events);
  serveDocuments(app, openApi({ version, cookie: cookieName(tag) }));
  app.get('/healthz', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  const { front, school, board } = rooms;
  const pages = createFrontPages({ front, clock, site: school.facts.read, subjects: school.subjects.list, findChannel: board.find, listChannels: board.list });
  await servePages(app, webDir, (built, request) => pages.render(built, request.url, { origin: gate.siteUrl(request), language: languageFor(request.headers['accept-language']) }));
  return app;
}

function archiveRoutes(app: FastifyInstance, serve: Serve, gate: Gate, { archive, board, plays, touchChannels, sessions }: Rooms): void {
  const { storage, uploads, pictures, snapshots } = archive;
  storageRoutes(serve, storage);
  recordingRoutes(app, serve, {
    ...archive,
    groups: storage.groups,
    plays,
    isAdmin: async (token) => token !== undefined && (await sessions.find(token))?.person.role === 'admin',
  });
  uploadRoutes(app, serve, {
    gate,
    uploads,
    pictures,
    async takeSnapshot(gatherId, channelId, part) {
      const { row } = await board.require(channelId);
      if (row.gatherId !== gatherId) throw new AppError('denied', 'not-yours', 'This belongs to another gather.');
      if ('webp' in part) return snapshots.takeWidth(channelId, part.webp, part);
      await snapshots.take(channelId, part.jpeg, part.set);
      touchChannels([channelId]);
    },
  });
}

/** The API's description for programs and for people. */
function serveDocuments(app: FastifyInstance, document: object): void {
  const [json, page] = [JSON.stringify(document), docsPage(document)];
  app.get(openApiPath, (_request, reply) => reply.type('application/json').header('cache-control', 'no-cache').send(json));
  app.get(apiDocsPath, (_request, reply) => reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page));
}

/** Serves routes behind the gate, with what is kept of requests. */
function guard(app: FastifyInstance, { config, tag, log }: { config: Config['site']; tag: string; log: SiteDeps['log'] }, rooms: Rooms) {
  const { sessions, apiTokens, agents } = rooms;
  const { publicUrl } = config;
  const gate = createGate({ sessions, authenticateToken: apiTokens.authenticate, agentOf: agents.authenticate, siteTag: tag, publicUrl });
  return { gate, serve: createServe(app, gate, createLedger({ ...rooms, log })), limit: createSignInLimit() };
}

function servePeople(serve: Serve, db: Db, rooms: Rooms, limit: SignInLimit): void {
  authRoutes(serve, { ...rooms, limit });
  peopleRoutes(serve, { db, ...rooms, limit });
  signInRoutes(serve, { ...rooms, greet: createGreet(rooms.sessions), limit: createAddressLimit() });
  apiTokenRoutes(serve, rooms.apiTokens);
  auditRoutes(serve, rooms.audit);
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `the site listens on ${address}` });
  } catch (error) {
    throw listenFault(error, port, 'LUBO_SITE_PORT');
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
