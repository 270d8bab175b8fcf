import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Route, eventsPath, mediaPaths, picturePaths, routes, uploadsPath } from '@lubo/contract';
import { openApiPath } from '../openapi.ts';
import { siteInHand } from '../testing/site-in-hand.ts';

/** What the site serves beside the contract's table, to anyone, on purpose. */
const openBeside = [
  `GET ${eventsPath}`,
  `GET ${openApiPath}`,
  'GET /healthz',
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

test('every address that answers is in the contract or in the short list of open ones', async (t) => {
  const { site } = await siteInHand(t);
  const registered = site.app.printRoutes({ commonPrefix: false, includeMeta: false });
  const found = routesIn(registered);
  const wanted = [...table.map(([, route]) => `${route.method} ${route.path}`), ...openBeside, ...gathersBeside.map(([method, path]) => `${method} ${path}`)];
  assert.deepEqual(found.toSorted(), wanted.toSorted());
});

test('the open list does not overlap the table', () => {
  const paths = table.map(([, route]) => `${route.method} ${route.path}`);
  assert.deepEqual(openBeside.filter((each) => paths.includes(each)), []);
  assert.equal(new Set(paths).size, paths.length);
});

test('no route that asks for a sign-in answers without one, whatever the request looks like', async (t) => {
  const { site } = await siteInHand(t);
  const closed = table.filter(([, route]) => route.access !== 'public');
  assert.ok(closed.length >= 5);
  for (const [name, route] of closed) {
    for (const cookie of ['', 'session=1', 'lubo_x=1']) {
      for (const payload of ['', '{}', '{not json', '"'.repeat(1024 * 1024)]) {
        const url = route.path.replace(/:\w+/g, payload === '' ? '000000000000' : '%00');
        const headers = { 'content-type': 'application/json', cookie };
        const { statusCode } = await site.app.inject({ method: route.method, url, headers, payload });
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

test('no route for administrators answers a viewer', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.viewerCookie();
  for (const [name, route] of table.filter(([, each]) => each.access === 'admin')) {
    const { status, problem } = await hand.call(route, { cookie, params: { id: '000000000000' }, body: {} });
    assert.equal(status, 403, name);
    assert.equal(problem?.code, 'not-an-administrator');
  }
});

test('an expired session is none', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  assert.equal((await hand.call(routes.listAgents, { cookie })).status, 200);
  await hand.clock.advance(24 * 60 * 60 * 1000);
  assert.equal((await hand.call(routes.listAgents, { cookie })).status, 401);
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
