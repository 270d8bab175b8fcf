// Grades and subjects: the same rules, so the same tests.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { maxOrdered, routes } from '@lubo/contract';
import Sqlite from 'better-sqlite3';
import { type SiteInHand, siteInHand } from '../testing/site-in-hand.ts';

const rooms = [
  {
    thing: 'grade',
    list: routes.listGrades,
    create: routes.createGrade,
    edit: routes.editGrade,
    order: routes.orderGrades,
    usage: routes.getGradeUsage,
    remove: routes.deleteGrade,
    body: (name: string) => ({ stage: '大学', name }),
    first: '一年级',
  },
  {
    thing: 'subject',
    list: routes.listSubjects,
    create: routes.createSubject,
    edit: routes.editSubject,
    order: routes.orderSubjects,
    usage: routes.getSubjectUsage,
    remove: routes.deleteSubject,
    body: (name: string) => ({ name }),
    first: '语文',
  },
] as const;

const nobody = { id: '000000000000' };

/** Rows put straight into the database; answers nothing. */
function sql(hand: SiteInHand, ...statements: string[]): void {
  const db = new Sqlite(join(hand.dataDir, 'site', 'lubo.sqlite'));
  for (const statement of statements) db.prepare(statement).run();
  db.close();
}

for (const { thing, list, create, edit, order, usage, remove, body, first } of rooms) {
  const names = async (hand: SiteInHand) => (await hand.call(list)).body.rows.map(({ name }) => name);

  test(`a ${thing} is added behind the others, renamed and deleted`, async (t) => {
    const hand = await siteInHand(t);
    const cookie = await hand.adminCookie();
    const made = await hand.call(create, { cookie, body: body(' 书法 ') });
    assert.deepEqual([made.status, made.body], [201, { id: made.body.id, ...body('书法') }]);
    assert.equal((await names(hand)).at(-1), '书法');
    const params = { id: made.body.id };
    assert.equal((await hand.call(edit, { cookie, params, body: { name: '篆刻' } })).body.name, '篆刻');
    assert.equal((await hand.call(edit, { cookie, params, body: {} })).body.name, '篆刻');
    assert.deepEqual((await hand.call(usage, { cookie, params })).body.items, []);
    assert.equal((await hand.call(remove, { cookie, params })).status, 204);
    assert.ok(!(await names(hand)).includes('篆刻'));
  });

  test(`${thing}s stand in the order that was wished, unless somebody changed the list meanwhile`, async (t) => {
    const hand = await siteInHand(t);
    const cookie = await hand.adminCookie();
    const before = (await hand.call(list)).body.rows;
    const ids = before.map(({ id }) => id).toReversed();
    assert.equal((await hand.call(order, { cookie, body: { ids } })).status, 204);
    assert.deepEqual(await names(hand), before.map(({ name }) => name).toReversed());
    for (const wrong of [ids.slice(1), [...ids, nobody.id], [...ids.slice(1), ids[1] ?? '']]) {
      const { status, problem } = await hand.call(order, { cookie, body: { ids: wrong } });
      assert.deepEqual([status, problem?.code], [409, 'order-changed']);
    }
    assert.equal((await hand.call(order, { cookie, body: { ids: ['x'] } })).problem?.errors?.[0]?.path, 'body.ids.0');
  });

  test(`a ${thing}'s name is taken by another, not by itself`, async (t) => {
    const hand = await siteInHand(t);
    const cookie = await hand.adminCookie();
    const made = await hand.call(create, { cookie, body: body('AB') });
    const again = await hand.call(create, { cookie, body: body('ａｂ') });
    assert.deepEqual([again.status, again.problem?.errors?.[0]?.code], [409, 'taken']);
    assert.equal((await hand.call(edit, { cookie, params: { id: made.body.id }, body: { name: 'ab' } })).status, 200);
    const other = await hand.call(create, { cookie, body: body('CD') });
    assert.equal((await hand.call(edit, { cookie, params: { id: other.body.id }, body: { name: 'Ab' } })).status, 409);
  });

  test(`wrong and unknown ${thing}s are told`, async (t) => {
    const hand = await siteInHand(t);
    const cookie = await hand.adminCookie();
    assert.equal((await hand.call(create, { cookie, body: body('') })).problem?.errors?.[0]?.path, 'body.name');
    assert.equal((await hand.call(create, { cookie, body: body('<b>'.repeat(30)) })).problem?.errors?.[0]?.code, 'too-long');
    for (const route of [usage, remove]) assert.deepEqual((await hand.call(route, { cookie, params: nobody })).problem?.code, `${thing}-not-found`);
    assert.equal((await hand.call(edit, { cookie, params: nobody, body: { name: 'x' } })).status, 404);
  });

  test(`there are no more ${thing}s than fit a menu`, async (t) => {
    const hand = await siteInHand(t);
    const there = (await names(hand)).length;
    const columns = thing === 'grade' ? 'id, stage, name, position' : 'id, name, position';
    const values = (i: number): string => [String(i).padStart(12, 'x'), ...(thing === 'grade' ? ['s'] : []), `n${i}`, String(i)].map((value) => `'${value}'`).join();
    sql(hand, ...Array.from({ length: maxOrdered - there }, (_, i) => `insert into ${thing}s (${columns}) values (${values(i)})`));
    const refused = await hand.call(create, { cookie: await hand.adminCookie(), body: body('新') });
    assert.deepEqual([refused.status, refused.problem?.code], [409, `too-many-${thing}s`]);
  });

  test(`deleting a ${thing} in use must be confirmed as it is, and leaves the others`, async (t) => {
    const hand = await siteInHand(t);
    const cookie = await hand.adminCookie();
    const gather = await hand.agent('gather');
    const id = (await hand.call(list)).body.rows.find(({ name }) => name === first)?.id ?? '';
    const channel = await hand.addChannel('一班', { gatherId: gather.id, gradeId: thing === 'grade' ? id : null });
    if (thing === 'subject') {
      sql(hand, `insert into timetable_intervals (id, channel_id, weekday, start_second, end_second, subject_id) values ('aaaaaaaaaaaa', '${channel.id}', 1, 0, 3600, '${id}')`);
    }
    const kind = thing === 'grade' ? 'channels' : 'intervals';
    const asked = await hand.call(remove, { cookie, params: { id } });
    assert.deepEqual([asked.status, asked.problem?.code, asked.problem?.usage?.items], [409, 'confirm-needed', [{ kind, effect: 'stays', count: 1 }]]);
    const { body: now } = await hand.call(usage, { cookie, params: { id } });
    assert.equal(now.state, asked.problem?.usage?.state);
    assert.equal((await hand.call(remove, { cookie, params: { id }, query: { confirm: 'another' } })).status, 409);
    assert.equal((await hand.call(remove, { cookie, params: { id }, query: { confirm: now.state } })).status, 204);
    assert.equal((await hand.call(routes.getChannel, { params: { id: channel.id } })).body.gradeName, '');
  });
}

test('a grade that is renamed is so on its channels', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  const { body } = await hand.call(routes.listGrades);
  const id = body.rows[0]?.id ?? '';
  const channel = await hand.addChannel('一班', { gatherId: gather.id, gradeId: id });
  await hand.call(routes.editGrade, { cookie: await hand.adminCookie(), params: { id }, body: { stage: '学前', name: '大班' } });
  assert.equal((await hand.call(routes.getChannel, { params: { id: channel.id } })).body.gradeName, '学前大班');
});

test('the same name in another stage is another grade', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  assert.equal((await hand.call(routes.createGrade, { cookie, body: { stage: '职高', name: '一年级' } })).status, 201);
  assert.equal((await hand.call(routes.createGrade, { cookie, body: { stage: '小学', name: '一年级' } })).status, 409);
});
