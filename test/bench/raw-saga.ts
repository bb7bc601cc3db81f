import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { hash, uuid } from './inputs.ts';

/** A saga of W3: `from` writes to `to`, in a dialogs and a counters service. */
export interface SagaInput {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** Number of the step that is refused for ever; 0 when none is. */
  readonly failStep: number;
}

const users = 1_000;
const failPercent = 3;

/** Of the attempts at each of its three steps, 3 % fail. */
export function sagaInput(i: number): SagaInput {
  return {
    id: uuid(i, 3),
    from: `user-${hash(i, 31) % users}`,
    to: `user-${hash(i, 32) % users}`,
    text: `message ${i}: `.padEnd(100, 'lorem ipsum '),
    failStep: [1, 2, 3].find((step) => hash(i, 32 + step) % 100 < failPercent) ?? 0,
  };
}

/** What both services hold once the first `count` sagas have ended. */
export function endOfSagas(count: number) {
  const unread = new Map<string, number>();
  const messages = { UNREAD: 0, CANCELLED: 0, refused: 0 };
  for (let i = 0; i < count; i++) {
    const { to, failStep } = sagaInput(i);
    messages[failStep === 0 ? 'UNREAD' : failStep === 1 ? 'refused' : 'CANCELLED'] += 1;
    if (failStep === 0) unread.set(to, (unread.get(to) ?? 0) + 1);
  }
  return { messages, unread };
}

/** Two services as a program writes them that has nothing but two stores; each call is one commit, for many sagas. */
export interface SagaFloor {
  /** Step 1, at dialogs: the message, and the saga, so that it is found again whatever dies. */
  create(sagas: readonly SagaInput[]): void;
  /** Step 2, at counters, once for each id; and its undoing. */
  count(sagas: readonly SagaInput[], undo: readonly SagaInput[]): void;
  /** Step 3, at dialogs: the status of each message, and the outcome of each saga but of those whose step 3 fails. */
  finish(sagas: readonly SagaInput[], undone: readonly SagaInput[]): void;
  /** Messages by status. */
  messages(): Readonly<Record<'UNREAD' | 'CANCELLED' | 'PENDING', number>>;
  unread(user: string): number;
  close(): Promise<void> | void;
}

type Table = Database<Buffer, Buffer>;

/** Raw lmdb with the engine's options: in each service a log of all transactions, an index of their ids, and the states. */
export class RawSagas implements SagaFloor {
  private readonly dialogs: RawService;
  private readonly counters: RawService;
  private readonly sagas: Table;
  private readonly texts: Table;
  private readonly counts: Table;

  constructor(dir: string) {
    this.dialogs = new RawService(join(dir, 'dialogs'));
    this.counters = new RawService(join(dir, 'counters'));
    this.sagas = this.dialogs.table('sagas');
    this.texts = this.dialogs.table('messages');
    this.counts = this.counters.table('counts');
  }

  create(sagas: readonly SagaInput[]): void {
    this.dialogs.commit(() => {
      for (const saga of sagas) {
        const isRefused = saga.failStep === 1;
        this.dialogs.log(`${saga.id}/create`, { type: 'message.create', saga, isRefused });
        this.sagas.putSync(key(saga.id), json({ ...saga, phase: isRefused ? 'compensated' : 'created' }));
        if (!isRefused) this.putMessage(saga, 'PENDING');
      }
    });
  }

  count(sagas: readonly SagaInput[], undo: readonly SagaInput[]): void {
    this.counters.commit(() => {
      for (const { id, to, failStep } of sagas) {
        this.counters.log(`${id}/count`, { type: 'unread.add', to, by: 1, isRefused: failStep === 2 });
        if (failStep !== 2) this.add(to, 1);
      }
      for (const { id, to } of undo) {
        this.counters.log(`${id}/count/undo`, { type: 'unread.add', to, by: -1 });
        this.add(to, -1);
      }
    });
  }

  finish(sagas: readonly SagaInput[], undone: readonly SagaInput[]): void {
    this.dialogs.commit(() => {
      for (const saga of sagas) {
        if (saga.failStep === 2) this.cancel(saga);
        else if (saga.failStep === 0) this.end(saga, 'deliver', 'UNREAD', 'done');
        else {
          this.dialogs.log(`${saga.id}/deliver`, { type: 'message.deliver', isRefused: true });
          this.sagas.putSync(key(saga.id), json({ ...saga, phase: 'compensating' }));
        }
      }
      for (const saga of undone) this.cancel(saga);
    });
  }

  messages(): Record<'UNREAD' | 'CANCELLED' | 'PENDING', number> {
    const found = { UNREAD: 0, CANCELLED: 0, PENDING: 0 };
    for (const { value } of this.texts.getRange()) {
      found[(JSON.parse(value.toString()) as { status: keyof typeof found }).status] += 1;
    }
    return found;
  }

  unread(user: string): number {
    return Number(this.counts.getBinary(key(user)) ?? 0);
  }

  async close(): Promise<void> {
    await this.dialogs.close();
    await this.counters.close();
  }

  private cancel(saga: SagaInput): void {
    this.end(saga, 'create/undo', 'CANCELLED', 'compensated');
  }

  private end(saga: SagaInput, step: string, status: string, phase: string): void {
    this.dialogs.log(`${saga.id}/${step}`, { type: `message.${status}`, phase });
    this.putMessage(saga, status);
    this.sagas.putSync(key(saga.id), json({ ...saga, phase }));
  }

  private putMessage({ id, from, to, text }: SagaInput, status: string): void {
    this.texts.putSync(key(id), json({ from, to, text, status }));
  }

  private add(user: string, by: number): void {
    this.counts.putSync(key(user), Buffer.from(String(this.unread(user) + by)));
  }
}

/** One store, with a log and an index of what was done. */
class RawService {
  private readonly root: RootDatabase<Buffer, Buffer>;
  private readonly records: Table;
  private readonly requests: Table;
  private position = 0;

  constructor(dir: string) {
    mkdirSync(dir);
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
    this.records = this.table('log');
    this.requests = this.table('requests');
  }

  table(name: string): Table {
    return this.root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
  }

  commit(work: () => void): void {
    this.root.transactionSync(work);
  }

  /** Each id stands for one transaction. */
  log(id: string, record: object): void {
    this.position += 1;
    const at = Buffer.allocUnsafe(4);
    at.writeUInt32BE(this.position);
    this.records.putSync(at, json({ id, ...record }), { append: true });
    this.requests.putSync(key(id), at);
  }

  close(): Promise<void> {
    return this.root.close();
  }
}

function key(text: string): Buffer {
  return Buffer.from(text);
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
