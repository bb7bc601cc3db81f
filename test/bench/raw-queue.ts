import { createRequire } from 'node:module';
import type { Database, RootDatabase } from 'lmdb';

type Table = Database<Buffer, Buffer>;

/** A queue, as a program writes it that has nothing but a store: each call makes one step of so many jobs durable. */
export interface QueueFloor {
  /** Makes jobs `from` to `to` (not included) durable. */
  enqueue(from: number, to: number): void;
  /** Takes up to `count` of the oldest jobs; gives their numbers. */
  lease(count: number): readonly number[];
  complete(jobs: readonly number[]): void;
  /** Jobs that are left. */
  readonly left: number;
  close(): void | Promise<void>;
}

/** About 240 bytes. */
export function jobData(i: number): { readonly to: string; readonly n: number; readonly text: string } {
  return { to: `user-${i % 1000}`, n: i, text: 'x'.repeat(180) };
}

/** Raw lmdb with the engine's options: a log of all steps, a row for each job, and an index of those that wait or are led. */
export class RawQueue implements QueueFloor {
  private readonly root: RootDatabase<Buffer, Buffer>;
  private readonly log: Table;
  private readonly jobs: Table;
  private readonly queue: Table;
  private position = 0;

  constructor(dir: string) {
    const { open } = createRequire(import.meta.url)('lmdb') as typeof import('lmdb');
    this.root = open<Buffer, Buffer>({
      path: dir,
      encoding: 'binary',
      keyEncoding: 'binary',
      overlappingSync: false,
      mapSize: 2 ** 40,
      maxDbs: 8,
      ...({ maxFreeSpaceToLoad: 2000, maxFreeSpaceToRetain: 4000 } as object),
    });
    const table = (name: string) =>
      this.root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
    this.log = table('log');
    this.jobs = table('jobs');
    this.queue = table('queue');
  }

  enqueue(from: number, to: number): void {
    this.root.transactionSync(() => {
      for (let i = from; i < to; i++) {
        const data = Buffer.from(JSON.stringify(jobData(i)));
        this.append({ op: 'new', job: i, data: jobData(i) });
        this.jobs.putSync(number(i), data);
        this.queue.putSync(place('w', i), empty);
      }
    });
  }

  lease(count: number): readonly number[] {
    return this.root.transactionSync(() => {
      const taken = [...this.queue.getKeys({ start: place('w', 0), end: place('x', 0), limit: count })].map((key) =>
        (key as Buffer).readUInt32BE(1),
      );
      for (const i of taken) {
        this.append({ op: 'lead', job: i });
        this.queue.removeSync(place('w', i));
        this.queue.putSync(place('a', i), empty);
      }
      return taken;
    });
  }

  complete(jobs: readonly number[]): void {
    this.root.transactionSync(() => {
      for (const i of jobs) {
        this.append({ op: 'remove', job: i });
        this.queue.removeSync(place('a', i));
        this.jobs.removeSync(number(i));
      }
    });
  }

  get left(): number {
    return (this.jobs.getStats() as { entryCount: number }).entryCount;
  }

  close(): Promise<void> {
    return this.root.close();
  }

  private append(entry: object): void {
    this.position += 1;
    this.log.putSync(number(this.position), Buffer.from(JSON.stringify(entry)), { append: true });
  }
}

const empty = Buffer.alloc(0);

function number(value: number): Buffer {
  const key = Buffer.allocUnsafe(4);
  key.writeUInt32BE(value);
  return key;
}

function place(part: string, job: number): Buffer {
  return Buffer.concat([Buffer.from(part), number(job)]);
}

interface Statement {
  run(...values: readonly (number | string)[]): unknown;
  all(...values: readonly (number | string)[]): readonly { readonly id: number }[];
  get(): { readonly n: number };
}

interface Sqlite {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** Hand-written SQLite, WAL with a full sync of each commit. Needs the SQLite that Node has since 22.13. */
export class SqliteQueue implements QueueFloor {
  private readonly db: Sqlite;
  private readonly insert: Statement;
  private readonly oldest: Statement;
  private readonly take: Statement;
  private readonly remove: Statement;
  private readonly log: Statement;

  constructor(file: string) {
    const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as {
      DatabaseSync: new (file: string) => Sqlite;
    };
    this.db = new DatabaseSync(file);
    this.db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE log (position INTEGER PRIMARY KEY, entry TEXT);
      CREATE TABLE jobs (id INTEGER PRIMARY KEY, status TEXT, data TEXT);
      CREATE INDEX waiting ON jobs (status, id);`);
    this.insert = this.db.prepare(`INSERT INTO jobs VALUES (?, 'waiting', ?)`);
    this.oldest = this.db.prepare(`SELECT id FROM jobs WHERE status = 'waiting' ORDER BY id LIMIT ?`);
    this.take = this.db.prepare(`UPDATE jobs SET status = 'led' WHERE id = ?`);
    this.remove = this.db.prepare('DELETE FROM jobs WHERE id = ?');
    this.log = this.db.prepare('INSERT INTO log (entry) VALUES (?)');
  }

  enqueue(from: number, to: number): void {
    this.commit(() => {
      for (let i = from; i < to; i++) {
        const data = JSON.stringify(jobData(i));
        this.log.run(JSON.stringify({ op: 'new', job: i, data: jobData(i) }));
        this.insert.run(i, data);
      }
    });
  }

  lease(count: number): readonly number[] {
    return this.commit(() => {
      const taken = this.oldest.all(count).map(({ id }) => id);
      for (const id of taken) {
        this.log.run(JSON.stringify({ op: 'lead', job: id }));
        this.take.run(id);
      }
      return taken;
    });
  }

  complete(jobs: readonly number[]): void {
    this.commit(() => {
      for (const id of jobs) {
        this.log.run(JSON.stringify({ op: 'remove', job: id }));
        this.remove.run(id);
      }
    });
  }

  get left(): number {
    return this.db.prepare('SELECT count(*) AS n FROM jobs').get().n;
  }

  close(): void {
    this.db.close();
  }

  private commit<T>(work: () => T): T {
    this.db.exec('BEGIN IMMEDIATE');
    const result = work();
    this.db.exec('COMMIT');
    return result;
  }
}
