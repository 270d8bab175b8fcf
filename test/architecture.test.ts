// Reads the imports of the whole repository and fails on a breach of the rules; each rule is also seen to fail on made-up files.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { importsOf } from './architecture/imports.ts';
import { readRepository, repositoryOf } from './architecture/repository.ts';
import { longFiles, mayImport, rules } from './architecture/rules.ts';

const repository = readRepository(join(import.meta.dirname, '..'));

describe('the repository', () => {
  it('is read as a whole', () => {
    for (const path of ['packages/media/src/index.ts', 'scripts/check.ts', 'test/architecture.test.ts']) {
      assert.ok(repository.files.some((file) => file.path === path), `${path} was not read`);
    }
    assert.ok(repository.files.some(({ path }) => path.endsWith('.vue')));
    assert.ok(repository.files.every(({ path }) => !path.includes('node_modules') && !path.includes('/dist/')));
    assert.deepEqual(repository.packages.map(({ folder }) => folder).toSorted(), Object.keys(mayImport).toSorted());
  });

  for (const [sentence, rule] of Object.entries(rules)) {
    it(sentence, () => assert.deepEqual(rule(repository), []));
  }
});

const manifest = (name: string, dependencies: string[] = []): string =>
  JSON.stringify({
    name: `@lubo/${name}`,
    exports: { '.': './src/index.ts', './inner': './src/inner.ts' },
    dependencies: Object.fromEntries(dependencies.map((each) => [each, '1.0.0'])),
  });

/** A sound small repository; each case adds or replaces files. */
const sound = {
  'package.json': JSON.stringify({ devDependencies: { mediabunny: '1.0.0' } }),
  'packages/media/package.json': manifest('media'),
  'packages/media/src/index.ts': "// Media.\nexport { a } from './a.ts';\n",
  'packages/media/src/a.ts': '// A.\nexport const a = 1;\n',
  'packages/media/src/a.test.ts': "import { test } from 'node:test';\nimport 'mediabunny';\nimport './a.ts';\n",
  'packages/contract/package.json': manifest('contract', ['zod']),
  'packages/contract/src/index.ts': "// Contract.\nexport { z } from 'zod';\n",
  'packages/contract/src/inner.ts': "// Node only.\nimport 'node:crypto';\n",
  'packages/live/package.json': manifest('live', ['@lubo/contract', '@lubo/media']),
  'packages/live/src/index.ts': "// Live.\nimport '@lubo/contract/inner';\nexport { a } from '@lubo/media';\n",
  'packages/site/package.json': manifest('site', ['@lubo/contract']),
  'packages/site/src/index.ts': "// Site.\nimport './auth/auth.ts';\nexport { z } from '@lubo/contract';\n",
  'packages/site/src/auth/auth.ts': "// Rules.\nimport './store.ts';\n",
  'packages/site/src/auth/store.ts': '// SQL.\nexport {};\n',
  'packages/web/package.json': manifest('web', ['@lubo/contract', 'vue']),
  'packages/web/src/Page.vue': "<script setup lang=\"ts\">\n// Page.\nimport 'vue';\nimport '@lubo/contract';\n</script>\n",
  'scripts/check.ts': "// Checks.\nimport 'zod';\n",
};

type Case = { rule: keyof typeof rules; name: string; files: Record<string, string>; fault: RegExp };

const longText = `// Long.\n${'export {};\n'.repeat(350)}`;

const cases: Case[] = [
  {
    rule: 'packages import one way only',
    name: 'a static import',
    files: { 'packages/contract/src/b.ts': "// B.\nimport { a } from '@lubo/media';\n" },
    fault: /^packages\/contract\/src\/b\.ts:2: contract may not import media$/,
  },
  {
    rule: 'packages import one way only',
    name: 'a type import',
    files: { 'packages/media/src/b.ts': "// B.\nimport type { z } from '@lubo/contract';\n" },
    fault: /media may not import contract/,
  },
  {
    rule: 'packages import one way only',
    name: 'a dynamic import',
    files: { 'packages/web/src/b.ts': "// B.\nexport const load = () => import('@lubo/site');\n" },
    fault: /web may not import site/,
  },
  {
    rule: 'packages import one way only',
    name: 'an inline type import',
    files: { 'packages/web/src/b.ts': "// B.\nexport type B = import('@lubo/live').B;\n" },
    fault: /web may not import live/,
  },
  {
    rule: 'packages import one way only',
    name: 'an import in a test',
    files: { 'packages/media/src/b.test.ts': "import '@lubo/contract';\n" },
    fault: /media may not import contract/,
  },
  {
    rule: 'packages import one way only',
    name: 'a package importing itself by name',
    files: { 'packages/media/src/b.ts': "// B.\nimport '@lubo/media';\n" },
    fault: /media imports itself by name/,
  },
  {
    rule: 'packages import one way only',
    name: 'a package that no rule knows',
    files: { 'packages/extra/package.json': manifest('extra') },
    fault: /packages\/extra: say in/,
  },
  {
    rule: 'live, gather and site never import each other',
    name: 'a re-export of another part',
    files: { 'packages/live/src/b.ts': "// B.\nexport * from '@lubo/site';\n" },
    fault: /live and site are processes of their own/,
  },
  {
    rule: 'what many stand on uses few foreign packages',
    name: 'a new package in contract',
    files: { 'packages/contract/src/b.ts': "// B.\nimport 'pino';\n" },
    fault: /contract may not use pino/,
  },
  {
    rule: 'media imports nothing from outside itself',
    name: 'a Node module in media',
    files: { 'packages/media/src/b.ts': "// B.\nimport { readFileSync } from 'node:fs';\n" },
    fault: /media is pure and imports nothing, but here node:fs/,
  },
  {
    rule: 'media imports nothing from outside itself',
    name: 'a package in media',
    files: { 'packages/media/src/b.ts': "// B.\nimport 'mediabunny';\n" },
    fault: /but here mediabunny/,
  },
  {
    rule: 'what runs in browsers reaches nothing of Node',
    name: 'a page that reaches Node through another package',
    files: { 'packages/web/src/b.ts': "// B.\nimport '@lubo/contract/inner';\n" },
    fault: /^packages\/contract\/src\/inner\.ts:2: runs in browsers too and may not import node:crypto$/,
  },
  {
    rule: 'a relative import stays in its package',
    name: 'a way through the folders',
    files: { 'packages/live/src/b.ts': "// B.\nimport '../../media/src/a.ts';\n" },
    fault: /leaves the package/,
  },
  {
    rule: 'a store is imported in its own room only',
    name: 'another room',
    files: { 'packages/site/src/school/school.ts': "// School.\nimport '../auth/store.ts';\n" },
    fault: /packages\/site\/src\/auth\/store\.ts belongs to its own room/,
  },
  {
    rule: 'each package declares what it imports and nothing else',
    name: 'an import that is not declared',
    files: { 'packages/live/src/b.ts': "// B.\nimport 'pino/file';\n" },
    fault: /packages\/live\/package\.json does not declare pino$/,
  },
  {
    rule: 'each package declares what it imports and nothing else',
    name: 'a package of the tests used by the product',
    files: { 'packages/live/src/b.ts': "// B.\nimport 'mediabunny';\n" },
    fault: /does not declare mediabunny/,
  },
  {
    rule: 'each package declares what it imports and nothing else',
    name: 'a declared package that nothing imports',
    files: { 'packages/live/package.json': manifest('live', ['@lubo/contract', '@lubo/media', 'ws']) },
    fault: /packages\/live\/package\.json: declares ws, which nothing there imports/,
  },
  {
    rule: 'each package declares what it imports and nothing else',
    name: 'a script with a package that nobody declares',
    files: { 'scripts/b.ts': "// B.\nimport 'left-pad';\n" },
    fault: /left-pad is declared in no package\.json/,
  },
  {
    rule: 'every import names a file that is there',
    name: 'a file that is not there',
    files: { 'packages/live/src/b.ts': "// B.\nimport './c.ts';\n" },
    fault: /b\.ts:2: there is no \.\/c\.ts/,
  },
  {
    rule: 'every import names a file that is there',
    name: 'an entry that a package does not export',
    files: { 'packages/live/src/b.ts': "// B.\nimport '@lubo/media/src/a.ts';\n" },
    fault: /there is no @lubo\/media\/src\/a\.ts/,
  },
  {
    rule: 'every import names a file that is there',
    name: 'an import that is computed',
    files: { 'packages/live/src/b.ts': '// B.\nexport const load = (name: string) => import(name);\n' },
    fault: /b\.ts:2: a computed import can't be checked/,
  },
  {
    rule: 'no file imports itself by a detour, types included',
    name: 'a cycle of which one side is types only',
    files: {
      'packages/live/src/b.ts': "// B.\nimport type { C } from './c.ts';\n",
      'packages/live/src/c.ts': "// C.\nimport './d.ts';\n",
      'packages/live/src/d.ts': "// D.\nexport { b } from './b.ts';\n",
    },
    fault: /^cycle: packages\/live\/src\/b\.ts → packages\/live\/src\/c\.ts → packages\/live\/src\/d\.ts → packages\/live\/src\/b\.ts$/,
  },
  {
    rule: 'no file imports itself by a detour, types included',
    name: 'a file that imports itself',
    files: { 'packages/live/src/b.ts': "// B.\nimport './b.ts';\n" },
    fault: /^cycle: packages\/live\/src\/b\.ts → packages\/live\/src\/b\.ts$/,
  },
  {
    rule: 'no file imports itself by a detour, types included',
    name: 'a cycle between packages',
    files: { 'packages/media/src/a.ts': "// A.\nimport '@lubo/live';\n" },
    fault: /cycle: .*packages\/live\/src\/index\.ts/,
  },
  ...['packages/live/src/utils.ts', 'packages/live/src/helpers/b.ts', 'packages/web/src/StreamManager.vue', 'scripts/misc.mjs'].map((path) => ({
    rule: 'no file has a name that says nothing',
    name: path,
    files: { [path]: '// B.\n' },
    fault: /says nothing; name it after what it is for/,
  })),
  {
    rule: 'no file has a name that says nothing',
    name: 'types.ts',
    files: { 'packages/live/src/types.ts': '// B.\n' },
    fault: /types live with what they describe/,
  },
  {
    rule: 'every source opens with a comment',
    name: 'a source that opens with code',
    files: { 'packages/live/src/b.ts': 'export const b = 1;\n// B.\n' },
    fault: /b\.ts:1: opens without a comment/,
  },
  {
    rule: 'every source opens with a comment',
    name: 'a page that opens with code',
    files: { 'packages/web/src/B.vue': "<script setup lang=\"ts\">\nimport 'vue';\n</script>\n" },
    fault: /B\.vue:1: opens without a comment/,
  },
  {
    rule: 'no file is too long',
    name: 'a file of 351 lines',
    files: { 'packages/live/src/b.ts': longText },
    fault: /b\.ts: 351 lines, more than 350/,
  },
];

describe('the rules', () => {
  const exempt = Object.keys(longFiles).map((path) => [path, longText]);
  const soundest = { ...sound, ...(Object.fromEntries(exempt) as Record<string, string>) };

  for (const [sentence, rule] of Object.entries(rules)) {
    it(`are content with a sound repository: ${sentence}`, () => assert.deepEqual(rule(repositoryOf(soundest)), []));
  }
  for (const { rule, name, files, fault } of cases) {
    it(`find a breach: ${rule}: ${name}`, () => {
      const faults = rules[rule]?.(repositoryOf({ ...soundest, ...files })) ?? [];
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0] ?? '', fault);
    });
  }
  it('are each seen to fail', () => {
    assert.deepEqual([...new Set(cases.map(({ rule }) => rule))].toSorted(), Object.keys(rules).toSorted());
  });
});

describe('reading imports', () => {
  it('finds every form and passes by comments, strings and templates', () => {
    const text = [
      "import a from 'a';",
      "import type { B } from 'b';",
      "export * from 'c';",
      "export type { D } from 'd';",
      "const e = await import('e');",
      "type F = import('f').F;",
      "type G = typeof import('g');",
      "// import 'not-this';",
      "const text = \"import 'nor-this'\";",
      "const words = `import 'nor-that'`;",
      "import 'h';",
    ].join('\n');
    assert.deepEqual(importsOf('a.ts', text).map(({ specifier, line }) => `${line} ${specifier}`), [
      '1 a', '2 b', '3 c', '4 d', '5 e', '6 f', '7 g', '11 h',
    ]);
  });

  it('reads both scripts of a Vue file and counts lines from its top', () => {
    const text = "<script lang=\"ts\">\nimport 'a';\n</script>\n<template>import 'no'</template>\n<script setup lang=\"ts\">\nimport 'b';\n</script>\n";
    assert.deepEqual(importsOf('A.vue', text), [{ specifier: 'a', line: 2 }, { specifier: 'b', line: 6 }]);
  });
});
