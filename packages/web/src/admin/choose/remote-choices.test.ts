import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRemoteChoices, offeredAtOnce } from './remote-choices.ts';
import type { ChoiceQuery, ChoiceSource } from './sources.ts';

const all = Array.from({ length: 300 }, (_, n) => ({ value: `id${n}`, label: `老师${n}` }));

/** Answers as the site does, and notes what it was asked. */
function siteInHand(): { source: ChoiceSource; asked: ChoiceQuery[] } {
  const asked: ChoiceQuery[] = [];
  const source: ChoiceSource = (query) => {
    asked.push(query);
    const found = 'ids' in query ? all.filter(({ value }) => query.ids.split(',').includes(value)) : all.filter(({ label }) => label.includes(query.search));
    return Promise.resolve({ choices: found.slice(0, query.pageSize), total: found.length });
  };
  return { source, asked };
}

test('the first that fit are offered, and how many more there are', async () => {
  const { source } = siteInHand();
  const choices = createRemoteChoices(source);
  assert.equal(choices.state.value, 'reading');
  await choices.search('');
  assert.deepEqual([choices.offered.value.length, choices.more.value, choices.state.value], [offeredAtOnce, 250, 'read']);
  await choices.search(' 老师299 ');
  assert.deepEqual([choices.offered.value, choices.more.value], [[all[299]], 0]);
  await choices.search('没有');
  assert.deepEqual([choices.offered.value, choices.state.value], [[], 'read']);
});

test('the newest words decide, whichever answer comes last', async () => {
  const answers: Record<string, () => void> = {};
  const source: ChoiceSource = async (query) => {
    const words = 'search' in query ? query.search : '';
    await new Promise<void>((resolve) => (answers[words] = resolve));
    return { choices: [{ value: words, label: words }], total: 1 };
  };
  const choices = createRemoteChoices(source);
  const [first, second] = [choices.search('王'), choices.search('王五')];
  answers['王五']?.();
  await second;
  answers['王']?.();
  await first;
  assert.deepEqual(choices.offered.value, [{ value: '王五', label: '王五' }]);
});

test('what is chosen has its name though it is not offered, and is asked for once', async () => {
  const { source, asked } = siteInHand();
  const choices = createRemoteChoices(source);
  await choices.name(['id280', 'id280', '', 'gone']);
  assert.equal(choices.names.value.get('id280'), '老师280');
  assert.equal(choices.names.value.has('gone'), false);
  await choices.search('老师28');
  await choices.name(['id280', 'id281']);
  assert.deepEqual(asked.filter((query) => 'ids' in query), [{ ids: 'id280,gone', pageSize: 200 }]);
  await choices.name(['id280'], true);
  assert.equal(asked.length, 3);
  await choices.name(all.map(({ value }) => value), true);
  assert.deepEqual(asked.slice(3).map((query) => ('ids' in query ? query.ids.split(',').length : 0)), [200, 100]);
});

test('a site that does not answer is told apart from one that has found nothing', async () => {
  let isAway = true;
  const choices = createRemoteChoices(() => (isAway ? Promise.reject(new Error('away')) : Promise.resolve({ choices: [], total: 0 })));
  await choices.search('王');
  assert.equal(choices.state.value, 'failed');
  await choices.name(['id1']);
  assert.equal(choices.names.value.size, 0);
  isAway = false;
  await choices.search('王');
  assert.equal(choices.state.value, 'read');
});
