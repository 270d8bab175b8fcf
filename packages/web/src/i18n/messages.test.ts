// The languages against each other and against the pages that use them.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { channelFaultCodes, channelNoticeCodes, gatherNoticeCodes, siteFaultCodes } from '@lubo/contract';
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
  const families = ['problem.', 'player.fault.', 'player.offline.', 'watch.status.', 'admin.frame.section.', 'admin.delete.', 'admin.usage.', 'admin.field.', 'admin.problem.', 'admin.teacher.titles.', 'admin.teacher.sexes.', 'admin.timetable.day.', 'admin.timetable.fault.', 'admin.lesson.health.', 'admin.lesson.state.', 'admin.lesson.cause.', 'signIn.phone.', 'signIn.answered', 'own.role.', 'admin.people.roles.', 'admin.people.kinds.', 'admin.tokens.scope', 'admin.audit.operations.'];
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
