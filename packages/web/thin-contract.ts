// Vite plugin: gives the pages the contract without its validator. The browser needs only names, methods and paths;
// shapes are types there, and the site has already checked what it sends. Saves the whole of zod in the public shell.
import * as contract from '@lubo/contract';
import type { Plugin } from 'vite';

const thinId = '\0thin-contract';

/** Answers every import of `@lubo/contract` with its route table, event names and plain constants. */
export function thinContract(): Plugin {
  return {
    name: 'lubo-thin-contract',
    enforce: 'pre',
    resolveId: (id) => (id === '@lubo/contract' ? thinId : undefined),
    load: (id) => (id === thinId ? thinModule() : undefined),
  };
}

function thinModule(): string {
  const routes = Object.fromEntries(
    Object.entries(contract.routes).map(([name, { method, path }]) => [name, { method, path }]),
  );
  const siteEvents = Object.fromEntries(Object.keys(contract.siteEvents).map((name) => [name, {}]));
  const constants = Object.entries(contract).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  return Object.entries({ routes, siteEvents, ...Object.fromEntries(constants) })
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
    .join('\n');
}
