// A whole site for tests: temporary folder, clock in hand, cheap password hashing, calls by the contract's routes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Config } from '@lubo/config';
import { type AgentKind, type ChannelSettings, type Enrolment, Problem, type ResponseOf, type Route, routes } from '@lubo/contract';
import { pino } from 'pino';
import { createPasswords } from '../auth/password.ts';
import { type Site, type SiteDeps, build } from '../site.ts';
import { type ClockInHand, clockInHand } from './clock-in-hand.ts';
import { type FakeAgent, connectFakeAgent } from './fake-agent.ts';

export const localCode = 'local-code-of-this-machine';
export const admin = { name: '管理员', password: 'correct horse' };

export type CallOptions = {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  cookie?: string | undefined;
  headers?: Record<string, string>;
  remoteAddress?: string;
};

/** `body` is the parsed answer; successes and problems have been checked against the contract. */
export type Answer<R extends Route> = {
  status: number;
  body: ResponseOf<R>;
  problem: Problem | undefined;
  cookie: string | undefined;
  setCookie: string;
  headers: Record<string, unknown>;
};

export type SiteInHand = {
  site: Site;
  clock: ClockInHand;
  dataDir: string;
  /** `http://127.0.0.1:port` once listening. */
  url: string;
  call<R extends Route>(route: R, options?: CallOptions): Promise<Answer<R>>;
  /** Cookie of an administrator; made at the first call. */
  adminCookie(): Promise<string>;
  /** Cookie of a signed-in person without rights. */
  viewerCookie(): Promise<string>;
  agent(kind: AgentKind, enrolment?: Enrolment): Promise<FakeAgent>;
  /** Lets time pass while these agents stay connected: real answers to pings can't keep up with a clock in hand. */
  pass(millis: number, agents: readonly FakeAgent[]): Promise<void>;
  addChannel(name: string, over?: Record<string, unknown>): Promise<ChannelSettings>;
};

export type SiteInHandOptions = {
  dataDir?: string;
  clock?: ClockInHand;
  config?: Record<string, unknown>;
  deps?: Partial<SiteDeps>;
};

const cheap = { logN: 4, r: 8, p: 1 };

/** A folder that goes when the test ends. */
export function temporaryFolder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'lubo-site-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Builds a site, listening on a free loopback port, closed when the test ends. */
export async function siteInHand(t: TestContext, options: SiteInHandOptions = {}): Promise<SiteInHand> {
  const dataDir = options.dataDir ?? temporaryFolder(t);
  const clock = options.clock ?? clockInHand();
  const config = Config.parse({ dataDir, localCode, ...options.config });
  const site = await build(config, {
    clock,
    log: pino({ level: 'silent' }),
    version: '1.2.3',
    webDir: join(dataDir, 'no-pages'),
    ownAddresses: () => ['192.0.2.10'],
    passwords: createPasswords(cheap),
    ...options.deps,
  });
  t.after(() => site.close());
  const port = await site.listen('127.0.0.1', 0);
  const url = `http://127.0.0.1:${port}`;
  const call: SiteInHand['call'] = (route, callOptions) => callSite(site, route, callOptions);
  let cookie: string | undefined;
  const adminCookie = async (): Promise<string> => (cookie ??= await signInAsAdmin(site, call));
  return {
    site,
    clock,
    dataDir,
    url,
    call,
    adminCookie,
    viewerCookie: async () => signInAsViewer(dataDir, call),
    async agent(kind, enrolment) {
      return connectFakeAgent(url, kind, enrolment ?? (await enrolLocally(call, kind)));
    },
    async pass(millis, agents) {
      for (let left = millis; left > 0; left -= 4_000) {
        await Promise.all(agents.map((agent) => agent.settle()));
        await clock.advance(Math.min(left, 4_000));
      }
      await Promise.all(agents.map((agent) => agent.settle()));
    },
    async addChannel(name, over = {}) {
      const body = { name, source: { mode: 'file', path: '/clip.mp4' }, ...over };
      const { status, body: made } = await call(routes.createChannel, { body, cookie: await adminCookie() });
      assert.equal(status, 201);
      return made;
    },
  };
}

/** Enrols with this machine's own code. */
export async function enrolLocally(call: SiteInHand['call'], kind: AgentKind): Promise<Enrolment> {
  const facts = { hostname: `${kind}-pc`, os: 'Linux', ip: '10.0.0.9', mac: '00:11:22:33:44:55', version: '1' };
  const { status, body } = await call(routes.enrol, { body: { kind, code: localCode, facts } });
  assert.equal(status, 201);
  return body;
}

async function callSite<R extends Route>(site: Site, route: R, options: CallOptions = {}): Promise<Answer<R>> {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(options.params?.[name] ?? ''));
  const response = await site.app.inject({
    method: route.method,
    url: path,
    ...(options.query === undefined ? {} : { query: options.query }),
    ...(options.body === undefined ? {} : { payload: JSON.stringify(options.body) }),
    headers: {
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
      ...options.headers,
    },
    remoteAddress: options.remoteAddress ?? '127.0.0.1',
  });
  const isProblem = response.statusCode >= 400;
  const json: unknown = response.body === '' ? undefined : response.json();
  if (isProblem) assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
  const body = isProblem || route.response === undefined ? undefined : route.response.parse(json);
  if (!isProblem) assert.deepEqual(body, json, `${route.method} ${route.path} answers nothing that the contract does not name`);
  if (!isProblem) assert.equal(response.statusCode, route.status ?? (route.response === undefined ? 204 : 200));
  const setCookie = String(response.headers['set-cookie'] ?? '');
  const [cookie] = setCookie.split(';');
  return {
    status: response.statusCode,
    body: body as ResponseOf<R>,
    setCookie,
    headers: response.headers,
    problem: isProblem ? Problem.parse(json) : undefined,
    cookie: cookie === '' ? undefined : cookie,
  };
}

async function signInAsAdmin(site: Site, call: SiteInHand['call']): Promise<string> {
  const answer =
    site.setUpCode === undefined
      ? await call(routes.signIn, { body: admin })
      : await call(routes.setUp, { body: { ...admin, code: site.setUpCode } });
  assert.equal(answer.status, 201, JSON.stringify(answer.problem));
  return answer.cookie ?? '';
}

/** No route makes viewers yet, so this one comes by way of the database, as a sign-in by another provider will. */
async function signInAsViewer(dataDir: string, call: SiteInHand['call']): Promise<string> {
  const { default: Sqlite } = await import('better-sqlite3');
  const db = new Sqlite(join(dataDir, 'site', 'lubo.sqlite'));
  const hash = await createPasswords(cheap).hash('viewer password');
  db.prepare("insert into people (id, name, role, created_at) values ('viewer000000', 'viewer', 'viewer', '2026-01-01T00:00:00.000Z')").run();
  db.prepare("insert into passwords (person_id, sign_in_name, hash) values ('viewer000000', 'viewer', ?)").run(hash);
  db.close();
  const { cookie, body } = await call(routes.signIn, { body: { name: 'viewer', password: 'viewer password' } });
  assert.equal(body.person.role, 'viewer');
  return cookie ?? '';
}
