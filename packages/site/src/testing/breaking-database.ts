// A database that stops at a chosen statement, as it looks from a process that is killed there; for tests.
import type Sqlite from 'better-sqlite3';
import { type DatabaseConnection, type Driver, Kysely, SqliteDialect } from 'kysely';
import type { Db, Tables } from '../db/tables.ts';

/** The same database; `step` is called before each statement and each commit, and stops it by throwing. What was not committed is lost then. */
export function breakDatabase(database: Sqlite.Database, step: () => void): Db {
  const dialect = new SqliteDialect({ database });
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => dialect.createAdapter(),
      createQueryCompiler: () => dialect.createQueryCompiler(),
      createIntrospector: (db) => dialect.createIntrospector(db),
      createDriver: () => breakDriver(dialect.createDriver(), step),
    },
  });
}

function breakDriver(driver: Driver, step: () => void): Driver {
  const whole = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const wholeOf = (connection: DatabaseConnection): DatabaseConnection => whole.get(connection) ?? connection;
  return {
    init: (...given) => driver.init(...given),
    async acquireConnection(...given) {
      const connection = await driver.acquireConnection(...given);
      const broken: DatabaseConnection = {
        executeQuery: async (...query) => {
          step();
          return connection.executeQuery(...query);
        },
        streamQuery: (...query) => connection.streamQuery(...query),
      };
      whole.set(broken, connection);
      return broken;
    },
    beginTransaction: (connection, settings) => driver.beginTransaction(wholeOf(connection), settings),
    async commitTransaction(connection) {
      step();
      await driver.commitTransaction(wholeOf(connection));
    },
    // What a database does by itself for a connection that is gone.
    rollbackTransaction: (connection) => driver.rollbackTransaction(wholeOf(connection)),
    releaseConnection: (connection, ...rest) => driver.releaseConnection(wholeOf(connection), ...rest),
    destroy: async () => {},
  };
}
