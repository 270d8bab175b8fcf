// Reading the settings: a YAML file, overridden by the environment, all faults told at once with their places.
import { type Document, LineCounter, isMap, isScalar, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Setting, allSettings, settingsOf } from './environment.ts';
import { Config } from './schema.ts';

/** Settings that can't be used; each fault is one line that names the place, the value and what is allowed. */
export class ConfigError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** Where the settings come from; `text` is undefined when there is no file. */
export type ConfigSources = { fileName: string; text: string | undefined; env: Record<string, string | undefined> };

/** All settings with defaults filled in. Throws ConfigError. */
export function readConfig({ fileName, text, env }: ConfigSources): Config {
  const lines = new LineCounter();
  const document = parseDocument(text ?? '', { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map((error) => `${fileName}:${lines.linePos(error.pos[0]).line}: ${error.message}`));
  }
  const fromFile: unknown = document.toJS() ?? {};
  if (typeof fromFile !== 'object' || Array.isArray(fromFile)) {
    throw new ConfigError([`${fileName}:1: the file must hold settings as "name: value" lines`]);
  }
  const { given, unknown } = settingsOf(env);
  const merged = structuredClone(fromFile) as Record<string, unknown>;
  dropEmptySections(merged);
  for (const { setting, value } of given) put(merged, setting.path, value);

  const parsed = Config.safeParse(merged);
  const faults = unknown.map((variable) => `environment: ${variable} is not a setting${nearest(variable, variablesAllowed())}`);
  if (!parsed.success) {
    const place = placer(fileName, document, lines, given.map(({ setting }) => setting));
    faults.push(...parsed.error.issues.flatMap((issue) => describe(issue, place)));
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return parsed.data as Config;
}

/** `live:` with nothing below it is a section left as it is, not a fault; so are sections within sections. */
function dropEmptySections(settings: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(settings)) {
    if (value === null) delete settings[key];
    else if (typeof value === 'object' && !Array.isArray(value)) dropEmptySections(value as Record<string, unknown>);
  }
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const section = target[key];
  const inner = typeof section === 'object' && section !== null ? (section as Record<string, unknown>) : {};
  target[key] = inner;
  put(inner, rest, value);
}

type Place = (path: readonly PropertyKey[]) => string;

function placer(fileName: string, document: Document.Parsed, lines: LineCounter, fromEnv: readonly Setting[]): Place {
  return (path) => {
    const dotted = path.join('.');
    // A list's entry has a step more than the list.
    const setting = fromEnv.find((each) => `${dotted}.`.startsWith(`${each.path.join('.')}.`));
    if (setting !== undefined) return `environment: ${setting.variable}`;
    const line = lineOf(document, lines, path);
    return `${fileName}${line === undefined ? '' : `:${line}`}: ${dotted}`;
  };
}

function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let line: number | undefined;
  for (const step of path) {
    if (!isMap(node)) return line;
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
    if (pair === undefined || !isScalar(pair.key) || !pair.key.range) return line;
    line = lines.linePos(pair.key.range[0]).line;
    node = pair.value;
  }
  return line;
}

function describe(issue: z.core.$ZodIssue, place: Place): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const allowed = namesAllowed(issue.path);
      return `${place(path)} is not a setting${nearest(key, allowed)}; allowed here: ${allowed.join(', ')}`;
    });
  }
  return [`${place(issue.path)}: ${issue.message}`];
}

function namesAllowed(path: readonly PropertyKey[]): string[] {
  const names = allSettings()
    .filter((setting) => path.every((step, i) => setting.path[i] === step))
    .map((setting) => setting.path[path.length])
    .filter((name) => name !== undefined);
  return [...new Set(names)];
}

function variablesAllowed(): string[] {
  return allSettings().map((setting) => setting.variable);
}

/** ` (did you mean X?)` when one allowed name is at most three edits away. */
function nearest(name: string, allowed: readonly string[]): string {
  const [best] = allowed
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= 3 ? ` (did you mean ${best.candidate}?)` : '';
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + change));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
