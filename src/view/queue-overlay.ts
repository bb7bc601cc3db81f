import { sessionIn, sessionOfKey } from '../core/fold/session.ts';
import type { State } from '../core/fold/state.ts';
import { type QueueKey, queueKeysOf } from '../layout/queue-keys.ts';

const bucketUnits = 5;

/**
 * Queue keys of the sessions that are in memory, in order: what an overlay or a stage says of a session stands in place
 * of all rows that the layers below have for it.
 */
export class QueueOverlay {
  private readonly buckets = new Map<string, SortedKeys>();
  private readonly keys = new Map<string, readonly QueueKey[]>();

  /** Whether this layer speaks for a session. */
  has(session: string): boolean {
    return this.keys.has(session);
  }

  /** Takes over what a state says, if it is that of a session. */
  set(state: State): void {
    const id = state.kind === 'session' ? sessionOfKey(state.key) : undefined;
    if (id === undefined) return;
    const session = sessionIn(state);
    this.put(id, session ? queueKeysOf(id, session) : none);
  }

  /** Takes over all that another layer says. */
  setAll(other: QueueOverlay): void {
    for (const [id, keys] of other.keys) this.put(id, keys);
  }

  private put(id: string, keys: readonly QueueKey[]): void {
    for (const key of this.keys.get(id) ?? none) this.buckets.get(key.slice(0, bucketUnits))?.delete(key);
    this.keys.set(id, keys);
    for (const key of keys) this.bucket(key).add(key);
  }

  /** Leaves a session to the layers below. Gives the keys that it has. */
  drop(stateKey: string): readonly QueueKey[] {
    const id = sessionOfKey(stateKey);
    const keys = (id === undefined ? undefined : this.keys.get(id)) ?? none;
    for (const key of keys) this.buckets.get(key.slice(0, bucketUnits))?.delete(key);
    if (id !== undefined) this.keys.delete(id);
    return keys;
  }

  clear(): void {
    this.buckets.clear();
    this.keys.clear();
  }

  /** Keys that start with `prefix`, in order, from `from` on. */
  range(prefix: string, from: QueueKey = prefix): Iterable<QueueKey> {
    return this.buckets.get(prefix.slice(0, bucketUnits))?.from(prefix, from) ?? none;
  }

  /** Keys that start with `prefix`, from the last one down, below `below` where it is given. */
  rangeDown(prefix: string, below?: QueueKey): Iterable<QueueKey> {
    return this.buckets.get(prefix.slice(0, bucketUnits))?.down(prefix, below) ?? none;
  }

  private bucket(key: QueueKey): SortedKeys {
    const name = key.slice(0, bucketUnits);
    const known = this.buckets.get(name);
    if (known) return known;
    const bucket = new SortedKeys();
    this.buckets.set(name, bucket);
    return bucket;
  }
}

const none: readonly QueueKey[] = [];

/** Texts in order. Cheap at both ends, where queues grow and shrink. */
class SortedKeys {
  private keys: QueueKey[] = [];
  private start = 0;

  add(key: QueueKey): void {
    const { keys } = this;
    if (keys.length === this.start || (keys.at(-1) as QueueKey) < key) {
      keys.push(key);
      return;
    }
    const at = this.find(key);
    if (keys[at] === key) return;
    keys.splice(at, 0, key);
  }

  delete(key: QueueKey): void {
    const at = this.find(key);
    if (this.keys[at] !== key) return;
    if (at !== this.start) {
      this.keys.splice(at, 1);
      return;
    }
    this.start += 1;
    if (this.start < 64 || this.start * 2 < this.keys.length) return;
    this.keys = this.keys.slice(this.start);
    this.start = 0;
  }

  *from(prefix: string, from: QueueKey): Generator<QueueKey> {
    for (let i = this.find(from); i < this.keys.length; i++) {
      const key = this.keys[i] as QueueKey;
      if (!key.startsWith(prefix)) return;
      yield key;
    }
  }

  *down(prefix: string, below: QueueKey = `${prefix}${lastUnit}`): Generator<QueueKey> {
    for (let i = this.find(below) - 1; i >= this.start; i--) {
      const key = this.keys[i] as QueueKey;
      if (!key.startsWith(prefix)) return;
      yield key;
    }
  }

  /** Index of the first key that is not less. */
  private find(key: QueueKey): number {
    let low = this.start;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.keys[middle] as QueueKey) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A unit that no key has: keys are bytes. */
const lastUnit = '\uffff';

/** Two rising lists as one; two falling ones where `isFalling`. */
export function* mergeKeys(a: Iterable<QueueKey>, b: Iterable<QueueKey>, isFalling = false): Generator<QueueKey> {
  const left = a[Symbol.iterator]();
  const right = b[Symbol.iterator]();
  let x = left.next();
  let y = right.next();
  while (!x.done || !y.done) {
    if (y.done || (!x.done && x.value < y.value !== isFalling)) {
      yield x.value as QueueKey;
      x = left.next();
    } else {
      yield y.value;
      y = right.next();
    }
  }
}
