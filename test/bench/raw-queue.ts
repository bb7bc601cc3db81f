import { createRequire } from 'node:module';
import type { Database, RootDatabase } from 'lmdb';
import { SqliteFile, type SqliteStatement } from './sqlite.ts';

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

/** Hand-written SQLite. */
export class SqliteQueue implements QueueFloor {
  private readonly file: SqliteFile;
  private readonly insert: SqliteStatement;
  private readonly oldest: SqliteStatement;
  private readonly take: SqliteStatement;
  private readonly remove: SqliteStatement;
  private readonly log: SqliteStatement;

  constructor(file: string) {
    this.file = new SqliteFile(
      file,
      `CREATE TABLE log (position INTEGER PRIMARY KEY, entry TEXT);
       CREATE TABLE jobs (id INTEGER PRIMARY KEY, status TEXT, data TEXT);
       CREATE INDEX waiting ON jobs (status, id);`,
    );
    this.insert = this.file.prepare(`INSERT INTO jobs VALUES (?, 'waiting', ?)`);
    this.oldest = this.file.prepare(`SELECT id FROM jobs WHERE status = 'waiting' ORDER BY id LIMIT ?`);
    this.take = this.file.prepare(`UPDATE jobs SET status = 'led' WHERE id = ?`);
    this.remove = this.file.prepare('DELETE FROM jobs WHERE id = ?');
    this.log = this.file.prepare('INSERT INTO log (entry) VALUES (?)');
  }

  enqueue(from: number, to: number): void {
    this.file.commit(() => {
      for (let i = from; i < to; i++) {
        const data = JSON.stringify(jobData(i));
        this.log.run(JSON.stringify({ op: 'new', job: i, data: jobData(i) }));
        this.insert.run(i, data);
      }
    });
  }

  lease(count: number): readonly number[] {
    return this.file.commit(() => {
      const taken = this.oldest.all(count).map(({ id }) => Number(id));
      for (const id of taken) {
        this.log.run(JSON.stringify({ op: 'lead', job: id }));
        this.take.run(id);
      }
      return taken;
    });
  }

  complete(jobs: readonly number[]): void {
    this.file.commit(() => {
      for (const id of jobs) {
        this.log.run(JSON.stringify({ op: 'remove', job: id }));
        this.remove.run(id);
      }
    });
  }

  get left(): number {
    return Number(this.file.prepare('SELECT count(*) AS n FROM jobs').get()?.n);
  }

  close(): void {
    this.file.close();
  }
}
