// Vite plugin: words with values in them (`共 {n} 个`) are taken apart while building, so that the pages carry no compiler of messages and
// spend no time on it. While developing, vue-i18n compiles them in the browser.
import { baseCompile } from '@intlify/message-compiler';
import type { Plugin } from 'vite';
import * as capture from './src/i18n/admin/capture.ts';
import * as frame from './src/i18n/admin/frame.ts';
import * as people from './src/i18n/admin/people.ts';
import * as school from './src/i18n/admin/school.ts';
import * as security from './src/i18n/admin/security.ts';
import * as timetable from './src/i18n/admin/timetable.ts';
import * as en from './src/i18n/en.ts';
import * as zhCn from './src/i18n/zh-cn.ts';

type Words = string | { [key: string]: Words };

/** Modules that hold nothing but words, by their path below `src/i18n`. */
const wordFiles: Record<string, object | undefined> = {
  'zh-cn': zhCn,
  en,
  'admin/capture': capture,
  'admin/frame': frame,
  'admin/people': people,
  'admin/school': school,
  'admin/security': security,
  'admin/timetable': timetable,
};
const wordFile = /[\\/]src[\\/]i18n[\\/](zh-cn|en|admin[\\/](?!words)[a-z-]+)\.ts$/;
/** What means something to vue-i18n; other words are text as they stand. */
const hasSyntax = /[{}|@]/;

/** Replaces each export of such a module with its words compiled. A message that is none, or a file that is not known here, stops the build. */
export function compiledWords(): Plugin {
  return {
    name: 'lubo-compiled-words',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      const [, name] = wordFile.exec(id) ?? [];
      if (name === undefined) return undefined;
      const words = wordFiles[name.replace('\\', '/')];
      if (words === undefined) throw new Error(`compiled-words: ${id} is not known here`);
      return Object.entries(words as Record<string, Words>)
        .map(([key, value]) => `export const ${key} = ${JSON.stringify(compiled(value, key))};`)
        .join('\n');
    },
  };
}

/** The same tree with vue-i18n's syntax tree (in its short form) in place of each message that has values. */
export function compiled(words: Words, path: string): unknown {
  if (typeof words !== 'string') return Object.fromEntries(Object.entries(words).map(([key, each]) => [key, compiled(each, `${path}.${key}`)]));
  if (!hasSyntax.test(words)) return words;
  const onError = (error: Error): never => {
    throw new Error(`${path}: ${error.message}: ${words}`, { cause: error });
  };
  return baseCompile(words, { jit: true, minify: true, optimize: true, location: false, onError }).ast;
}
