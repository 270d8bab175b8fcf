// `npm run seed -- --recordings 1000000`: a large archive, lessons, people and an audit log in the data folder, for measuring. Only where there is no recording yet.
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { loadConfig } from '@lubo/config';
import { openDatabase } from '../db/database.ts';
import { seedDaily, usualDailySizes } from './daily.ts';
import { seedArchive, usualSizes } from './seed.ts';

const usual = { ...usualSizes, ...usualDailySizes };
const names = Object.keys(usual) as (keyof typeof usual)[];
const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])) });
const sizes = { ...usual };
for (const name of names) {
  const given = values[name];
  if (given === undefined) continue;
  const count = Number(given);
  if (!Number.isSafeInteger(count) || count < 1) fail(`--${name} is a whole number of 1 or more`);
  sizes[name] = count;
}

const db = await openDatabase(join(loadConfig(process.env, process.cwd()).dataDir, 'site'));
try {
  const known = await db.selectFrom('recordings').select('id').limit(1).executeTakeFirst();
  if (known !== undefined) fail('this data folder has recordings already; choose an empty one with LUBO_DATA_DIR');
  const start = performance.now();
  let shown = 0;
  await seedArchive(db, sizes, Math.random, (done) => {
    if (done < shown) return;
    shown += 50_000;
    process.stdout.write(`${done} recordings, ${Math.round((performance.now() - start) / 1000)} s\n`);
  });
  await seedDaily(db, sizes, Math.random);
} finally {
  await db.destroy();
}

function fail(reason: string): never {
  process.stderr.write(`seed: ${reason}\n`);
  process.exit(1);
}
