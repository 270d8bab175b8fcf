// How fast the administration's lists are over a large archive: `npm run seed -- --recordings 1000000` first, then
// `npm run bench:archive`, with the same LUBO_DATA_DIR. Each list and filter is asked of the site's own HTTP routes, with other values
// each time; `--only` takes a part of their names. The processor's time (median) is what remains of it on a machine that others use too.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { loadConfig } from '@lubo/config';
import { routes } from '@lubo/contract';
import { build, openDatabase, systemClock } from '@lubo/site';
import { sql } from 'kysely';
import { pino } from 'pino';
import { listQuestions } from './lists.ts';

const rounds = 60;
const goals = { median: 20, p99: 100 };

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const config = loadConfig(process.env, process.cwd());
const account = { user: 'bench', password: 'measures how fast lists are' };
const db = await openDatabase(join(config.dataDir, 'site'));
const questions = await listQuestions(db);
const { rows } = await sql<{ count: number }>`select count(*) as count from recordings`.execute(db);
await db.destroy();
const site = await build(
  { ...config, admin: account },
  { clock: systemClock, log: pino({ level: 'error' }), version: 'bench', webDir: mkdtempSync(join(tmpdir(), 'lubo-bench-')), ownAddresses: () => [] },
);
const signedIn = await site.app.inject({ method: 'POST', url: routes.signIn.path, payload: { name: account.user, password: account.password } });
const cookie = String(signedIn.headers['set-cookie']).split(';')[0];

let misses = 0;
process.stdout.write(`${rows[0]?.count} recordings\n${'list'.padEnd(44)} median ms   p99 ms   CPU ms  total\n`);
for (const [name, ask] of Object.entries(questions)) {
  if (!name.includes(values.only)) continue;
  const millis: number[] = [];
  const cpu: number[] = [];
  let total: number | undefined;
  for (let round = 0; round < rounds; round++) {
    const { path, query } = ask();
    const given = Object.entries(query ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]));
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    const response = await site.app.inject({ method: 'GET', url: `${path}?${new URLSearchParams(given)}`, headers: { cookie } });
    millis.push(performance.now() - start);
    const { user, system } = process.cpuUsage(cpuBefore);
    cpu.push((user + system) / 1000);
    if (response.statusCode !== 200) throw new Error(`${name}: ${response.statusCode} ${response.body}`);
    const answer = response.json<{ total?: number; rows: unknown[] }>();
    total = answer.total ?? answer.rows.length;
  }
  for (const all of [millis, cpu]) all.sort((a, b) => a - b);
  const at = (share: number): number => millis[Math.min(rounds - 1, Math.floor(rounds * share))] ?? 0;
  const isGood = at(0.5) <= goals.median && at(0.99) <= goals.p99;
  if (!isGood) misses += 1;
  process.stdout.write(`${name.padEnd(44)} ${at(0.5).toFixed(1).padStart(9)} ${at(0.99).toFixed(1).padStart(8)} ${(cpu[rounds / 2] ?? 0).toFixed(1).padStart(8)}  ${total}${isGood ? '' : '  SLOW'}\n`);
}
process.stdout.write(`${misses} lists are slower than ${goals.median} ms at the median or ${goals.p99} ms at the 99th percentile\n`);
await site.close();
