// The repository as the architecture rules see it: files with their imports, packages with what they declare.
import { globSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { type Import, importsOf } from './imports.ts';

/** One source file; `path` from the root with `/`. */
export type SourceFile = { path: string; text: string; imports: readonly Import[] };

/** What a package.json says. `folder` is its place under packages, `entries` its exports: `@lubo/media` → `packages/media/src/index.ts`. */
export type Package = {
  folder: string;
  name: string;
  dependencies: readonly string[];
  devDependencies: readonly string[];
  entries: Readonly<Record<string, string>>;
};

export type Repository = { files: readonly SourceFile[]; packages: readonly Package[]; rootDependencies: readonly string[] };

type Manifest = {
  name?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  exports?: Record<string, string>;
};

/** A repository from texts by path, manifests among them: what is on disk, or made up to see a rule fail. */
export function repositoryOf(texts: Readonly<Record<string, string>>): Repository {
  const files: SourceFile[] = [];
  const packages: Package[] = [];
  let rootDependencies: string[] = [];
  for (const [path, text] of Object.entries(texts)) {
    const folder = /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1];
    if (folder !== undefined) packages.push(packageOf(folder, JSON.parse(text) as Manifest));
    else if (path === 'package.json') rootDependencies = Object.keys((JSON.parse(text) as Manifest).devDependencies ?? {});
    else files.push({ path, text, imports: importsOf(path, text) });
  }
  return { files, packages, rootDependencies };
}

function packageOf(folder: string, manifest: Manifest): Package {
  const name = manifest.name ?? '';
  const entries = Object.entries(manifest.exports ?? {}).map(([key, target]) => [
    posix.join(name, key),
    posix.join('packages', folder, target),
  ]);
  return {
    folder,
    name,
    dependencies: Object.keys(manifest.dependencies ?? {}),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
    entries: Object.fromEntries(entries) as Record<string, string>,
  };
}

/** The repository under `root`, built and installed files left out. */
export function readRepository(root: string): Repository {
  const paths = globSync(['package.json', 'packages/*/package.json', '{packages,scripts,test,bench,fuzz}/**/*.{ts,js,mjs,vue}'], {
    cwd: root,
    exclude: (path) => /(^|[\\/])(node_modules|dist)$/.test(path),
  });
  return repositoryOf(Object.fromEntries(paths.toSorted().map((path) => [path.split(sep).join('/'), readFileSync(join(root, path), 'utf8')])));
}

/** The package in whose folder a file lies; undefined for scripts, tests of the whole, benches and fuzzing. */
export function packageOfFile(repository: Repository, path: string): Package | undefined {
  const folder = /^packages\/([^/]+)\//.exec(path)?.[1];
  return repository.packages.find((each) => each.folder === folder);
}

/** Tests and benches may use more than the product: packages of the root, Node's test runner. */
export const isTest = (path: string): boolean => path.endsWith('.test.ts') || /^(packages\/[^/]+\/)?(test|bench|fuzz)\//.test(path);

/** The name of an npm package in an import: `kysely/migration` → `kysely`; undefined for relative and `node:` imports. */
export function packageNameOf(specifier: string): string | undefined {
  if (/^(\.|\/|node:)/.test(specifier)) return undefined;
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The path that an import names: relative ones joined, our packages by their exports; undefined for foreign packages. */
export function targetOf(repository: Repository, from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier.replace(/\?.*$/, ''));
  return repository.packages.find((each) => specifier in each.entries)?.entries[specifier];
}
