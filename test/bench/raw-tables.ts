import { createRequire } from 'node:module';
import type { Database, RootDatabase } from 'lmdb';
import { positionKey } from '../../src/layout/keys.ts';
import { firstDigest, RecordEncoder, recordDigest } from '../../src/layout/record-codec.ts';
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
 * The floor: the rows that a plain synchronous engine writes for each transaction, put by raw lmdb with the engine's own
 * options, in a straight loop. It decides nothing, reads nothing and hashes nothing. `submit` makes the bytes of its
 * rows, as any program must; `write` puts what was made ready before.
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

  /** The rows of the log for `count` transactions from index `from` on: the engine's own bytes. */
  prepareLog(inputOf: (i: number) => Input, from: number, count: number): Put[] {
    this.encoder.start(this.digest);
    return Array.from({ length: count }, (_, i) => {
      const input = inputOf(from + i);
      const position = from + i + 1;
      const record = this.encoder.encode(toRecord(input, position, endsRejected(input, from + i)), 1);
      this.digest = recordDigest(record);
      return { table: this.log, key: positionKey(position), value: Buffer.from(record), append: true };
    });
  }

  /** Makes the transactions from index `from` on durable: their rows are made and put in one synchronous transaction. */
  submit(inputs: readonly Input[], from: number): void {
    this.root.transactionSync(() => {
      for (const [i, input] of inputs.entries()) this.submitOne(input, from + i + 1, endsRejected(input, from + i));
    });
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

  /** The rows of one transaction, as the program that puts them would make them. */
  private submitOne(input: Input, position: number, rejected: boolean): void {
    const at = positionKey(position);
    const type = input.type === 'customer.register' ? 1 : 2;
    const record = JSON.stringify({ ...input, status: rejected ? 'rejected' : 'applied' });
    this.log.putSync(at, Buffer.from(record), { append: true });
    this.requests.putSync(Buffer.from(input.id.replaceAll('-', ''), 'hex'), at);
    this.byType.putSync(Buffer.concat([Buffer.from([0, type]), at]), empty);
    this.byOutcome.putSync(Buffer.concat([Buffer.from([Number(rejected)]), at]), empty);
    if (rejected) return;
    const key = type === 1 ? `customer/${input.key}` : input.key;
    const value = Buffer.from(JSON.stringify(type === 1 ? input.data : input.data.by));
    if (type === 1) this.dedicated.putSync(Buffer.from(`email/${input.key}`), at);
    this.shared.putSync(Buffer.from(key), Buffer.concat([at, value]));
    this.applied.putSync(Buffer.concat([Buffer.from(`${key}\0`), at]), empty);
  }
}

const empty = Buffer.alloc(0);
