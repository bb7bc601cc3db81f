import { createRequire } from 'node:module';
import type { Database, RootDatabase } from 'lmdb';
import { positionKey } from '../../src/layout/keys.ts';
import { firstDigest, RecordEncoder, recordDigest } from '../../src/layout/record.ts';
import type { Input } from './inputs.ts';
import { endsRejected, toRecord } from './requests.ts';

type Table = Database<Buffer, Buffer>;

/** One put, ready to be made. */
export interface Put {
  readonly table: Table;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly append: boolean;
}

/**
 * The floor: the rows that a plain engine writes for each transaction, put by raw lmdb with the engine's own options.
 * It decides nothing, reads nothing and encodes nothing while it is timed.
 */
export class RawTables {
  private readonly root: RootDatabase<Buffer, Buffer>;
  private readonly encoder = new RecordEncoder();
  private digest: Uint8Array = firstDigest;
  private readonly log: Table;
  private readonly requests: Table;
  private readonly dedicated: Table;
  private readonly shared: Table;
  private readonly applied: Table;
  private readonly byType: Table;
  private readonly byOutcome: Table;

  constructor(dir: string) {
    const { open } = createRequire(import.meta.url)('lmdb') as typeof import('lmdb');
    this.root = open<Buffer, Buffer>({
      path: dir,
      encoding: 'binary',
      keyEncoding: 'binary',
      overlappingSync: false,
      mapSize: 2 ** 40,
      maxDbs: 32,
      ...({ maxFreeSpaceToLoad: 2000, maxFreeSpaceToRetain: 4000 } as object),
    });
    const table = (name: string) =>
      this.root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
    this.log = table('log');
    this.requests = table('requests');
    this.dedicated = table('dedicated');
    this.shared = table('shared');
    this.applied = table('applied');
    this.byType = table('byType');
    this.byOutcome = table('byOutcome');
  }

  /** The puts of `count` transactions from index `from` on. */
  prepare(inputOf: (i: number) => Input, from: number, count: number): Put[] {
    const puts: Put[] = [];
    this.encoder.start(this.digest);
    for (let i = from; i < from + count; i++) this.prepareOne(inputOf(i), i, puts);
    return puts;
  }

  /** Only the log's rows, each appended. */
  prepareLog(inputOf: (i: number) => Input, from: number, count: number): Put[] {
    return this.prepare(inputOf, from, count).filter(({ table }) => table === this.log);
  }

  /** Makes the puts durable, in one synchronous transaction. */
  write(puts: readonly Put[]): void {
    this.root.transactionSync(() => {
      for (const { table, key, value, append } of puts) {
        if (append) table.putSync(key, value, { append: true });
        else table.putSync(key, value);
      }
    });
  }

  /** Appends to the log, in one synchronous transaction. */
  append(rows: readonly { readonly key: Buffer; readonly value: Buffer }[]): void {
    this.write(rows.map((row) => ({ table: this.log, ...row, append: true })));
  }

  /** The record at a position. */
  last(position: number): Buffer {
    const record = this.log.getBinary(positionKey(position));
    if (!record) throw new Error(`position ${position} is not in the log`);
    return record;
  }

  /** The smallest durable thing that there is: a position and eight bytes. */
  tinyPut(i: number): Put {
    return { table: this.log, key: positionKey(i + 1), value: positionKey(i), append: true };
  }

  close(): Promise<void> {
    return this.root.close();
  }

  /** How many records the log has: checked after each run. */
  get count(): number {
    return (this.log.getStats() as { entryCount: number }).entryCount;
  }

  private prepareOne(input: Input, i: number, puts: Put[]): void {
    const position = i + 1;
    const rejected = endsRejected(input, i);
    const at = positionKey(position);
    const type = input.type === 'customer.register' ? 1 : 2;
    const record = this.encoder.encode(toRecord(input, position, rejected), type);
    this.digest = recordDigest(record);
    puts.push({ table: this.log, key: at, value: Buffer.from(record), append: true });
    puts.push({
      table: this.requests,
      key: Buffer.from(input.id.replaceAll('-', ''), 'hex'),
      value: at,
      append: false,
    });
    puts.push({ table: this.byType, key: Buffer.concat([Buffer.from([0, type]), at]), value: empty, append: false });
    puts.push({
      table: this.byOutcome,
      key: Buffer.concat([Buffer.from([Number(rejected)]), at]),
      value: empty,
      append: false,
    });
    if (rejected) return;
    const key = type === 1 ? `customer/${input.key}` : input.key;
    const value = Buffer.from(JSON.stringify(type === 1 ? input.data : input.data.by));
    if (type === 1)
      puts.push({ table: this.dedicated, key: Buffer.from(`email/${input.key}`), value: at, append: false });
    puts.push({ table: this.shared, key: Buffer.from(key), value: Buffer.concat([at, value]), append: false });
    puts.push({ table: this.applied, key: Buffer.concat([Buffer.from(`${key}\0`), at]), value: empty, append: false });
  }
}

const empty = Buffer.alloc(0);
