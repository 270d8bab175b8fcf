// Malicious text in every field of every operation, one at a time: the site never fails, takes the text for text or refuses it with
// its place, and its database stays as it was made. Ids in addresses are in operations.test.ts, files in static.test.ts.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Route, mediaPaths, passesOverUnknown, picturePaths, portraitPath, routes, uploadsPath } from '@lubo/contract';
import Sqlite from 'better-sqlite3';
import { maxBodyBytes } from './server.ts';
import type { OperationName } from '../testing/operations/operation.ts';
import { operations } from '../testing/operations/table.ts';
import { tinyJpeg } from '../testing/gather-hand.ts';
import { type JsonSchema, type Place, changedAt, pathOf, placesOf } from '../testing/schema-places.ts';
import type { Answer, CallOptions } from '../testing/site-in-hand.ts';
import { type Stage, createStage } from '../testing/stage.ts';

/** Short enough for every field of free text. `isText`: it may stand in one. An address can't hold halves of a character. */
const hostile: readonly { text: string; isText: boolean }[] = [
  { text: `'; DROP TABLE people; --<script>alert(1)</script>`, isText: true },
  { text: `../../../../etc/passwd" OR "1"="1`, isText: true },
  { text: '%_\\${7*7}{{7*7}}\u202e\u200b\u{1f393}', isText: true },
  { text: 'a\0b', isText: false },
  { text: 'a\ud800b', isText: false },
];

type Field = Place & { part: 'query' | 'body' };

const table = Object.entries(routes) as [OperationName, Route][];
const canHoldText = ({ shapes }: Place): boolean => shapes.some(({ type }) => type === 'string');
/** Whether any text may stand there. */
const isFreeText = ({ shapes: [shape = {}] }: Place): boolean => (['pattern', 'format', 'enum', 'const'] as (keyof JsonSchema)[]).every((rule) => shape[rule] === undefined);

function textFields({ query, body }: Route, good: CallOptions): Field[] {
  const fields = (part: 'query' | 'body', shape: Route['body']): Field[] => (shape === undefined ? [] : placesOf(shape, good[part]).map((place) => Object.assign({}, place, { part })));
  return [...fields('query', query), ...fields('body', body)].filter(canHoldText);
}

function call(stage: Stage, route: Route, options: CallOptions): Promise<Answer<Route>> {
  return stage.call(route, { cookie: stage.cookie, remoteAddress: stage.address(), ...options });
}

test('what is meant ill', async (t) => {
  const stage = await createStage(t);
  await t.test('in any field breaks nothing, and is text or refused', () => takesAnyText(stage));
  await t.test('is refused where a text or a body is without end', () => boundsAll(stage));
  await t.test('in addresses of files beside the table gives nothing, to anyone or to the gather', () => givesNoFile(stage));
});

async function takesAnyText(stage: Stage): Promise<void> {
  await stage.done(routes.addSampleTeachers);
  const before = databaseOf(stage);
  const faults: string[] = [];
  let tried = 0;
  for (const [name, route] of table) {
    let options = await operations[name].good(stage);
    for (const field of textFields(route, options)) {
      for (const { text, isText } of isFreeText(field) ? hostile : hostile.slice(0, 1)) {
        const answer = await call(stage, route, { ...options, [field.part]: changedAt(options[field.part], field.steps, text) });
        const fault = faultOf(answer, field, { text, isText: isText || passesOverUnknown(route) || (field.part === 'query' && !text.isWellFormed()) });
        if (fault !== undefined) faults.push(`${name} ${pathOf(field.part, field.steps)} ${JSON.stringify(text)}: ${fault}`);
        tried += 1;
        if (answer.status >= 300) continue;
        await takeBack(stage, route, answer);
        options = await operations[name].good(stage);
      }
    }
  }
  assert.deepEqual(faults, []);
  assert.ok(tried > 350, `${tried} tried`);
  assert.deepEqual(databaseOf(stage), before);
}

/** What is wrong with how the site took a text. */
function faultOf({ status, body, problem }: Answer<Route>, { part, steps }: Field, { text, isText }: (typeof hostile)[number]): string | undefined {
  if (status >= 500) return `${status} ${problem?.code}`;
  if (status >= 400) return undefined;
  if (!isText) return 'NUL and halves of a character are no text';
  const [step = ''] = steps;
  const told = part === 'body' && steps.length === 1 ? (body as Record<string, unknown> | undefined)?.[step] : undefined;
  return typeof told === 'string' && told !== text ? `became ${told}` : undefined;
}

/** Deletes what a create has made, so that no list grows full. */
async function takeBack(stage: Stage, route: Route, { body }: Answer<Route>): Promise<void> {
  const remove = table.find(([, { method, path }]) => method === 'DELETE' && path === `${route.path}/:id`)?.[1];
  const { id } = (body ?? {}) as { id?: string };
  if (route.method === 'POST' && remove !== undefined && id !== undefined) await call(stage, remove, { params: { id } });
}

async function boundsAll(stage: Stage): Promise<void> {
  const faults: string[] = [];
  for (const [name, route] of table) {
    const options = await operations[name].good(stage);
    for (const field of textFields(route, options)) {
      const path = pathOf(field.part, field.steps);
      const long = await call(stage, route, { ...options, [field.part]: changedAt(options[field.part], field.steps, 'x'.repeat(20_000)) });
      if (!long.problem?.errors?.some((error) => error.path === path)) faults.push(`${name} ${path}: ${long.status} ${long.problem?.code}`);
      if (isFreeText(field) && field.shapes[0]?.maxLength === undefined && field.part === 'body') faults.push(`${name} ${path} has no bound in its shape`);
    }
    if (route.body === undefined) continue;
    const { status, problem } = await call(stage, route, { ...options, body: { x: 'x'.repeat(4 * maxBodyBytes) } });
    if (status !== 413 || problem?.code !== 'body-too-large') faults.push(`${name}: ${status} ${problem?.code}`);
  }
  assert.deepEqual(faults, []);
}

async function givesNoFile({ url, gatherKey }: Stage): Promise<void> {
  const open = [...Object.values(mediaPaths), portraitPath].map((path) => ['GET', path] as const);
  const ofGathers = [...Object.values(picturePaths).map((path) => ['PUT', path] as const), ['HEAD', `${uploadsPath}/:id`] as const];
  for (const [method, path] of [...open, ...ofGathers]) {
    for (const id of ['..%2f..%2f..%2f..%2fetc%2fpasswd', '%2e%2e%5c%2e%2e', '%00', 'x', "'%20or%201=1", 'x'.repeat(500)]) {
      const headers = { ...gatherKey, 'tus-resumable': '1.0.0', 'content-type': 'image/jpeg' };
      const response = await fetch(url + path.replace(':id', id), { method, headers, ...(method === 'PUT' ? { body: new Uint8Array(tinyJpeg()) } : {}) });
      assert.ok([400, 404].includes(response.status), `${method} ${path} ${id}: ${response.status}`);
      if (method !== 'HEAD') assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/, `${method} ${path} ${id}`);
      await response.body?.cancel();
    }
  }
}

/** What no text may change: the tables, whether they are whole, and rows that nobody was asked to touch. */
function databaseOf({ dataDir, subjectId }: Stage): unknown {
  const db = new Sqlite(join(dataDir, 'site', 'lubo.sqlite'), { readonly: true });
  const all = (query: string): unknown[] => db.prepare(query).all();
  const found = {
    tables: all('select name, sql from sqlite_master order by name'),
    integrity: all('pragma integrity_check'),
    broken: all('pragma foreign_key_check'),
    admins: all("select people.*, passwords.* from people join passwords on person_id = people.id where role = 'admin'"),
    subject: all(`select * from subjects where id = '${subjectId}'`),
    teachers: all('select * from teachers where is_sample = 1 order by id'),
    volumes: all('select * from volumes where place like \'%/site/storage\''),
  };
  db.close();
  return found;
}
