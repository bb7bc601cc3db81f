import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { given } from '../../src/core/base/given.ts';
import type { RecordFilter } from '../../src/core/log/filter.ts';
import type { StoredRecord } from '../../src/core/log/record.ts';
import type { Environment } from '../../src/environment/environment.ts';
import type { StateReading } from '../../src/view/read-state.ts';
import type { Model, ModelRecord, ModelState } from './model.ts';
import { checkSessions, checkSessionsAt } from './session-check.ts';

/** Compares the given keys, now. `wall` is the wall clock's time, which may have been set back. */
export async function checkKeys(env: Environment, model: Model, keys: readonly string[], wall: number): Promise<void> {
  const now = model.timeAt(wall);
  for (const key of keys) expect(await env.get(key)).toEqual(readingOf(model, model.stateAt(key), now));
}

/** Compares all that an environment answers with all that the model answers. `moments` are positions to look back to. */
export async function checkAll(
  env: Environment,
  model: Model,
  wall: number,
  moments: readonly number[],
): Promise<void> {
  const keys = [...model.keys(), 'never'];
  await checkKeys(env, model, keys, wall);
  await checkTotals(env, model, wall);
  await checkSessions(env, model);
  for (const key of keys) await checkApplied(env, model, key);
  for (const record of model.records) await checkRecord(env, record, model);
  for (const moment of moments) await checkMoment(env, model, moment % (model.head + 1));
  for (const filter of filtersFor(model, keys)) await checkScan(env, model, filter);
  checkChain(env, model.head);
  expect(await env.verify()).toMatchObject({ ok: true, problems: [], records: model.head });
  expect(await env.rescanVerify()).toMatchObject({ ok: true, problems: [], records: model.head });
}

function readingOf(model: Model, state: ModelState | undefined, now: number): StateReading | undefined {
  if (!state || !exists(state)) return undefined;
  const { key, kind, value = null, version, position, owner, until } = state;
  return {
    key,
    kind,
    value,
    version,
    position,
    ...(owner !== undefined && {
      owner: { id: (model.records[owner - 1] as ModelRecord).request.id, position: owner },
    }),
    ...(until !== undefined && { pending: { until, expired: until <= now } }),
    ...(kind === 'shared' && { applied: version }),
  };
}

const exists = ({ kind, owner, value }: ModelState) => (kind === 'dedicated' ? owner : value) !== undefined;

async function checkTotals(env: Environment, model: Model, wall: number): Promise<void> {
  const now = model.timeAt(wall);
  const states = model.keys().map((key) => model.stateAt(key) as ModelState);
  const live = states.filter(exists);
  const { counts, position, time } = await env.head();
  const outcomes = (outcome: string) => model.records.filter((record) => record.outcome === outcome).length;
  expect({ position, time, ...counts, logBytes: 0 }).toEqual({
    position: model.head,
    time: model.records.at(-1)?.time ?? 0,
    committed: outcomes('committed'),
    rejected: outcomes('rejected'),
    dedicated: live.filter(({ kind }) => kind === 'dedicated').length,
    shared: live.filter(({ kind }) => kind === 'shared').length,
    sessions: model.sessions.ids().filter((id) => model.sessions.at(id)?.session).length,
    keys: states.length,
    logBytes: 0,
  });
  const listed: StateReading[] = [];
  for await (const state of env.states()) listed.push(state);
  expect(listed).toEqual(live.sort(byBytes).map((state) => readingOf(model, state, now)));
  const types = new Map<string, number>();
  for (const { request } of model.records) types.set(request.type, (types.get(request.type) ?? 0) + 1);
  const status = await env.status();
  expect(new Map(status.types.map(({ type, count }) => [type, count]))).toEqual(types);
}

const byBytes = (a: { key: string }, b: { key: string }) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));

async function checkApplied(env: Environment, model: Model, key: string): Promise<void> {
  const applied = model.stateAt(key)?.applied ?? [];
  const entries = applied.map((position) => {
    const { request, changes, time } = model.records[position - 1] as ModelRecord;
    const compensation = model.compensationOf(position, model.head)?.position;
    return {
      position,
      id: request.id,
      time,
      type: request.type,
      ops: changes.filter((change) => change.key === key).map(({ op }) => op),
      ...given({ compensatedBy: compensation }),
    };
  });
  expect(await env.applied(key)).toEqual(entries);
  const middle = applied[Math.floor(applied.length / 2)] ?? 1;
  const page = entries.filter(({ position }) => position >= middle).slice(0, 2);
  expect(await env.applied(key, { from: middle, limit: 2 })).toEqual(page);
}

async function checkRecord(env: Environment, ours: ModelRecord, model: Model): Promise<void> {
  const record = await env.transaction(ours.position);
  const { request, outcome, time, position } = ours;
  expect(record).toMatchObject({ position, time, outcome, id: request.id, type: request.type });
  expect(record.compensates).toBe(request.compensates);
  expect(record.correlation).toBe(ours.correlation);
  const keys = [...ours.changes, ...ours.engine].map(({ key }) => key);
  expect(new Set(record.changes.map(({ key }) => key))).toEqual(new Set(keys));
  checkRejection(record.rejection, ours);
  expect((await env.find(request.id))?.position).toBe(position);
  expect(record.time).toBeGreaterThanOrEqual(model.records[position - 2]?.time ?? 0);
}

async function checkMoment(env: Environment, model: Model, moment: number): Promise<void> {
  const time = model.records[moment - 1]?.time ?? 0;
  const expected = model
    .keys(moment)
    .map((key) => model.stateAt(key, moment) as ModelState)
    .filter(exists)
    .sort(byBytes)
    .map((state) => readingOf(model, state, time));
  const found: StateReading[] = [];
  for await (const state of env.states({ asOf: moment })) found.push(state);
  expect(found).toEqual(expected);
  await checkSessionsAt(env, model, moment);
}

function* filtersFor(model: Model, keys: readonly string[]): Generator<RecordFilter> {
  const middle = Math.ceil(model.head / 2);
  const time = model.records[middle - 1]?.time ?? 0;
  const types = [...new Set(model.records.map(({ request }) => request.type)), 'never'];
  yield {};
  for (const type of types) yield { types: [type] };
  yield { types: types.slice(0, 2) };
  for (const outcome of ['committed', 'rejected'] as const) {
    yield { outcome };
    yield { outcome, types: types.slice(0, 1), from: middle };
  }
  for (const key of keys) {
    yield { key };
    yield { key, outcome: 'rejected' };
    yield { key, from: middle, types };
  }
  for (const prefix of ['', 'd/', 'n', 'd/é', 'zz']) yield { prefix };
  yield { prefix: 'd', to: middle, outcome: 'committed' };
  yield { since: time };
  yield { until: time, outcome: 'rejected' };
}

function modelMatches({ position, time, request, outcome, changes, key: refused }: ModelRecord, filter: RecordFilter) {
  const keys = new Set([...changes.map(({ key }) => key), ...(refused === undefined ? [] : [refused])]);
  return (
    (filter.types?.includes(request.type) ?? true) &&
    (filter.outcome ?? outcome) === outcome &&
    (filter.key === undefined || keys.has(filter.key)) &&
    (filter.prefix === undefined || [...keys].some((key) => key.startsWith(filter.prefix as string))) &&
    position >= (filter.from ?? 1) &&
    position <= (filter.to ?? Number.POSITIVE_INFINITY) &&
    time >= (filter.since ?? 0) &&
    time < (filter.until ?? Number.POSITIVE_INFINITY)
  );
}

async function checkScan(env: Environment, model: Model, filter: RecordFilter): Promise<void> {
  const expected = model.records.filter((record) => modelMatches(record, filter)).map(({ position }) => position);
  const scan = async (options: { reverse?: boolean; limit?: number }) => {
    const found: StoredRecord[] = [];
    for await (const record of env.records(filter, options)) found.push(record);
    return found.map(({ position }) => position);
  };
  expect(await scan({})).toEqual(expected);
  expect(await scan({ reverse: true })).toEqual([...expected].reverse());
  expect(await scan({ limit: 2 })).toEqual(expected.slice(0, 2));
  expect(await env.count(filter)).toBe(expected.length);
}

/** The chain, from the bytes in the log alone. */
function checkChain(env: Environment, length: number): void {
  env.handle.storage.read((snapshot) => {
    let previous = Buffer.alloc(32);
    let position = 0;
    for (const { key, value } of snapshot.range('log')) {
      position += 1;
      expect(Buffer.from(key).readBigUInt64BE()).toBe(BigInt(position));
      const digest = createHash('sha256').update(previous).update(value.subarray(0, -32)).digest();
      expect(Buffer.from(value.subarray(-32)).equals(digest)).toBe(true);
      previous = digest;
    }
    expect(position).toBe(length);
  });
}

/** A rejection says the same; what a request with reducers is refused for first is the engine's own business. */
export function checkRejection(found: { code: string; key?: string } | undefined, record: ModelRecord): void {
  expect(found === undefined).toBe(record.outcome === 'committed');
  if (!found || record.changes.some(({ op }) => op === 'reduce')) return;
  expect({ code: found.code, key: found.key }).toEqual({ code: record.code, key: record.key });
}
