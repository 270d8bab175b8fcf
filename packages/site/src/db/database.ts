// The site's database: opened, and brought up to the newest migration.
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from '@lubo/config';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from './migrations/index.ts';
import { databaseFile, sqliteDialect } from './sqlite.ts';
import type { Db, Tables } from './tables.ts';

/** Opens the database in `dir`. Throws StartError when the folder or the file can't be used. */
export async function openDatabase(dir: string): Promise<Db> {
  const db = open(dir);
  try {
    await migrate(db);
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

function open(dir: string): Db {
  try {
    makeFolder(dir);
    chmodSync(dir, 0o700);
    return new Kysely<Tables>({ dialect: sqliteDialect(databaseFile(dir)) });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new StartError(`data folder ${dir} can't be used: ${reason}; mend it, or choose another with LUBO_DATA_DIR`, { cause });
  }
}

/** Step by step: Node 24's own `recursive` turns for ever below folders that refuse with ENOENT, such as /proc. */
function makeFolder(dir: string): void {
  if (existsSync(dir)) return;
  makeFolder(dirname(dir));
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Runs the migrations that are still missing, each in a transaction. Throws StartError for a database of a newer version. */
export async function migrate(db: Db): Promise<void> {
  // Rooms number their migrations in ranges of their own, so a newer one may stand before an older one.
  const allowUnorderedMigrations = true;
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) }, allowUnorderedMigrations });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const reason = error instanceof Error ? error.message : 'unknown';
  throw new StartError(`the database can't be brought up to this version: ${reason}`, { cause: error });
}
