// The rules of the house that can be read from imports, names and sizes; see ARCHITECTURE.md. Each gives one line a breach.
import { posix } from 'node:path';
import { cyclesOf } from './cycles.ts';
import { type Repository, type SourceFile, isTest, packageNameOf, packageOfFile, targetOf } from './repository.ts';

/** Which packages of ours each package may import. A package that is not here may not exist. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  media: [],
  contract: [],
  config: [],
  agent: ['contract'],
  storage: ['contract'],
  live: ['media', 'contract', 'agent', 'config'],
  gather: ['media', 'contract', 'agent', 'config'],
  site: ['contract', 'storage', 'config'],
  web: ['contract', 'media'],
  supervisor: ['config'],
};

/** Foreign packages for those that many others stand on; the rest say theirs in package.json. */
export const mayUse: Readonly<Record<string, readonly string[]>> = {
  media: [],
  contract: ['zod'],
  config: ['zod', 'yaml'],
  supervisor: [],
};

/** The parts that run as processes of their own and speak `contract` only. */
const parts = new Set(['live', 'gather', 'site']);

/** Packages that run in a browser too: nothing that they reach may need Node. */
const browserPackages = new Set(['web', 'media']);

const maxLines = 350;

/** Longer files, each with its reason. */
export const longFiles: Readonly<Record<string, string>> = {};

type Rule = (repository: Repository) => string[];

const at = (file: SourceFile, line: number): string => `${file.path}:${line}`;

/** Every import of every file, with what it names. */
function* edgesOf(repository: Repository) {
  for (const file of repository.files) {
    for (const { specifier, line } of file.imports) {
      if (specifier !== undefined) yield { file, specifier, place: at(file, line), target: targetOf(repository, file.path, specifier) };
    }
  }
}

const direction: Rule = (repository) => {
  const faults = repository.packages
    .filter(({ folder }) => !(folder in mayImport))
    .map(({ folder }) => `packages/${folder}: say in test/architecture/rules.ts what it may import`);
  for (const { file, specifier, place } of edgesOf(repository)) {
    const own = packageOfFile(repository, file.path);
    const other = repository.packages.find(({ name }) => name === packageNameOf(specifier));
    if (own === undefined || other === undefined) continue;
    if (own === other) faults.push(`${place}: ${own.folder} imports itself by name; use a relative path`);
    else if (!mayImport[own.folder]?.includes(other.folder)) faults.push(`${place}: ${own.folder} may not import ${other.folder}`);
  }
  return faults;
};

const strangers: Rule = (repository) =>
  [...edgesOf(repository)].flatMap(({ file, specifier, place }) => {
    const own = packageOfFile(repository, file.path)?.folder ?? '';
    const other = repository.packages.find(({ name }) => name === packageNameOf(specifier))?.folder ?? '';
    return own !== other && parts.has(own) && parts.has(other)
      ? [`${place}: ${own} and ${other} are processes of their own; they speak contract over HTTP and WebSocket`]
      : [];
  });

const foreign: Rule = (repository) =>
  [...edgesOf(repository)].flatMap(({ file, specifier, place }) => {
    const own = packageOfFile(repository, file.path);
    const name = packageNameOf(specifier);
    const allowed = mayUse[own?.folder ?? ''];
    if (own === undefined || name === undefined || allowed === undefined || isTest(file.path)) return [];
    const isOurs = repository.packages.some((each) => each.name === name);
    return isOurs || allowed.includes(name) ? [] : [`${place}: ${own.folder} may not use ${name}`];
  });

const pureMedia: Rule = (repository) =>
  [...edgesOf(repository)].flatMap(({ file, specifier, place }) =>
    packageOfFile(repository, file.path)?.folder === 'media' && !isTest(file.path) && !specifier.startsWith('.')
      ? [`${place}: media is pure and imports nothing, but here ${specifier}`]
      : [],
  );

const browser: Rule = (repository) => {
  const byPath = new Map(repository.files.map((file) => [file.path, file]));
  const isStart = (path: string): boolean => /\/src\//.test(path) && !isTest(path);
  const waiting = repository.files.filter(
    ({ path }) => browserPackages.has(packageOfFile(repository, path)?.folder ?? '') && isStart(path),
  );
  const seen = new Set(waiting);
  const faults: string[] = [];
  for (const file of waiting) {
    for (const { specifier, line } of file.imports) {
      if (specifier === undefined) continue;
      if (specifier.startsWith('node:')) faults.push(`${at(file, line)}: runs in browsers too and may not import ${specifier}`);
      const next = byPath.get(targetOf(repository, file.path, specifier) ?? '');
      if (next === undefined || seen.has(next)) continue;
      seen.add(next);
      waiting.push(next);
    }
  }
  return faults;
};

const ownFolder: Rule = (repository) =>
  [...edgesOf(repository)].flatMap(({ file, specifier, place, target }) => {
    const own = packageOfFile(repository, file.path);
    if (own === undefined || target === undefined || !specifier.startsWith('.')) return [];
    return target.startsWith(`packages/${own.folder}/`) ? [] : [`${place}: ${specifier} leaves the package; import the other by its name`];
  });

const stores: Rule = (repository) =>
  [...edgesOf(repository)].flatMap(({ file, place, target }) =>
    target !== undefined && posix.basename(target) === 'store.ts' && posix.dirname(target) !== posix.dirname(file.path)
      ? [`${place}: ${target} belongs to its own room; use what the room offers`]
      : [],
  );

const declared: Rule = (repository) => {
  const everywhere = new Set([...repository.rootDependencies, ...repository.packages.flatMap((each) => [...each.dependencies, each.name])]);
  const used = new Map<string, Set<string>>(repository.packages.map(({ folder }) => [folder, new Set()]));
  const faults: string[] = [];
  for (const { file, specifier, place } of edgesOf(repository)) {
    const name = packageNameOf(specifier);
    if (name === undefined) continue;
    const own = packageOfFile(repository, file.path);
    if (own === undefined) {
      if (!everywhere.has(name)) faults.push(`${place}: ${name} is declared in no package.json`);
      continue;
    }
    const isProduct = !isTest(file.path) && file.path.startsWith(`packages/${own.folder}/src/`);
    const isConfig = posix.dirname(file.path) === `packages/${own.folder}`;
    if (isProduct || isConfig) used.get(own.folder)?.add(name);
    const forTests = isProduct || isConfig ? [] : [...own.devDependencies, ...repository.rootDependencies];
    if (![...own.dependencies, ...forTests].includes(name)) faults.push(`${place}: packages/${own.folder}/package.json does not declare ${name}`);
  }
  for (const { folder, dependencies } of repository.packages) {
    const idle = dependencies.filter((name) => !used.get(folder)?.has(name));
    faults.push(...idle.map((name) => `packages/${folder}/package.json: declares ${name}, which nothing there imports`));
  }
  return faults;
};

const found: Rule = (repository) => {
  const paths = new Set(repository.files.map(({ path }) => path));
  const faults = repository.files.flatMap((file) =>
    file.imports.filter(({ specifier }) => specifier === undefined).map(({ line }) => `${at(file, line)}: a computed import can't be checked`),
  );
  for (const { specifier, place, target } of edgesOf(repository)) {
    const isOurs = repository.packages.some(({ name }) => name === packageNameOf(specifier));
    if (target === undefined ? isOurs : isSource(target) && !paths.has(target)) faults.push(`${place}: there is no ${specifier}`);
  }
  return faults;
};

/** Styles, pictures and JSON are no sources; a name without an ending is meant as one. */
const isSource = (path: string): boolean => /\.(ts|js|mjs|vue)$/.test(path) || posix.extname(path) === '';

const cycles: Rule = (repository) => {
  const graph = new Map<string, string[]>(repository.files.map(({ path }) => [path, []]));
  for (const { file, target } of edgesOf(repository)) if (target !== undefined && graph.has(target)) graph.get(file.path)?.push(target);
  return cyclesOf(graph).map((cycle) => `cycle: ${[...cycle, cycle[0]].join(' → ')}`);
};

const bannedWords = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'manager', 'managers']);

const names: Rule = (repository) =>
  repository.files.flatMap(({ path }) => {
    const steps = path.replace(/\.[a-z]+$/, '').split('/');
    const banned = steps.find((step) => step.split(/[-._]|(?<=[a-z])(?=[A-Z])/).some((word) => bannedWords.has(word.toLowerCase())));
    if (banned !== undefined) return [`${path}: "${banned}" says nothing; name it after what it is for`];
    return steps.at(-1) === 'types' ? [`${path}: types live with what they describe`] : [];
  });

const openings: Rule = (repository) =>
  repository.files.flatMap(({ path, text }) => {
    const start = text.replace(/^#!.*\n/, '').replace(path.endsWith('.vue') ? /^<script[^>]*>\s*/ : '', '');
    return isTest(path) || /^(\/\/|\/\*|<!--)/.test(start) ? [] : [`${path}:1: opens without a comment that says what it is`];
  });

const sizes: Rule = (repository) => {
  const linesOf = (text: string): number => text.trimEnd().split('\n').length;
  const long = repository.files.filter(({ text }) => linesOf(text) > maxLines);
  return [
    ...long.filter(({ path }) => !(path in longFiles)).map(({ path, text }) => `${path}: ${linesOf(text)} lines, more than ${maxLines}`),
    ...Object.keys(longFiles)
      .filter((path) => !long.some((file) => file.path === path))
      .map((path) => `${path}: is not long any more; take it off the list`),
  ];
};

/** All rules by the sentence that each enforces. */
export const rules: Readonly<Record<string, Rule>> = {
  'packages import one way only': direction,
  'live, gather and site never import each other': strangers,
  'what many stand on uses few foreign packages': foreign,
  'media imports nothing from outside itself': pureMedia,
  'what runs in browsers reaches nothing of Node': browser,
  'a relative import stays in its package': ownFolder,
  'a store is imported in its own room only': stores,
  'each package declares what it imports and nothing else': declared,
  'every import names a file that is there': found,
  'no file imports itself by a detour, types included': cycles,
  'no file has a name that says nothing': names,
  'every source opens with a comment': openings,
  'no file is too long': sizes,
};
