// Proves that no route is open without being meant so: every address that answers is found, and called as everybody who may
// not. What may be called by whom is what the contract says; a kind of access that is new must be entered here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Access, type Route, TokenScope, eventsPath, mediaPaths, portraitPath, picturePaths, routes, scopeOf, uploadsPath } from '@lubo/contract';
import { apiDocsPath } from '../api-docs.ts';
import { openApiPath } from '../openapi.ts';
import { type Answer, type SiteInHand, siteInHand } from '../testing/site-in-hand.ts';

/** What the site serves beside the contract's table, to anyone, on purpose. */
const openBeside = [
  `GET ${eventsPath}`,
  `GET ${openApiPath}`,
  `GET ${apiDocsPath}`,
  'GET /healthz',
  `GET ${portraitPath}`,
  ...Object.values(mediaPaths).flatMap((path) => [`GET ${path}`, `HEAD ${path}`]),
  `OPTIONS ${uploadsPath}`,
];

/** What it serves to gathers beside the table: bodies and answers there are no JSON. */
const gathersBeside: readonly [method: 'POST' | 'HEAD' | 'PATCH' | 'PUT', path: string][] = [
  ['POST', uploadsPath],
  ['HEAD', `${uploadsPath}/:id`],
  ['PATCH', `${uploadsPath}/:id`],
  ...Object.values(picturePaths).map((path): ['PUT', string] => ['PUT', path]),
];

const table = Object.entries(routes) as [string, Route][];

type Refusal = `${401 | 403} ${string}`;

/** How a caller is refused; `undefined`: the route is the caller's, and does with the request what it does. */
type Refused = (route: Route) => Refusal | undefined;

/** Nobody in particular; somebody signed in without rights; a program whose token lacks just the scope that is needed. */
const refusals: Record<Access, Record<'nobody' | 'viewer' | 'token', Refused>> = {
  public: { nobody: () => undefined, viewer: () => undefined, token: () => undefined },
  viewer: { nobody: () => '401 no-session', viewer: () => undefined, token: lacksScope },
  admin: { nobody: () => '401 no-session', viewer: () => '403 not-an-administrator', token: lacksScope },
  gather: { nobody: () => '401 no-agent', viewer: () => '401 no-agent', token: () => '401 no-agent' },
};

function lacksScope(route: Route): Refusal {
  return scopeOf(route) === 'none' ? '403 not-for-tokens' : '403 missing-scope';
}

function refusal(name: string, route: Route, who: 'nobody' | 'viewer' | 'token'): Refusal | undefined {
  assert.ok(route.access in refusals, `${name} has the access "${route.access}", which this test does not know: enter in \`refusals\` whom it keeps out`);
  return refusals[route.access][who](route);
}

/** A call with identities that no row has and an empty body. */
async function ask(hand: SiteInHand, route: Route, who: { cookie?: string; headers?: Record<string, string> }): Promise<Answer<Route>> {
  const params = Object.fromEntries([...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, '000000000000']));
  return hand.call(route, { params, ...(route.method === 'GET' ? {} : { body: {} }), ...who });
}

async function requireRefusals(hand: SiteInHand, who: 'nobody' | 'viewer' | 'token', as: (route: Route) => { cookie?: string; headers?: Record<string, string> }): Promise<void> {
  const closed = table.filter(([name, route]) => refusal(name, route, who) !== undefined);
  assert.ok(closed.length >= 5);
  for (const [name, route] of closed) {
    const { status, problem } = await ask(hand, route, as(route));
    assert.equal(`${status} ${problem?.code}`, refusal(name, route, who), `${name} as ${who}`);
  }
}

async function tokenOf(hand: SiteInHand, scopes: string[]): Promise<string> {
  const body = { name: `token ${scopes.join(' ')}`, scopes };
  const { status, body: made } = await hand.call(routes.createApiToken, { cookie: await hand.adminCookie(), body });
  assert.equal(status, 201);
  return made.token;
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test('every address that answers is in the contract or in the short list beside it', async (t) => {
  const { site } = await siteInHand(t);
  const registered = site.app.printRoutes({ commonPrefix: false, includeMeta: false });
  const beside = [...openBeside, ...gathersBeside.map(([method, path]) => `${method} ${path}`)];
  const wanted = [...table.map(([, route]) => `${route.method} ${route.path}`), ...beside];
  assert.deepEqual(routesIn(registered).toSorted(), wanted.toSorted());
});

test('the list beside the contract does not overlap it', () => {
  const paths = table.map(([, route]) => `${route.method} ${route.path}`);
  assert.deepEqual(openBeside.filter((each) => paths.includes(each)), []);
  assert.equal(new Set(paths).size, paths.length);
});

test('no route that asks for a sign-in answers without one, whatever the request looks like', async (t) => {
  const hand = await siteInHand(t);
  await requireRefusals(hand, 'nobody', () => ({}));
  for (const [name, route] of table.filter(([each, entry]) => refusal(each, entry, 'nobody') !== undefined)) {
    for (const cookie of ['session=1', 'lubo_x=1']) {
      for (const payload of ['', '{not json', '"'.repeat(1024 * 1024)]) {
        const url = route.path.replace(/:\w+/g, payload === '' ? '000000000000' : '%00');
        const headers = { 'content-type': 'application/json', cookie };
        const { statusCode } = await hand.site.app.inject({ method: route.method, url, headers, payload });
        assert.equal(statusCode, 401, `${name} with body ${payload.slice(0, 9)}`);
      }
    }
  }
});

test('what is for gathers only answers nobody else, whatever the body', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  for (const [method, path] of gathersBeside) {
    for (const payload of ['', 'x'.repeat(2 * 1024 * 1024)]) {
      const url = path.replace(':id', '6f1c0c6e-2b5f-4c1e-9a55-0d1f7a3b9c01');
      const headers = { cookie, 'content-type': path.startsWith(uploadsPath) ? 'application/offset+octet-stream' : 'image/jpeg', 'tus-resumable': '1.0.0' };
      const { statusCode } = await hand.site.app.inject({ method, url, headers, payload });
      assert.equal(statusCode, 401, `${method} ${path}`);
    }
  }
});

test('no route for administrators, and none for gathers, answers a viewer', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.viewerCookie();
  await requireRefusals(hand, 'viewer', () => ({ cookie }));
});

test('no route answers an API token that lacks just the scope it needs', async (t) => {
  const hand = await siteInHand(t);
  const all = await tokenOf(hand, TokenScope.options);
  const without = new Map<string, string>();
  for (const scope of TokenScope.options) without.set(scope, await tokenOf(hand, TokenScope.options.filter((each) => each !== scope)));
  await requireRefusals(hand, 'token', (route) => bearer(without.get(scopeOf(route)) ?? all));
});

test('an API token with the scope is let in; one that is wrong is let in nowhere', async (t) => {
  const hand = await siteInHand(t);
  const all = await tokenOf(hand, TokenScope.options);
  for (const [name, route] of table.filter(([, each]) => each.access !== 'gather' && scopeOf(each) !== 'none')) {
    const { status, problem } = await ask(hand, route, bearer(`${all.slice(0, -1)}${all.endsWith('x') ? 'y' : 'x'}`));
    assert.equal(`${status} ${problem?.code}`, '401 wrong-token', name);
    if (route.access === 'public') continue;
    const right = await ask(hand, route, bearer(all));
    assert.ok(![401, 403].includes(right.status), `${name}: ${right.status} ${right.problem?.code}`);
  }
});

test('an expired session is none', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  assert.equal((await hand.call(routes.listAgents, { cookie })).status, 200);
  await hand.clock.advance(24 * 60 * 60 * 1000);
  assert.equal((await hand.call(routes.listAgents, { cookie })).status, 401);
});

test('a kind of access that nobody has thought of fails here with what to do', () => {
  const route = { ...routes.listAgents, access: 'teacher' } as unknown as Route;
  assert.throws(() => refusal('listLessons', route, 'nobody'), /listLessons has the access "teacher".*enter in `refusals`/);
});

/** `GET /a/b` for each leaf of Fastify's printed tree. */
function routesIn(tree: string): string[] {
  const stack: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const found = /^([│ ]*)[└├]── (\S*)(?: \(([A-Z, ]+)\))?/.exec(line);
    if (found === null) return [];
    const [, indent = '', part = '', methods] = found;
    stack.length = indent.length / 4;
    const path = stack.join('') + part;
    stack.push(part);
    return methods?.split(', ').map((method) => `${method} ${path}`) ?? [];
  });
}
