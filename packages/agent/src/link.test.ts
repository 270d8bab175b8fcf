// The link against a site on loopback: enrolment, desired state, reports, and every way to lose one another.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Resources } from '@lubo/contract';
import { pino } from 'pino';
import type { AgentReport } from './connection.ts';
import { type FakeSite, startFakeSite } from './fake-site.ts';
import { type AgentOptions, type StateOrigin, connectAgent } from './link.ts';

const timing = { reportDebounceMillis: 5, reportMillis: 40, pingMillis: 40, deadMillis: 200, firstRetryMillis: 5, longestRetryMillis: 20, refusedRetryMillis: 20 };
const facts = { hostname: 'room-1', os: 'Linux', ip: '', mac: '', version: '0.1.0' };
type Taken = { resources: Resources; revision: number; origin: StateOrigin };

async function begin(t: TestContext, given: Partial<AgentOptions> & { site?: FakeSite; dataDir?: string } = {}) {
  const site = given.site ?? (await startFakeSite());
  const dataDir = given.dataDir ?? (await mkdtemp(join(tmpdir(), 'lubo-agent-')));
  const taken: Taken[] = [];
  const waiters: { count: number; done: () => void }[] = [];
  const link = connectAgent({
    kind: 'gather',
    siteUrl: site.url,
    code: 'a-code-for-tests',
    dataDir,
    facts,
    log: pino({ level: 'silent' }),
    onState(resources, revision, origin) {
      taken.push({ resources, revision, origin });
      for (const { count, done } of waiters) if (taken.length >= count) done();
    },
    report: () => ({ type: 'gather-report', report: { channels: [] } }),
    timing,
    ...given,
  });
  t.after(async () => {
    await link.close();
    await site.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const states = (count: number): Promise<void> =>
    taken.length >= count ? Promise.resolve() : new Promise((done) => waiters.push({ count, done }));
  return { site, dataDir, link, taken, states };
}

test('an agent without a key enrols with its code, keeps the key for the owner only and introduces itself', async (t) => {
  const { site, dataDir } = await begin(t);
  const connection = await site.nextConnection();
  assert.deepEqual(site.enrolments, [{ kind: 'gather', code: 'a-code-for-tests', facts }]);
  assert.equal(connection.authorization, `Bearer agent0000001.${'k'.repeat(40)}`);
  assert.deepEqual(await connection.next('hello'), { type: 'hello', protocol: 1, kind: 'gather', facts });
  assert.equal((await stat(join(dataDir, 'agent.json'))).mode & 0o777, 0o600);
});

test('an agent with a key dials without enrolling', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lubo-agent-'));
  await writeFile(join(dataDir, 'agent.json'), JSON.stringify({ id: 'agent0000009', key: 'x'.repeat(40) }));
  const { site } = await begin(t, { dataDir });
  assert.equal((await site.nextConnection()).authorization, `Bearer agent0000009.${'x'.repeat(40)}`);
  assert.equal(site.enrolments.length, 0);
});

test('each connection tells the facts as they are then', async (t) => {
  const now = { ...facts };
  const { site } = await begin(t, { facts: now });
  const first = await site.nextConnection();
  assert.equal((await first.next('hello')).facts.ip, '');
  now.ip = '10.0.0.7';
  first.socket.terminate();
  assert.equal((await (await site.nextConnection()).next('hello')).facts.ip, '10.0.0.7');
});

test('state and changes are taken on, acknowledged and kept on disk', async (t) => {
  const { site, taken, dataDir, link } = await begin(t);
  const connection = await site.nextConnection();
  connection.send({ type: 'state', revision: 4, resources: { a: 1, b: 2 } });
  assert.equal((await connection.next('applied')).revision, 4);
  connection.send({ type: 'change', from: 4, revision: 5, set: { c: 3 }, remove: ['a'] });
  assert.equal((await connection.next('applied')).revision, 5);
  assert.deepEqual(taken, [
    { resources: { a: 1, b: 2 }, revision: 4, origin: 'site' },
    { resources: { b: 2, c: 3 }, revision: 5, origin: 'site' },
  ]);
  await link.close();
  assert.deepEqual(JSON.parse(await readFile(join(dataDir, 'state.json'), 'utf8')), { revision: 5, resources: { b: 2, c: 3 } });
});

test('a change that does not fit asks for the whole state; a doubled one changes nothing', async (t) => {
  const { site, taken } = await begin(t);
  const connection = await site.nextConnection();
  connection.send({ type: 'change', from: 1, revision: 2, set: { a: 1 }, remove: [] });
  await connection.next('resync');
  connection.send({ type: 'state', revision: 7, resources: { a: 1 } });
  await connection.next('applied');
  const change = { type: 'change', from: 7, revision: 8, set: { a: 2 }, remove: [] } as const;
  connection.send({ ...change, remove: [] });
  connection.send({ ...change, remove: [] });
  await connection.next('applied');
  await connection.next('applied');
  connection.send({ type: 'change', from: 9, revision: 10, set: {}, remove: [] });
  await connection.next('resync');
  assert.deepEqual(taken.map(({ revision }) => revision), [7, 8]);
});

test('a new connection takes no change before the whole state, whatever was held before', async (t) => {
  const { site, taken } = await begin(t);
  const first = await site.nextConnection();
  first.send({ type: 'state', revision: 3, resources: {} });
  await first.next('applied');
  first.socket.terminate();
  const second = await site.nextConnection();
  second.send({ type: 'change', from: 3, revision: 4, set: { a: 1 }, remove: [] });
  await second.next('resync');
  assert.equal(taken.length, 1);
});

test('the state on disk is taken up while the site is away', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lubo-agent-'));
  await writeFile(join(dataDir, 'state.json'), JSON.stringify({ revision: 6, resources: { a: 1 } }));
  const site = await startFakeSite();
  await site.close();
  const { taken, states, link } = await begin(t, { dataDir, site });
  await states(1);
  assert.deepEqual(taken, [{ resources: { a: 1 }, revision: 6, origin: 'disk' }]);
  assert.equal(link.isConnected, false);
});

test('damaged files are passed over', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lubo-agent-'));
  await writeFile(join(dataDir, 'state.json'), '{"revision":');
  await writeFile(join(dataDir, 'agent.json'), '{"id":"../../etc"}');
  const { site, taken } = await begin(t, { dataDir });
  await site.nextConnection();
  assert.equal(site.enrolments.length, 1);
  assert.equal(taken.length, 0);
});

test('a state that throws on disk does not keep the site from sending another', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lubo-agent-'));
  await writeFile(join(dataDir, 'state.json'), JSON.stringify({ revision: 6, resources: {} }));
  const origins: StateOrigin[] = [];
  const { site } = await begin(t, {
    dataDir,
    onState(_resources, _revision, origin) {
      origins.push(origin);
      if (origin === 'disk') throw new Error('can not take this');
    },
  });
  const connection = await site.nextConnection();
  connection.send({ type: 'state', revision: 7, resources: {} });
  await connection.next('applied');
  assert.deepEqual(origins, ['disk', 'site']);
});

test('a refused key is exchanged by the code for a new one', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lubo-agent-'));
  await writeFile(join(dataDir, 'agent.json'), JSON.stringify({ id: 'agent0000009', key: 'x'.repeat(40) }));
  const site = await startFakeSite();
  site.statusOf = (authorization) => (authorization.startsWith('Bearer agent0000009.') ? 401 : 101);
  await begin(t, { dataDir, site });
  assert.match((await site.nextConnection()).authorization, /^Bearer agent0000001\./);
});

test('a refused key without a code is tried again until the site takes it', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lubo-agent-'));
  await writeFile(join(dataDir, 'agent.json'), JSON.stringify({ id: 'agent0000009', key: 'x'.repeat(40) }));
  const site = await startFakeSite();
  let refusals = 0;
  site.statusOf = () => (++refusals < 3 ? 401 : 101);
  await begin(t, { dataDir, site, code: undefined });
  assert.match((await site.nextConnection()).authorization, /^Bearer agent0000009\./);
  assert.equal(site.enrolments.length, 0);
});

test('a refused code is tried again, since the site may learn it later', async (t) => {
  const site = await startFakeSite();
  const enrolled = { status: 201, body: { id: 'agent0000003', key: 'y'.repeat(40) } };
  site.onEnrol = () => (site.enrolments.length < 3 ? { status: 403, body: {} } : enrolled);
  await begin(t, { site });
  assert.match((await site.nextConnection()).authorization, /^Bearer agent0000003\./);
});

test('the connection comes back after the site broke it, was full, or sent nonsense', async (t) => {
  const site = await startFakeSite();
  let dials = 0;
  site.statusOf = () => (++dials === 2 ? 503 : 101);
  const { taken } = await begin(t, { site });
  (await site.nextConnection()).socket.terminate();
  (await site.nextConnection()).socket.send('{"type":"state","revision":"one"}');
  (await site.nextConnection()).socket.send('no JSON at all');
  const last = await site.nextConnection();
  last.socket.send('{"type":"from-a-newer-site"}');
  last.send({ type: 'state', revision: 1, resources: {} });
  await last.next('applied');
  assert.equal(taken.length, 1);
});

test('a site that falls silent is taken for dead and dialled anew', async (t) => {
  const { site } = await begin(t);
  const connection = await site.nextConnection();
  connection.socket.pause();
  const second = await site.nextConnection();
  await second.next('hello');
});

test('a quiet site that answers pings is kept', async (t) => {
  const { site, link } = await begin(t);
  const connection = await site.nextConnection();
  let pings = 0;
  await new Promise<void>((resolve) => {
    connection.socket.on('ping', () => {
      pings += 1;
      if (pings === 8) resolve();
    });
  });
  assert.equal(link.isConnected, true);
});

test('reports go out on connecting, regularly, and once for many changes', async (t) => {
  const slow = { ...timing, reportMillis: 60_000 };
  let asked = 0;
  const report = (): AgentReport => {
    asked += 1;
    return { type: 'gather-report', report: { channels: [] } };
  };
  const { site, link } = await begin(t, { timing: slow, report });
  const connection = await site.nextConnection();
  await connection.next('gather-report');
  for (let i = 0; i < 10; i++) link.reportSoon();
  await connection.next('gather-report');
  assert.equal(asked, 2);

  const regular = await begin(t);
  const other = await regular.site.nextConnection();
  for (let i = 0; i < 3; i++) await other.next('gather-report');
});

test('a folder in the place of the files does not stop the link', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lubo-agent-'));
  await mkdir(join(dataDir, 'agent.json'));
  await mkdir(join(dataDir, 'state.json'));
  const { site } = await begin(t, { dataDir });
  const connection = await site.nextConnection();
  connection.send({ type: 'state', revision: 1, resources: {} });
  await connection.next('applied');
});

test('closing while the site is away ends at once', async (t) => {
  const site = await startFakeSite();
  await site.close();
  const { link } = await begin(t, { site, timing: { ...timing, firstRetryMillis: 60_000 } });
  await link.close();
  assert.equal(link.isConnected, false);
});
