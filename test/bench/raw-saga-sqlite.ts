import { join } from 'node:path';
import type { SagaFloor, SagaInput } from './raw-saga.ts';
import { SqliteFile, type SqliteStatement } from './sqlite.ts';

/** Hand-written SQLite, a file for each service. */
export class SqliteSagas implements SagaFloor {
  private readonly dialogs: SqliteService;
  private readonly counters: SqliteService;
  private readonly putSaga: SqliteStatement;
  private readonly putMessage: SqliteStatement;
  private readonly setStatus: SqliteStatement;
  private readonly addUnread: SqliteStatement;

  constructor(dir: string) {
    this.dialogs = new SqliteService(
      join(dir, 'dialogs.db'),
      `CREATE TABLE sagas (id TEXT PRIMARY KEY, phase TEXT, data TEXT) WITHOUT ROWID;
       CREATE TABLE messages (id TEXT PRIMARY KEY, status TEXT, data TEXT) WITHOUT ROWID;`,
    );
    this.counters = new SqliteService(
      join(dir, 'counters.db'),
      'CREATE TABLE unread (user TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;',
    );
    this.putSaga = this.dialogs.file.prepare(
      'INSERT INTO sagas VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET phase = excluded.phase',
    );
    this.putMessage = this.dialogs.file.prepare(`INSERT INTO messages VALUES (?, 'PENDING', ?)`);
    this.setStatus = this.dialogs.file.prepare('UPDATE messages SET status = ? WHERE id = ?');
    this.addUnread = this.counters.file.prepare(
      'INSERT INTO unread VALUES (?, ?) ON CONFLICT (user) DO UPDATE SET n = n + excluded.n',
    );
  }

  create(sagas: readonly SagaInput[]): void {
    this.dialogs.file.commit(() => {
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
    this.counters.file.commit(() => {
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
    this.dialogs.file.commit(() => {
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
    const count = this.dialogs.file.prepare('SELECT count(*) AS n FROM messages WHERE status = ?');
    const of = (status: string) => Number(count.get(status)?.n ?? 0);
    return { UNREAD: of('UNREAD'), CANCELLED: of('CANCELLED'), PENDING: of('PENDING') };
  }

  unread(user: string): number {
    return Number(this.counters.file.prepare('SELECT n FROM unread WHERE user = ?').get(user)?.n ?? 0);
  }

  close(): void {
    this.dialogs.file.close();
    this.counters.file.close();
  }

  private end({ id }: SagaInput, step: string, status: string, phase: string): void {
    this.dialogs.log(`${id}/${step}`, { type: `message.${status}`, phase });
    this.setStatus.run(status, id);
    this.putSaga.run(id, phase, '');
  }
}

class SqliteService {
  readonly file: SqliteFile;
  private readonly insert: SqliteStatement;

  constructor(file: string, tables: string) {
    this.file = new SqliteFile(
      file,
      `CREATE TABLE log (position INTEGER PRIMARY KEY, id TEXT UNIQUE, entry TEXT); ${tables}`,
    );
    this.insert = this.file.prepare('INSERT INTO log (id, entry) VALUES (?, ?)');
  }

  log(id: string, record: object): void {
    this.insert.run(id, JSON.stringify(record));
  }
}
