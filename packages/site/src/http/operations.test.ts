// Every operation of the contract, one by one: it succeeds, answers what the contract says and no more, names each wrong field,
// and knows ids that nothing has. An operation that is new must be entered in testing/operations. Who may call what is proven
// in route-table.test.ts, conflicts in conflicts.test.ts, creates that are asked for twice in repeated-creates.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Id, type Route, passesOverUnknown, routes } from '@lubo/contract';
import type { Operation, OperationName } from '../testing/operations/operation.ts';
import { operations } from '../testing/operations/table.ts';
import { type Place, changedAt, pathOf, placesOf } from '../testing/schema-places.ts';
import type { Answer, CallOptions } from '../testing/site-in-hand.ts';
import { type Stage, createStage, nobody, nothing } from '../testing/stage.ts';
import { wrongInputs } from '../testing/wrong-input.ts';

const table = Object.entries(operations) as [OperationName, Operation][];
const routeOf = (name: OperationName): Route => routes[name];

/** Calls as the administrator unless `options` say who calls, each time from another address. */
function call(stage: Stage, route: Route, options: CallOptions): Promise<Answer<Route>> {
  return stage.call(route, { cookie: stage.cookie, remoteAddress: stage.address(), ...options });
}

test('every operation', async (t) => {
  const stage = await createStage(t);

  await t.test('is entered, and nothing else is', () => {
    assert.deepEqual(Object.keys(operations).toSorted(), Object.keys(routes).toSorted());
  });

  await t.test('succeeds, and answers what the contract says and no more', async () => {
    // The stage begins with a first administrator, made by `setUp`.
    assert.deepEqual(await stage.done(routes.getSetUp), { isNeeded: false });
    const faults: string[] = [];
    for (const [name, { good }] of table.filter(([each]) => each !== 'setUp')) {
      const { status, problem } = await call(stage, routeOf(name), await good(stage));
      if (status >= 300) faults.push(`${name}: ${status} ${JSON.stringify(problem)}`);
    }
    assert.deepEqual(faults, []);
  });

  await t.test('names each wrong field, and does nothing', async () => {
    const rows = (): Promise<number> => stage.done(routes.listAuditEntries).then(({ total }) => total);
    let tried = 0;
    const faults: string[] = [];
    for (const [name, { good }] of table) {
      const options = await good(stage);
      const wrong = wrongInputs(routeOf(name), options).filter(({ path }) => !passesOverUnknown(routeOf(name)) || !path.endsWith('noSuchField'));
      assert.equal(wrong.length > 0, routeOf(name).body !== undefined || routeOf(name).query !== undefined, name);
      if (wrong.length === 0) continue;
      const before = await rows();
      for (const { part, path, what, value } of wrong) {
        const { status, problem } = await call(stage, routeOf(name), { ...options, [part]: value });
        const found = problem?.errors?.find((error) => error.path === path);
        const isTold = status === 400 && problem?.code === 'invalid-request' && found !== undefined && found.message !== '' && found.code !== undefined;
        if (!isTold) faults.push(`${name}, ${path} ${what}: ${status} ${JSON.stringify(problem)}`);
        tried += 1;
      }
      assert.equal(await rows(), before, name);
    }
    assert.deepEqual(faults, []);
    assert.ok(tried > 700, `${tried} wrong inputs`);
  });

  await t.test('names what it is told of that is not there', async () => {
    const faults: string[] = [];
    const met = new Set<string>();
    for (const [name, { good }] of table) {
      const route = routeOf(name);
      if (route.body === undefined) continue;
      for (const place of placesOf(route.body, (await good(stage)).body).filter(isIdentity)) {
        const path = pathOf('body', place.steps);
        const options = await good(stage);
        const missing = place.shapes.some(({ format }) => format === 'uuid') ? nothing : nobody;
        const { status, problem } = await call(stage, route, { ...options, body: changedAt(options.body, place.steps, missing) });
        met.add(`${name} ${path}`);
        if (`${name} ${path}` in passedOver) continue;
        const isTold = status === 400 && problem?.errors?.some((error) => error.path === path && error.code === 'unknown');
        if (!isTold) faults.push(`${name} ${path}: ${status} ${JSON.stringify(problem)}`);
      }
    }
    assert.deepEqual(faults, []);
    assert.deepEqual(Object.keys(passedOver).filter((each) => !met.has(each)), [], 'entries that stand for nothing');
  });

  await t.test('with an id in its address says that nothing has it', async () => {
    const withId = table.filter(([name]) => routeOf(name).path.includes(':id'));
    assert.deepEqual(table.filter(([, { absent }]) => absent !== undefined).map(([name]) => name), withId.map(([name]) => name));
    for (const [name, { good, absent }] of withId) {
      const options = await good(stage);
      const id = absentLike(options.params?.['id'] ?? '');
      const { status, problem } = await call(stage, routeOf(name), { ...options, params: { id } });
      if (typeof absent === 'string') assert.deepEqual([status, problem?.code], [404, absent], name);
      else assert.ok(status < 300, `${name}: ${absent?.reason}`);
    }
  });

  await t.test('with an id in its address says so of what was deleted, too', async () => {
    const gone = new Map<string, string>();
    for (const [name, { good, absent }] of table.filter(([each]) => routeOf(each).method === 'DELETE' && routeOf(each).path.endsWith('/:id'))) {
      const options = await good(stage);
      const id = options.params?.['id'] ?? '';
      assert.equal((await call(stage, routeOf(name), options)).status, 204, name);
      if (name === 'deleteChannel') await stage.done(routes.changeChannels, { body: { ids: [id], action: 'purge' } });
      if (name === 'deleteRecording') await stage.done(routes.changeArchive, { body: { ids: [id], action: 'purge' } });
      if (typeof absent === 'string') gone.set(absent, id);
    }
    const lasting = new Set<string>();
    for (const [name, { good, absent }] of table) {
      if (typeof absent !== 'string') continue;
      const id = gone.get(absent);
      if (id === undefined) lasting.add(absent);
      else {
        const { status, problem } = await call(stage, routeOf(name), { ...(await good(stage)), params: { id } });
        assert.deepEqual([status, problem?.code], [404, absent], name);
      }
    }
    assert.deepEqual([...lasting].toSorted(), ['lesson-not-found', 'live-server-not-found'], 'nobody deletes these');
  });

  await t.test('with an id in its address takes nothing else for one', async () => {
    const faults: string[] = [];
    for (const [name, { good }] of table.filter(([each]) => routeOf(each).path.includes(':id'))) {
      const options = await good(stage);
      for (const id of ['ABCDEFGHIJKL', `${nobody}0`, '../../etc/passwd', "' or 1=1 --", '\u0000', 'x'.repeat(2_000)]) {
        const { status, problem } = await call(stage, routeOf(name), { ...options, params: { id } });
        const [field] = problem?.errors ?? [];
        const isTold = status === 404 ? problem?.code === 'no-such-address' : status === 400 && field?.path === 'params.id' && field.code === 'format';
        if (!isTold) faults.push(`${name} ${id}: ${status} ${JSON.stringify(problem)}`);
      }
    }
    assert.deepEqual(faults, []);
  });
});

/** Where an identity of something that must be there may stand. */
function isIdentity({ shapes }: Place): boolean {
  return shapes.some(({ pattern, format }) => pattern === Id.toJSONSchema().pattern || format === 'uuid');
}

/** Places where an identity that nothing has is right, and why. */
const gatherTells = 'a gather tells of what it recorded, also after the site has let go of what it belonged to';
const passedOver: Record<string, string> = {
  'orderGrades body.ids.0': 'somebody has changed the list meanwhile: a conflict',
  'orderSubjects body.ids.0': 'the same',
  'channelUsage body.ids.0': 'nothing hangs on it',
  'changeChannels body.ids.0': 'the answer tells of each that could not be changed',
  'previewArchiveChange body.ids.0': 'what a change does not fit is passed over, and the answer counts',
  'changeArchive body.ids.0': 'the same',
  'saveTimetable body.intervals.0.id': 'whoever adds an interval makes its id',
  'beginSignIn body.way': 'it is no field of a form but an address: 404 way-not-found',
  ...Object.fromEntries(['channelId', 'intervalId', 'subjectId', 'teacherId', 'recordingIds.0'].map((field) => [`reportLessons body.lessons.0.${field}`, gatherTells])),
};

/** An id of the same form that nothing has. */
function absentLike(id: string): string {
  if (/^[0-9a-f]{8}-/.test(id)) return nothing;
  return id.startsWith('hand-') ? `hand-${nobody}` : nobody;
}
