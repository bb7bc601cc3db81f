import {
  compileWhere,
  type Environment,
  type HistoryEntry,
  type SessionReading,
  type StateReading,
  type StoredRecord,
} from '../../index.ts';
import { readSessionPage } from '../../pages/session.ts';
import type { Want } from '../model/places.ts';
import { windowRecords } from '../screens/log/log-screen.ts';
import type { StatePage } from '../screens/state/state-view.ts';

/** Steps of a key, and events of a session, that are listed: the newest. */
const listedSteps = 200;

/** Reads what a place wants, through the library; what takes long ends when `signal` aborts. */
export async function load(env: Environment, want: Want, signal: AbortSignal): Promise<unknown> {
  switch (want.want) {
    case 'waiting':
      return env.monitor.waiting(want.id);
    case 'queue':
      return gather<SessionReading>(env.sessions.list({ theme: want.theme, limit: want.limit }), want.limit, signal);
    case 'session':
      return readSessionPage(env, want.id, { limit: listedSteps });
    case 'saga':
      return env.sagas.get(want.id);
    case 'records':
      return readWindow(env, want, signal);
    case 'record':
      return env.inspect(want.position);
    case 'states':
      return gather<StateReading>(env.states({ prefix: want.prefix }), want.limit, signal);
    case 'state':
      return readStatePage(env, want);
    default:
      return env.planCompensation([want.position]);
  }
}

async function gather<T>(items: AsyncIterable<T>, limit: number, signal: AbortSignal): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) {
    signal.throwIfAborted();
    all.push(item);
    if (all.length >= limit) break;
  }
  return all;
}

/** The newest records, or those around a position, that pass a condition; oldest first. */
async function readWindow(
  env: Environment,
  { where, key, around }: Extract<Want, { readonly want: 'records' }>,
  signal: AbortSignal,
): Promise<readonly StoredRecord[]> {
  const passes = where === '' ? undefined : await compileWhere(where);
  const filter = {
    where: (record: StoredRecord) => {
      signal.throwIfAborted();
      return passes?.(record) ?? true;
    },
    ...(key === undefined ? {} : { key }),
  };
  const limit = around === undefined ? windowRecords : windowRecords / 2;
  const before = await gather(
    env.records({ ...filter, ...(around === undefined ? {} : { to: around }) }, { reverse: true, limit }),
    limit,
    signal,
  );
  const after =
    around === undefined ? [] : await gather(env.records({ ...filter, from: around + 1 }, { limit }), limit, signal);
  return [...[...before].reverse(), ...after];
}

async function readStatePage(
  env: Environment,
  { key, asOf }: Extract<Want, { readonly want: 'state' }>,
): Promise<StatePage> {
  const newest: number[] = [];
  for await (const { position } of env.records({ key, outcome: 'committed' }, { reverse: true, limit: listedSteps }))
    newest.push(position);
  const steps: StatePage['steps'][number][] = [];
  const history: AsyncIterable<HistoryEntry> = env.history(key, { from: newest.at(-1) ?? 1, limit: listedSteps });
  let before: StateReading | undefined;
  const at = asOf ?? newest[0];
  for await (const entry of history) {
    const { position, id, type, time } = entry.record;
    steps.push({ position, id, type, time });
    if (position === at) before = entry.before;
  }
  const state = await env.get(key, asOf === undefined ? {} : { asOf });
  return { key, at: asOf, state, before, steps };
}
