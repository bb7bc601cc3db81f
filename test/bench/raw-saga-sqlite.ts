import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { SagaFloor, SagaInput } from './raw-saga.ts';

interface Statement {
  run(...values: readonly (number | string)[]): unknown;
  get(...values: readonly (number | string)[]): { readonly n: number } | undefined;
}

interface Sqlite {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** Hand-written SQLite, WAL with a full sync of each commit, a file for each service. Needs the one of Node 22.13. */
export class SqliteSagas implements SagaFloor {
  private readonly dialogs: SqliteService;
  private readonly counters: SqliteService;
  private readonly putSaga: Statement;
  private readonly putMessage: Statement;
  private readonly setStatus: Statement;
  private readonly addUnread: Statement;

  constructor(dir: string) {
    this.dialogs = new SqliteService(join(dir, 'dialogs.db'));
    this.counters = new SqliteService(join(dir, 'counters.db'));
    this.dialogs.db.exec(`CREATE TABLE sagas (id TEXT PRIMARY KEY, phase TEXT, data TEXT) WITHOUT ROWID;
      CREATE TABLE messages (id TEXT PRIMARY KEY, status TEXT, data TEXT) WITHOUT ROWID;`);
    this.counters.db.exec('CREATE TABLE unread (user TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;');
    this.putSaga = this.dialogs.db.prepare(
      'INSERT INTO sagas VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET phase = excluded.phase',
    );
    this.putMessage = this.dialogs.db.prepare(`INSERT INTO messages VALUES (?, 'PENDING', ?)`);
    this.setStatus = this.dialogs.db.prepare('UPDATE messages SET status = ? WHERE id = ?');
    this.addUnread = this.counters.db.prepare(
      'INSERT INTO unread VALUES (?, ?) ON CONFLICT (user) DO UPDATE SET n = n + excluded.n',
    );
  }

  create(sagas: readonly SagaInput[]): void {
    this.dialogs.commit(() => {
      for (const saga of sagas) {
        const isRefused = saga.failStep === 1;
        const data = JSON.stringify(saga);
        this.dialogs.log(`${saga.id}/create`, { type: 'message.create', saga, isRefused });
        this.putSaga.run(saga.id, isRefused ? 'compensated' : 'created', data);
        if (!isRefused) this.putMessage.run(saga.id, data);
      }
    });
  }

  count(sagas: readonly SagaInput[], undo: readonly SagaInput[]): void {
    this.counters.commit(() => {
      for (const { id, to, failStep } of sagas) {
        this.counters.log(`${id}/count`, { type: 'unread.add', to, by: 1, isRefused: failStep === 2 });
        if (failStep !== 2) this.addUnread.run(to, 1);
      }
      for (const { id, to } of undo) {
        this.counters.log(`${id}/count/undo`, { type: 'unread.add', to, by: -1 });
        this.addUnread.run(to, -1);
      }
    });
  }

  finish(sagas: readonly SagaInput[], undone: readonly SagaInput[]): void {
    this.dialogs.commit(() => {
      for (const saga of sagas) {
        if (saga.failStep === 2) this.end(saga, 'create/undo', 'CANCELLED', 'compensated');
        else if (saga.failStep === 0) this.end(saga, 'deliver', 'UNREAD', 'done');
        else {
          this.dialogs.log(`${saga.id}/deliver`, { type: 'message.deliver', isRefused: true });
          this.putSaga.run(saga.id, 'compensating', '');
        }
      }
      for (const saga of undone) this.end(saga, 'create/undo', 'CANCELLED', 'compensated');
    });
  }

  messages(): Record<'UNREAD' | 'CANCELLED' | 'PENDING', number> {
    const count = this.dialogs.db.prepare('SELECT count(*) AS n FROM messages WHERE status = ?');
    const of = (status: string) => count.get(status)?.n ?? 0;
    return { UNREAD: of('UNREAD'), CANCELLED: of('CANCELLED'), PENDING: of('PENDING') };
  }

  unread(user: string): number {
    return this.counters.db.prepare('SELECT n FROM unread WHERE user = ?').get(user)?.n ?? 0;
  }

  close(): void {
    this.dialogs.db.close();
    this.counters.db.close();
  }

  private end({ id }: SagaInput, step: string, status: string, phase: string): void {
    this.dialogs.log(`${id}/${step}`, { type: `message.${status}`, phase });
    this.setStatus.run(status, id);
    this.putSaga.run(id, phase, '');
  }
}

class SqliteService {
  readonly db: Sqlite;
  private readonly insert: Statement;

  constructor(file: string) {
    const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as {
      DatabaseSync: new (file: string) => Sqlite;
    };
    this.db = new DatabaseSync(file);
    this.db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE log (position INTEGER PRIMARY KEY, id TEXT UNIQUE, entry TEXT);`);
    this.insert = this.db.prepare('INSERT INTO log (id, entry) VALUES (?, ?)');
  }

  log(id: string, record: object): void {
    this.insert.run(id, JSON.stringify(record));
  }

  commit(work: () => void): void {
    this.db.exec('BEGIN IMMEDIATE');
    work();
    this.db.exec('COMMIT');
  }

  close(): void {
    this.db.close();
  }
}
