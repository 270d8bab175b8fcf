// AUTH-2, AUTH-6: the list of people, roles, blocking, removal, and the administrator who stays.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Role, routes } from '@lubo/contract';
import { type SiteInHand, admin, siteInHand } from '../testing/site-in-hand.ts';

const password = 'a good password';

async function school(t: TestContext) {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const make = async (name: string, role: Role = 'viewer') => {
    const { status, body } = await hand.call(routes.createPerson, { cookie, body: { name, password, role } });
    assert.equal(status, 201);
    return body;
  };
  const { rows } = (await hand.call(routes.listPeople, { cookie })).body;
  return { hand, cookie, make, me: rows[0]?.id ?? '' };
}

const signIn = async (hand: SiteInHand, name: string, given = password) => hand.call(routes.signIn, { body: { name, password: given } });

test('the list shows everyone with ways in, first and last sign-in, role', async (t) => {
  const { hand, cookie, make } = await school(t);
  const made = await make('王老师');
  assert.deepEqual([made.firstSignInAt, made.lastSignInAt, made.ways], [null, null, [{ kind: 'password', label: '王老师' }]]);
  await signIn(hand, '王老师');
  const first = new Date(hand.clock.now()).toISOString();
  hand.clock.step(60_000);
  await signIn(hand, '王老师');
  const last = new Date(hand.clock.now()).toISOString();
  const { rows, total } = (await hand.call(routes.listPeople, { cookie })).body;
  assert.deepEqual(rows.map((row) => [row.name, row.role]), [['王老师', 'viewer'], [admin.name, 'admin']]);
  assert.equal(total, 2);
  assert.deepEqual([rows[0]?.firstSignInAt, rows[0]?.lastSignInAt], [first, last]);
  assert.deepEqual((await hand.call(routes.getPerson, { cookie, params: { id: made.id } })).body, rows[0]);
});

test('the list is paged, sorted, searched and filtered', async (t) => {
  const { hand, cookie, make } = await school(t);
  for (const name of ['Anna', 'Bert', 'Carl 50%', 'Dora_x']) await make(name, name === 'Bert' ? 'admin' : 'viewer');
  const names = async (query: Record<string, string>) => (await hand.call(routes.listPeople, { cookie, query })).body.rows.map((row) => row.name);
  assert.deepEqual(await names({ sort: 'name', pageSize: '2', page: '2' }), ['Carl 50%', 'Dora_x']);
  assert.deepEqual((await names({ sort: '-name', pageSize: '2' })).at(-1), 'Dora_x');
  assert.deepEqual(await names({ search: 'ANN' }), ['Anna']);
  assert.deepEqual(await names({ search: '0%' }), ['Carl 50%']);
  assert.deepEqual(await names({ search: '_' }), ['Dora_x']);
  assert.deepEqual(await names({ search: "'; drop table people; --" }), []);
  assert.deepEqual(await names({ role: 'admin', sort: 'name' }), ['Bert', admin.name]);
  assert.deepEqual(await names({ way: 'wechat' }), []);
  assert.deepEqual((await names({ way: 'password' })).length, 5);
  assert.deepEqual(await names({ isBlocked: 'true' }), []);
  const wrong = await hand.call(routes.listPeople, { cookie, query: { sort: 'password', role: 'boss', page: '0' } });
  assert.deepEqual(wrong.problem?.errors?.map((error) => error.path).toSorted(), ['query.page', 'query.role', 'query.sort']);
});

test('an administrator makes and unmakes others; the role holds at once', async (t) => {
  const { hand, cookie, make } = await school(t);
  const { id } = await make('王老师');
  const { cookie: theirs } = await signIn(hand, '王老师');
  assert.equal((await hand.call(routes.listPeople, { cookie: theirs })).status, 403);
  const { body } = await hand.call(routes.editPerson, { cookie, params: { id }, body: { role: 'admin' } });
  assert.equal(body.role, 'admin');
  assert.equal((await hand.call(routes.listPeople, { cookie: theirs })).status, 200);
  await hand.call(routes.editPerson, { cookie, params: { id }, body: { role: 'viewer', name: '王' } });
  assert.equal((await hand.call(routes.listPeople, { cookie: theirs })).status, 403);
  assert.equal((await hand.call(routes.getSession, { cookie: theirs })).body.session?.person.name, '王');
});

test('the last administrator can not be demoted, blocked or removed', async (t) => {
  const { hand, cookie, me } = await school(t);
  const params = { id: me };
  for (const body of [{ role: 'viewer' }, { isBlocked: true }]) {
    const { status, problem } = await hand.call(routes.editPerson, { cookie, params, body });
    assert.deepEqual([status, problem?.code], [409, 'last-administrator']);
  }
  assert.equal((await hand.call(routes.deletePerson, { cookie, params })).problem?.code, 'last-administrator');
  const { body } = await hand.call(routes.getPerson, { cookie, params });
  assert.deepEqual([body.role, body.isBlocked], ['admin', false]);
});

test('a blocked administrator does not count as one that is left', async (t) => {
  const { hand, cookie, make, me } = await school(t);
  const { id } = await make('second', 'admin');
  await hand.call(routes.editPerson, { cookie, params: { id }, body: { isBlocked: true } });
  assert.equal((await hand.call(routes.editPerson, { cookie, params: { id: me }, body: { role: 'viewer' } })).problem?.code, 'last-administrator');
});

test('two administrators who demote, block or remove each other at once leave one', async (t) => {
  for (const change of ['demote', 'block', 'remove'] as const) {
    const { hand, cookie, make, me } = await school(t);
    const { id } = await make('second', 'admin');
    const { cookie: theirs } = await signIn(hand, 'second');
    const against = (victim: string, by: string | undefined) =>
      change === 'remove'
        ? hand.call(routes.deletePerson, { cookie: by, params: { id: victim } })
        : hand.call(routes.editPerson, { cookie: by, params: { id: victim }, body: change === 'demote' ? { role: 'viewer' } : { isBlocked: true } });
    const answers = await Promise.all([against(id, cookie), against(me, theirs)]);
    assert.equal(answers.filter(({ status }) => status < 300).length, 1, `${change}: ${answers.map(({ status }) => status).join()}`);
  }
});

test('whoever is blocked is signed out and can not sign in until unblocked', async (t) => {
  const { hand, cookie, make } = await school(t);
  const { id } = await make('王老师');
  const { cookie: theirs } = await signIn(hand, '王老师');
  const block = (isBlocked: boolean) => hand.call(routes.editPerson, { cookie, params: { id }, body: { isBlocked } });
  assert.equal((await block(true)).body.isBlocked, true);
  assert.deepEqual((await hand.call(routes.getSession, { cookie: theirs })).body, { session: null });
  const refused = await signIn(hand, '王老师');
  assert.deepEqual([refused.status, refused.problem?.code], [403, 'blocked']);
  assert.equal((await signIn(hand, '王老师', 'wrong password')).problem?.code, 'wrong-credentials');
  await block(false);
  assert.equal((await signIn(hand, '王老师')).status, 201);
});

test('a new password signs out everywhere, and the old one is void', async (t) => {
  const { hand, cookie, make } = await school(t);
  const { id } = await make('王老师');
  const { cookie: theirs } = await signIn(hand, '王老师');
  const reset = await hand.call(routes.resetPassword, { cookie, params: { id }, body: { password: 'another password', signInName: 'Wang' } });
  assert.deepEqual(reset.body.ways, [{ kind: 'password', label: 'wang' }]);
  assert.deepEqual((await hand.call(routes.getSession, { cookie: theirs })).body, { session: null });
  assert.equal((await signIn(hand, '王老师')).status, 401);
  assert.equal((await signIn(hand, 'wang', 'another password')).status, 201);
  const taken = await hand.call(routes.resetPassword, { cookie, params: { id }, body: { password, signInName: admin.name } });
  assert.deepEqual([taken.status, taken.problem?.code, taken.problem?.errors?.[0]?.path], [409, 'name-taken', 'body.signInName']);
});

test('an administrator signs a person out everywhere, and removes them with their sessions', async (t) => {
  const { hand, cookie, make } = await school(t);
  const { id } = await make('王老师');
  const first = await signIn(hand, '王老师');
  assert.equal((await hand.call(routes.signPersonOut, { cookie, params: { id } })).status, 204);
  assert.equal((await hand.call(routes.getAccount, { cookie: first.cookie })).status, 401);
  const second = await signIn(hand, '王老师');
  assert.equal((await hand.call(routes.deletePerson, { cookie, params: { id } })).status, 204);
  assert.equal((await hand.call(routes.getAccount, { cookie: second.cookie })).status, 401);
  assert.equal((await signIn(hand, '王老师')).status, 401);
  assert.equal((await hand.call(routes.getPerson, { cookie, params: { id } })).status, 404);
});

test('each operation tells the wrong field, the taken name and the person that is not there', async (t) => {
  const { hand, cookie } = await school(t);
  const wrong = await hand.call(routes.createPerson, { cookie, body: { name: 'a\u0007', password: 'short', role: 'boss' } });
  assert.equal(wrong.status, 400);
  assert.deepEqual(wrong.problem?.errors?.map((error) => error.path).toSorted(), ['body.name', 'body.password', 'body.role']);
  const taken = await hand.call(routes.createPerson, { cookie, body: { name: 'Other', signInName: ` ${admin.name} `, password } });
  assert.deepEqual([taken.status, taken.problem?.code], [409, 'name-taken']);
  const nobody = { cookie, params: { id: '000000000000' } };
  const answers = [
    await hand.call(routes.getPerson, nobody),
    await hand.call(routes.editPerson, { ...nobody, body: { name: 'x' } }),
    await hand.call(routes.resetPassword, { ...nobody, body: { password } }),
    await hand.call(routes.signPersonOut, nobody),
    await hand.call(routes.deletePerson, nobody),
  ];
  for (const { status, problem } of answers) assert.deepEqual([status, problem?.code], [404, 'person-not-found']);
  for (const body of [{ role: 'boss' }, { name: '' }, { isBlocked: 'yes' }]) {
    const { status, problem } = await hand.call(routes.editPerson, { ...nobody, body });
    assert.deepEqual([status, problem?.errors?.[0]?.path], [400, `body.${Object.keys(body)[0]}`]);
  }
  const short = await hand.call(routes.resetPassword, { ...nobody, body: { password: '1234567' } });
  assert.deepEqual([short.status, short.problem?.errors?.[0]?.path], [400, 'body.password']);
});
