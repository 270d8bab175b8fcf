// config.example.yaml shows every setting with its default and its variable, and no other.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { allSettings } from './environment.ts';
import { readConfig } from './read.ts';
import type { Config } from './schema.ts';

const fileName = 'config.example.yaml';
const text = readFileSync(join(import.meta.dirname, '..', '..', '..', fileName), 'utf8');

const settings = allSettings();
const dotted = settings.map(({ path }) => path.join('.'));
const withDefault = leavesOf(readConfig({ fileName: 'none', text: undefined, env: {} }));
const optional = dotted.filter((name) => !(name in withDefault));

/** The example with every optional setting switched on. */
const whole = text.replace(/^( *)# ([a-zA-Z]+: \S+)$/gm, '$1$2');

describe('config.example.yaml', () => {
  it('is a settings file that changes nothing', () => {
    assert.deepEqual(leavesOf(readConfig({ fileName, text, env: {} })), withDefault);
  });

  it('gives each default in a line of its own, so that deleting the file changes nothing either', () => {
    for (const [name, value] of Object.entries(withDefault)) {
      const line = `${name.split('.').at(-1)}: ${Array.isArray(value) ? JSON.stringify(value) : String(value)}`;
      assert.ok(text.split('\n').some((each) => each.trim() === line), `${name}: no line "${line}"`);
    }
  });

  it('shows the settings without a default commented out, with values that would be taken', () => {
    const shown = leavesOf(readConfig({ fileName, text: whole, env: {} }));
    assert.deepEqual(Object.keys(shown).toSorted(), dotted.toSorted());
    for (const name of optional) assert.notEqual(shown[name], undefined, name);
    assert.ok(optional.length > 0);
  });

  it('names the variable of each setting above it, and no other variable', () => {
    const found = [...text.matchAll(/^ *# (LUBO_[A-Z_]+)\n *(?:# )?([a-zA-Z]+): \S+$/gm)].map(([, variable, key]) => `${variable} ${key}`);
    assert.deepEqual(found, settings.map(({ variable, path }) => `${variable} ${path.at(-1)}`));
    const named = new Set([...text.matchAll(/LUBO_[A-Z_]+/g)].map(([name]) => name));
    assert.deepEqual([...named].toSorted(), [...settings.map(({ variable }) => variable), 'LUBO_CONFIG'].toSorted());
  });

  it('explains each setting in Chinese and English', () => {
    for (const { variable } of settings) {
      const lines = text.split('\n');
      const at = lines.findIndex((line) => line.trim() === `# ${variable}`);
      const above = lines.slice(0, at).toReversed();
      const comment = above.slice(0, above.findIndex((line) => !line.trim().startsWith('#'))).join('\n');
      assert.match(comment, /\p{Script=Han}/u, variable);
      assert.match(comment, /[a-z]{4}/, variable);
    }
  });
});

/** Settings by dotted name; those without a value left out. */
function leavesOf(config: Config): Record<string, unknown> {
  const leaves: Record<string, unknown> = {};
  const collect = (section: object, path: string): void => {
    for (const [key, value] of Object.entries(section) as [string, unknown][]) {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) collect(value, `${path}${key}.`);
      else leaves[`${path}${key}`] = value;
    }
  };
  collect(config, '');
  return leaves;
}
