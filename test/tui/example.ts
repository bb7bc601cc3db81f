import type { Overview, QueueReading, SessionReading, StoredRecord, StuckSession } from '../../src/index.ts';
import { findNeeds } from '../../src/monitor/needs.ts';
import { defaultCommands, type Keymap, keymapOf } from '../../src/tui/app/keymap.ts';
import { reduce } from '../../src/tui/app/reduce.ts';
import { frameOf } from '../../src/tui/frame/frame-of.ts';
import { plainText } from '../../src/tui/line/styled-line.ts';
import { freshList } from '../../src/tui/list/list-state.ts';
import type { AppEvent } from '../../src/tui/model/app-event.ts';
import { type AppState, type ScreenEffect, wantKey } from '../../src/tui/model/app-state.ts';
import type { Want } from '../../src/tui/model/places.ts';
import type { Key } from '../../src/tui/model/typed-keys.ts';

/** The time in all examples. */
export const now = Date.parse('2026-11-29T12:04:11Z');
const minute = 60_000;

/** A session as it might be. */
export function session(id: string, more: Partial<SessionReading> = {}): SessionReading {
  return {
    ...{
      id,
      theme: 1,
      themeName: 'mail',
      status: 'parked',
      epoch: 2,
      attempts: 3,
      created: 10,
      createdAt: now - 60 * minute,
    },
    ...{ since: now - 14 * minute, due: now - 14 * minute, from: 10, chunks: 1, bytes: 30, version: 4, position: 40 },
    ...more,
  };
}

/** A session that is stuck. */
export function stuck(id: string, reason: StuckSession['reason'], more: Partial<SessionReading> = {}): StuckSession {
  const one = session(id, more);
  return {
    ...{ session: one, reason, detail: one.error ?? `it is ${reason}`, age: now - one.since },
    ...{ owner: 'w3', next: `txlog session retry ${id}` },
  };
}

/** A queue as it might be. */
export function queue(
  name: string,
  counts: Partial<QueueReading['counts']>,
  more: Partial<QueueReading> = {},
): QueueReading {
  const none = { ready: 0, behind: 0, active: 0, stored: 0, parked: 0, created: 0, removed: 0 };
  const recent = { span: 0, in: 0, out: 0 };
  return {
    ...{ name, number: 1, paused: false, counts: { ...none, recent, earlier: { in: 0, out: 0 }, ...counts } },
    ...{ next: [], oldest: undefined, nextDue: undefined, rates: { in: 0, out: 0 }, workers: [] },
    ...more,
  };
}

/** An overview of an environment with some trouble. */
export function overview(more: Partial<Overview> = {}): Overview {
  const queues = [
    queue('charge-card', { ready: 3, active: 4 }, { rates: { in: 91, out: 91 } }),
    queue('refund', { ready: 12 }, { paused: true }),
    queue(
      'ship-order',
      { ready: 91_000 },
      { oldest: session('s-1', { due: now - 120 * minute }), rates: { in: 12, out: 0 } },
    ),
  ];
  const all = [
    stuck('s-7f2c', 'dead', { status: 'active', operator: 'w3', order: 'sku-91', themeName: 'reserve-stock' }),
    stuck('s-02be', 'parked', { themeName: 'saga/refund', error: 'refund failed, attempt 5' }),
    stuck('s-91aa', 'failing', { status: 'stored', since: now - 6 * minute, error: 'no route to host' }),
  ];
  return {
    ...{ time: now, dir: '/var/lib/orders', unit: 'u', generation: 1, readOnly: false },
    head: { position: 8_120_441, time: now - 200, digest: '0'.repeat(64) },
    ...{ format: 1, durability: 'fsync', watermark: 8_120_441 },
    counts: { committed: 8_088_000, rejected: 32_441, dedicated: 10, shared: 5, keys: 15 } as Overview['counts'],
    size: { fileBytes: 4_200_000_000, mapBytes: 2 ** 40, usedBytes: 4_000_000_000, readers: 3 },
    throughput: Array.from({ length: 60 }, (_, i) => 1_000 + ((i * 37) % 400)),
    ...{
      queues,
      workers: [],
      stuck: all,
      sagas: { phases: new Map([['running', 4] as const, ['failed', 1] as const]), stuck: 1, more: false },
    },
    ...{ origins: [], needs: findNeeds(all, queues, []), plans: [], builds: [] },
    ...more,
  };
}

/** A record as it might be. */
export function record(position: number, more: Partial<StoredRecord> = {}): StoredRecord {
  return {
    ...{
      position,
      id: `r-${position}`,
      type: 'order.create',
      time: now - 1_000,
      outcome: 'committed',
      actor: undefined,
    },
    ...{ payload: { n: position }, changes: [{ op: 'add', key: `stock/${position % 7}`, value: 1 }], expect: [] },
    ...{ decided: false, rejection: undefined, compensates: undefined, digest: new Uint8Array(32) },
    ...more,
  } as unknown as StoredRecord;
}

/** The screen before anything happened. */
export function freshState(columns = 80, rows = 24): AppState {
  return {
    ...{
      columns,
      rows,
      look: { hasColor: true, isAscii: false },
      now,
      heard: now,
      dir: '/var/lib/orders',
      actor: 'ana',
    },
    ...{
      readOnly: undefined,
      overview: undefined,
      lost: undefined,
      loaded: new Map(),
      jobs: [],
      prompt: undefined,
      notice: undefined,
    },
    crumbs: [{ place: { screen: 'overview' }, list: freshList, filter: '', marks: new Map() }],
  };
}

const defaultKeymap = keymapOf(defaultCommands);

/** A person at the screen: what happens to it, and what it asks for. */
export class Person {
  state: AppState;
  private keymap: Keymap = defaultKeymap;
  readonly asked: ScreenEffect[] = [];

  constructor(state: AppState = freshState()) {
    this.state = state;
  }

  /** With other keys. */
  with(keymap: Keymap): this {
    this.keymap = keymap;
    return this;
  }

  hear(event: AppEvent): this {
    const { state, effects } = reduce(this.state, event, this.keymap);
    this.state = state;
    this.asked.push(...effects);
    return this;
  }

  /** Presses keys by name; a text in quotes types it. */
  press(...names: readonly string[]): this {
    for (const name of names) {
      const typed = /^'(.*)'$/s.exec(name)?.[1];
      const keys: Key[] = typed === undefined ? [keyOf(name)] : [...typed].map(keyOf);
      for (const key of keys) this.hear({ type: 'key', key });
    }
    return this;
  }

  see(seen: Overview): this {
    return this.hear({ type: 'overview', overview: seen, now });
  }

  load(want: Want, value: unknown): this {
    return this.hear({ type: 'loaded', key: wantKey(want), head: this.state.overview?.head.position ?? 0, value });
  }

  get frame(): readonly string[] {
    return frameOf(this.state, this.keymap).map(plainText);
  }

  get text(): string {
    return this.frame.map((line) => line.trimEnd()).join('\n');
  }
}

function keyOf(name: string): Key {
  if (name === ' ' || name === 'space') return { name: 'space', text: ' ' };
  return [...name].length === 1 ? { name, text: name } : { name };
}
