// SQLite's dialect: the one place that knows its pragmas and files (https://www.sqlite.org/pragma.html).
import { chmodSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Dialect, SqliteDialect } from 'kysely';

/** Where the database is in its folder. */
export function databaseFile(dir: string): string {
  return join(dir, 'lubo.sqlite');
}

/**
 * Pages of the database that the process holds at most; a small one takes no more than it is large. With the 16 MB that better-sqlite3
 * sets, a word that 10,000 entries of a log of 22 MB have sent most of them to the system, 24 ms instead of 13.
 */
const cacheKibibytes = 64 * 1024;

/** Opens (and makes) the database file, for this user only: it holds the keys of stream tokens. */
export function sqliteDialect(file: string): Dialect {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const database = new Sqlite(file);
  database.pragma('busy_timeout = 5000');
  database.pragma('journal_mode = WAL');
  // In WAL mode anything less than FULL can lose what was already answered when the power goes.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma(`cache_size = -${cacheKibibytes}`);
  return new SqliteDialect({ database });
}
