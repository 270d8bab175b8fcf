// Documents that name operations of the API name those that there are.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { mediaPaths, routes } from '@lubo/contract';

/** The contract's table, and the files beside it. */
const known = new Set([...Object.values(routes).map(({ method, path }) => `${method} ${path}`), ...Object.values(mediaPaths).map((path) => `GET ${path}`)]);

for (const file of globSync('docs/{ref,guide}/*.md')) {
  test(`${file} names only operations that there are`, () => {
    const named = [...readFileSync(file, 'utf8').matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/api\/[^`\s?]*)`/g)].map(([, method, path]) => `${method} ${path}`);
    assert.deepEqual(named.filter((each) => !known.has(each)), []);
  });
}

test('the reference names an operation for everything that older systems offered', () => {
  const text = readFileSync('docs/ref/calls.md', 'utf8');
  for (const word of ['schools', 'subjects', 'grades', 'gathers', 'cameras', 'status', 'start', 'stop', 'records', 'courses', 'play address']) assert.match(text, new RegExp(word));
});
