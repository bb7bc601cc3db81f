// Goal: who goes along the log has each key as it was before each record, and reads its past once. Method: a log with changes
// of all kinds, compensations, claims that run out and sessions; each key before each position, along the log and from its past.
import { expect, it, vi } from 'vitest';
import type { JsonValue } from '../../src/core/base/json.ts';
import type { Change } from '../../src/core/fold/change.ts';
import type { State } from '../../src/core/fold/state.ts';
import { type App, openEnvironment, type RequestType } from '../../src/index.ts';
import { StatesAlong } from '../../src/replay/states-along.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { PastStates } from '../../src/view/past-states.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';

const max = (value: JsonValue | undefined, argument: JsonValue | undefined) =>
  Math.max(typeof value === 'number' ? value : 0, argument as number);
const kinds: ((i: number) => Change)[] = [
  (i) => ({ op: 'add', key: 'n', value: i }),
  (i) => ({ op: 'set', key: 's', value: i }),
  () => ({ op: 'delete', key: 's' }),
  (i) => ({ op: 'merge', key: 'm', value: { [`f${i % 9}`]: i % 5 === 0 ? null : i } }),
  (i) => ({ op: 'append', key: 'l', value: [i] }),
  (i) => ({ op: 'claim', key: `d/${i % 3}`, value: i, pending: i % 2 === 0 ? 30 : 300 }),
  (i) => ({ op: 'reduce', key: 'r', reducer: 'max', value: (i * 7) % 90 }),
];
const keys = ['n', 's', 'm', 'l', 'd/0', 'd/1', 'd/2', 'r', 'never'];

function seen(state: State | undefined): unknown {
  if (!state) return undefined;
  const { kind, exists, value, version, owner, pendingUntil } = state;
  return { kind, exists, version, ...(exists && { value, owner, pendingUntil }) };
}

it('a search has each key before each record as the history of that key has it', async () => {
  const world = { time: 1_700_000_000_000 };
  const clock = new SteeredClock(world);
  const env = await openOn(openMemoryStorage(), { app: { requests: { t: { reducers: { max } } } }, clock });
  for (let i = 0; i < 260; i++) {
    const changes = [kinds[(i * 5) % 7]?.(i), kinds[(i * 3 + 1) % 7]?.(i)].filter((one) => one !== undefined);
    const expected = i % 13 === 0 ? [{ key: 'never', exists: true }] : [];
    await env.submit({ id: `r-${i}`, type: 't', changes, expect: expected });
    if (i % 11 === 7) await env.compensate(`r-${i - 4}`);
    if (i % 40 === 9) await env.sessions.create('mail', i);
    world.time += 4_000;
  }
  const types = new Set<string>();
  const outcomes = { committed: 0, rejected: 0 };
  await env.read((cut) => {
    const past = new PastStates(cut);
    const [all, few] = [new StatesAlong(), new StatesAlong(3)];
    for (let position = 1; position <= cut.head.position; position++) {
      const record = cut.knownRecord(position);
      for (const key of keys) {
        const expected = seen(past.before(key, position));
        expect(seen(all.before(past, key, position))).toEqual(expected);
        if (position % 4 > 0) expect(seen(few.before(past, key, position))).toEqual(expected);
      }
      outcomes[record.outcome] += 1;
      types.add(record.type);
      all.pass(record);
      few.pass(record);
    }
  });
  expect(Math.min(outcomes.committed, outcomes.rejected)).toBeGreaterThan(10);
  expect([...types].sort()).toEqual(['t', 'txlog.compensate', 'txlog.expire', 'txlog.session']);
  await env.close();
});

it('a search reads the past of a key once, however many decisions read the key', async () => {
  const decide: NonNullable<RequestType['decide']> = (_, states) => {
    const { value = {} } = states.get('hot') ?? {};
    return [{ op: 'merge', key: 'hot', value: { [`f${Object.keys(value as object).length % 50}`]: 1 } }];
  };
  const app: App = { requests: { t: { decide } } };
  const env = await openEnvironment(':memory:', { create: true, app });
  await env.submitChecked(Array.from({ length: 300 }, () => env.check({ type: 't' })));
  const reads = vi.spyOn(PastStates.prototype, 'before');
  expect(await env.nextFlip(0)).toEqual({ flip: undefined, at: 300 });
  expect(reads.mock.calls.length).toBe(1);
  reads.mockRestore();
  await env.close();
});
