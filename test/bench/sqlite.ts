import { createRequire } from 'node:module';

/** A value in a row. */
export type SqliteValue = number | string;

/** A prepared statement, as all bindings have it. */
export interface SqliteStatement {
  run(...values: readonly SqliteValue[]): unknown;
  get(...values: readonly SqliteValue[]): Readonly<Record<string, SqliteValue>> | undefined;
  all(...values: readonly SqliteValue[]): readonly Readonly<Record<string, SqliteValue>>[];
}

interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

type Open = (file: string) => SqliteDatabase;

const open = findBinding();

/** Whether this Node has SQLite, or the package better-sqlite3 is at hand (`npm install --no-save better-sqlite3@12`). */
export const hasSqlite = open !== undefined;

/** SQLite as a careful user has it: a WAL, a full sync of each commit, and statements that are prepared once. */
export class SqliteFile {
  private readonly db: SqliteDatabase;
  private readonly begin: SqliteStatement;
  private readonly end: SqliteStatement;

  constructor(file: string, tables: string) {
    if (!open) throw new Error('there is no binding of SQLite');
    this.db = open(file);
    // One of the bindings refuses to run a pragma that answers as a part of several statements.
    this.db.exec('PRAGMA journal_mode = WAL');
    this.db.exec('PRAGMA synchronous = FULL');
    this.db.exec(tables);
    this.begin = this.db.prepare('BEGIN IMMEDIATE');
    this.end = this.db.prepare('COMMIT');
  }

  prepare(sql: string): SqliteStatement {
    return this.db.prepare(sql);
  }

  commit<T>(work: () => T): T {
    this.begin.run();
    const result = work();
    this.end.run();
    return result;
  }

  close(): void {
    this.db.close();
  }
}

function findBinding(): Open | undefined {
  const require = createRequire(import.meta.url);
  try {
    const Database = require('better-sqlite3') as new (file: string) => SqliteDatabase;
    return (file) => new Database(file);
  } catch {
    const hasOwn = Number(process.versions.node.split('.')[0]) > 22;
    if (!hasOwn) return undefined;
    const { DatabaseSync } = require('node:sqlite') as { DatabaseSync: new (file: string) => SqliteDatabase };
    return (file) => new DatabaseSync(file);
  }
}
