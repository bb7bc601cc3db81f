import { join } from 'node:path';
import type { Input } from './inputs.ts';
import { endsRejected } from './requests.ts';
import { SqliteFile, type SqliteStatement } from './sqlite.ts';

/**
 * The same work by hand-written SQLite, as somebody would do it who needs a log with lookups by id, type, outcome and key, and
 * the values: a group of waiting callers is one commit. Unlike the floor on raw lmdb it decides: who owns an address is
 * told by its table.
 */
export class RawSqlite {
  private readonly file: SqliteFile;
  private readonly log: SqliteStatement;
  private readonly claim: SqliteStatement;
  private readonly setValue: SqliteStatement;
  private readonly addValue: SqliteStatement;
  private readonly apply: SqliteStatement;

  constructor(dir: string) {
    this.file = new SqliteFile(
      join(dir, 'log.db'),
      `CREATE TABLE log (position INTEGER PRIMARY KEY, id TEXT UNIQUE, type TEXT, outcome TEXT, entry TEXT);
       CREATE INDEX by_type ON log (type);
       CREATE INDEX by_outcome ON log (outcome);
       CREATE TABLE owners (key TEXT PRIMARY KEY, position INTEGER) WITHOUT ROWID;
       CREATE TABLE states (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
       CREATE TABLE applied (key TEXT, position INTEGER, PRIMARY KEY (key, position)) WITHOUT ROWID;`,
    );
    this.log = this.file.prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?)');
    this.claim = this.file.prepare('INSERT INTO owners VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.setValue = this.file.prepare(
      'INSERT INTO states VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
    this.addValue = this.file.prepare(
      'INSERT INTO states VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = value + excluded.value',
    );
    this.apply = this.file.prepare('INSERT INTO applied VALUES (?, ?)');
  }

  submit(inputs: readonly Input[], from: number): void {
    this.file.commit(() => {
      for (const [i, input] of inputs.entries()) this.submitOne(input, from + i);
    });
  }

  get count(): number {
    return Number(this.file.prepare('SELECT count(*) AS n FROM log').get()?.n);
  }

  close(): void {
    this.file.close();
  }

  private submitOne(input: Input, i: number): void {
    const position = i + 1;
    const { id, type, data } = input;
    const isRegister = type === 'customer.register';
    const { changes } = isRegister
      ? (this.claim.run(input.key, position) as { readonly changes: number | bigint })
      : { changes: 1 };
    const outcome = Number(changes) === 0 ? 'rejected' : 'committed';
    if ((outcome === 'rejected') !== endsRejected(input, i)) throw new Error(`request ${i} was ${outcome}`);
    this.log.run(position, id, type, outcome, JSON.stringify(input));
    if (outcome === 'rejected') return;
    const key = isRegister ? `customer/${input.key}` : input.key;
    if (isRegister) this.setValue.run(key, JSON.stringify(data));
    else this.addValue.run(key, data.by as number);
    this.apply.run(key, position);
  }
}
