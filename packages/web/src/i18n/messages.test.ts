// The languages against each other and against the pages that use them.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { channelFaultCodes, channelNoticeCodes, fieldCodes, gatherNoticeCodes, problemCodes, siteFaultCodes } from '@lubo/contract';
import { playerFaultCodes } from '../player/fault.ts';
import { adminWords } from './admin/words.ts';
import { en } from './en.ts';
import { zhCn } from './zh-cn.ts';

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') found.set(at, value);
    else for (const [name, text] of leaves(value, at)) found.set(name, text);
  }
  return found;
}

function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort();
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(vue|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts') && !/i18n/.test(entry.parentPath))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

const chinese = leaves({ ...zhCn, ...adminWords('zh-CN') });
const english = leaves({ ...en, ...adminWords('en') });
const pages = sources(join(import.meta.dirname, '..'));

test('every language has the same keys', () => {
  assert.deepEqual([...english.keys()].sort(), [...chinese.keys()].sort());
});

test('no words are empty, and the same values stand in both languages', () => {
  for (const [key, text] of chinese) {
    const other = english.get(key) ?? '';
    assert.notEqual(text.trim(), '', key);
    assert.notEqual(other.trim(), '', key);
    assert.deepEqual(placeholders(other), placeholders(text), key);
  }
});

test('Chinese words are Chinese and English words are not', () => {
  for (const [key, text] of english) assert.doesNotMatch(text, /\p{Script=Han}/u, key);
  const latinOnly = [...chinese].filter(([, text]) => !/\p{Script=Han}/u.test(text)).map(([key]) => key);
  assert.deepEqual(latinOnly, []);
});

test('every key that a page names is there', () => {
  const named = pages.flatMap((text) => [...text.matchAll(/\bt\('([\w.-]+)'/g)].map((match) => match[1] ?? ''));
  assert.ok(named.length > 50, 'the pages name their words');
  for (const key of named) assert.ok(chinese.has(key), key);
});

test('every key is used by some page, alone or through its family', () => {
  const all = pages.join('\n');
  const families = ['problem.', 'player.fault.', 'player.offline.', 'watch.status.', 'admin.frame.section.', 'admin.delete.', 'admin.usage.', 'admin.field.', 'admin.problem.', 'admin.teacher.titles.', 'admin.teacher.sexes.', 'admin.timetable.day.', 'admin.timetable.fault.', 'admin.lesson.health.', 'admin.lesson.state.', 'admin.lesson.cause.', 'signIn.phone.', 'signIn.answered', 'own.role.', 'admin.people.roles.', 'admin.people.kinds.', 'admin.choose.state.', 'admin.tokens.scope', 'admin.audit.operations.'];
  const unused = [...chinese.keys()].filter((key) => !families.some((family) => key.startsWith(family)) && !all.includes(`'${key}'`) && !isBuiltKey(key));
  assert.deepEqual(unused, []);
});

test('each fault of the player has a title and something to do', () => {
  for (const code of playerFaultCodes) {
    assert.ok(chinese.has(`player.fault.${code}.title`), code);
    assert.ok(chinese.has(`player.fault.${code}.todo`), code);
  }
});

test('every fault and notice that a gather or the site may tell has words of its own', () => {
  for (const code of [...channelFaultCodes, ...siteFaultCodes, ...channelNoticeCodes, ...gatherNoticeCodes]) assert.ok(chinese.has(`admin.fault.${code}`), code);
  assert.ok(chinese.has('player.offline.source-error'), 'what viewers read of faults without words for them');
});

/** Problems of which pages say no more than their kind. */
const toldByKind = ['invalid-request', 'malformed-request', 'not-an-administrator', 'too-many-sign-ins'];
/** Problems of programs: gathers, API tokens, players that fetch what pages have named to them. */
const ofPrograms = [
  'not-json', 'not-jpeg', 'not-webp', 'checksum-mismatch', 'size-mismatch', 'range-not-satisfiable', 'expectation-invalid', 'key-invalid', 'limit-invalid',
  'retention-invalid', 'no-agent', 'wrong-token', 'missing-scope', 'not-a-gather', 'not-for-tokens', 'not-yours', 'token-expired', 'token-malformed', 'token-missing',
  'token-wrong', 'no-such-address', 'object-not-found', 'picture-not-found', 'upload-not-found', 'idempotency-key-reused', 'key-taken', 'offset-mismatch',
  'recording-differs', 'upload-busy', 'upload-differs', 'upload-incomplete', 'too-many-enrolments', 'too-many-keys', 'too-many-listeners',
];
/** Words for whole kinds, and for what happens on the way. */
const kinds = new Set(['unreachable', 'unexpected', 'invalid', 'wrong-credentials', 'denied', 'not-found', 'conflict', 'too-many', 'retry']);

test('every problem that a page may meet has words of its own, and no words stand for a problem that there is not', () => {
  const all = Object.values(problemCodes).flat();
  const without = [...new Set(all)].filter((code) => !chinese.has(`problem.${code}`) && !chinese.has(`admin.problem.${code}`));
  assert.deepEqual(without.toSorted(), [...toldByKind, ...ofPrograms].toSorted());
  const told = [...chinese.keys()].flatMap((key) => /^(?:admin\.)?problem\.(.+)$/.exec(key)?.[1] ?? []);
  assert.deepEqual(told.filter((code) => !kinds.has(code) && !(all as string[]).includes(code)), []);
});

test('every code of a wrong field has words', () => {
  assert.deepEqual(fieldCodes.filter((code) => !chinese.has(`admin.field.${code}`)), []);
});

/** Words that go with a value of the contract. */
const captureFamilies = [
  'admin.fault.',
  ...['status', 'modes', 'camera', 'cameraHint'].map((name) => `admin.channel.${name}.`),
  ...['state', 'upload', 'tuning', 'tuningHint'].map((name) => `admin.gather.${name}.`),
  ...['make', 'nameHint', 'system', 'kinds', 'state'].map((name) => `admin.code.${name}.`),
  'admin.code.takeBack',
  'admin.code.forget',
  'admin.recording.deleteTitle',
  'admin.recording.purgeTitle',
  ...['checked', 'volume', 'kinds'].map((name) => `admin.component.${name}.`),
  ...['steps', 'stepTexts'].map((name) => `admin.overview.${name}.`),
];

/** Keys put together at run time: `player.${state}`. */
function isBuiltKey(key: string): boolean {
  return ['player.connecting', 'player.stalled'].includes(key) || captureFamilies.some((family) => key.startsWith(family));
}
