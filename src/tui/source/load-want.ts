import { given } from '../../core/base/given.ts';
import { limits } from '../../core/base/limits.ts';
import {
  compileWhere,
  type Environment,
  type HistoryEntry,
  loadApp,
  type SessionReading,
  type StateReading,
  type StoredRecord,
} from '../../index.ts';
import { readSessionPage } from '../../pages/session.ts';
import type { HeldPart } from '../list/held-part.ts';
import { parseFilter } from '../list/row-filter.ts';
import type { Verb } from '../model/action.ts';
import type { Marks } from '../model/app-state.ts';
import type { Want } from '../model/places.ts';
import { sessionFields, stateFields } from '../parts/row-fields.ts';
import { sessionActions } from '../parts/session-actions.ts';
import type { StatePage } from '../screens/state/state-view.ts';
import type { LogTail } from './log-tail.ts';
import { type Readable, readPart } from './read-part.ts';

/** How a thing is loaded. */
export interface Loading {
  readonly signal: AbortSignal;
  /** Position of the end of the log, as far as the screen has heard. */
  readonly head: number;
  /** The end of the log that was read last. */
  readonly tail: LogTail;
}

/**
 * Reads what a place wants, through the library. Ends with the reason of `signal` once that is aborted; what is known to be
 * short is read to its end.
 */
export async function load(env: Environment, want: Want, { signal, head, tail }: Loading): Promise<unknown> {
  switch (want.want) {
    case 'waiting':
      return env.monitor.waiting(want.id, { signal });
    case 'queue':
      return readPart(queueOf(env, want), { around: want.around, passes: sessionsPassing(env, want), signal });
    case 'session':
      return readSessionPage(env, want.id, { limit: limits.screenStepsMax, signal });
    case 'messages':
      return env.monitor.messages(want.id, { signal });
    case 'saga':
      return env.sagas.get(want.id, { signal });
    case 'records':
      return readWindow(env, want, { signal, head, tail });
    case 'record':
      return env.inspect(want.position, { signal });
    case 'states':
      return readStates(env, want, signal);
    case 'state':
      return readStatePage(env, want, signal);
    case 'decision':
      return env.decideAgain(want.position, await appOf(want.app));
    case 'flip':
      return env.nextFlip(want.after, { ...(await appOf(want.app)), signal });
    default:
      return env.planCompensation([want.position], { signal });
  }
}

/** Another app module, where one is named. */
async function appOf(module: string | undefined) {
  return module === undefined ? {} : { app: await loadApp(module) };
}

type Wanted<Name extends Want['want']> = Extract<Want, { readonly want: Name }>;

function queueOf(env: Environment, { theme }: Wanted<'queue'>): Readable<SessionReading> {
  return (from) => env.sessions.list({ theme, ...from });
}

function sessionsPassing(env: Environment, { filter }: Wanted<'queue'>) {
  if (filter.trim() === '') return undefined;
  const { passes } = parseFilter(filter, ['theme']);
  const now = env.now();
  return (session: SessionReading) => passes(sessionFields(session, now));
}

async function readStates(
  env: Environment,
  { prefix, filter, around }: Wanted<'states'>,
  signal: AbortSignal,
): Promise<HeldPart<StateReading>> {
  const { passes } = parseFilter(filter);
  const list: Readable<StateReading> = ({ after, ...from }) =>
    env.states({ prefix, ...from, ...(after !== undefined && { after: after.key }) });
  return readPart(list, {
    // The place of a state is told by its key alone.
    around: around === undefined || around === 'end' ? around : { at: { key: around.at } as StateReading },
    passes: filter.trim() === '' ? undefined : (state) => passes(stateFields(state)),
    signal,
  });
}

/** Rows that are marked of a list, and whether there are more of it. */
export interface MarkedRows {
  readonly marks: Marks;
  readonly more: boolean;
}

/**
 * All of a list that pass its filter, and what can be done to each; the first `most` of them. Ends with the reason of
 * `signal` once that is aborted.
 */
export async function readMarks(
  env: Environment,
  want: Want,
  { signal, most = limits.screenMarksMax }: { readonly signal: AbortSignal; readonly most?: number },
): Promise<MarkedRows> {
  const marks = new Map<string, readonly Verb[]>();
  if (want.want !== 'queue') return { marks, more: false };
  const passes = sessionsPassing(env, want);
  for await (const session of queueOf(env, want)({})) {
    signal.throwIfAborted();
    if (passes && !passes(session)) continue;
    if (marks.size === most) return { marks, more: true };
    marks.set(
      session.id,
      sessionActions(session).map(({ verb }) => verb),
    );
  }
  return { marks, more: false };
}

/** The newest records, or those around a position, that pass a condition; oldest first. */
async function readWindow(
  env: Environment,
  { where, key, around }: Wanted<'records'>,
  { signal, head, tail }: Loading,
): Promise<readonly StoredRecord[]> {
  const passes = where === '' ? undefined : await compileWhere(where);
  const filter = {
    where: (record: StoredRecord) => {
      signal.throwIfAborted();
      return passes?.(record) ?? true;
    },
    ...given({ key }),
  };
  if (around === undefined) return tail.read(env, { name: JSON.stringify([where, key]), filter, head });
  const limit = limits.screenRows / 2;
  const before = await gather(env.records({ ...filter, to: around }, { reverse: true, limit }), limit, signal);
  const after = await gather(env.records({ ...filter, from: around + 1 }, { limit }), limit, signal);
  return [...before.toReversed(), ...after];
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

async function readStatePage(
  env: Environment,
  { key, asOf, from }: Extract<Want, { readonly want: 'state' }>,
  signal: AbortSignal,
): Promise<StatePage> {
  const limit = limits.screenStepsMax;
  const listed = env.records({ key, outcome: 'committed' }, { reverse: true, limit });
  const newest = (await gather(listed, limit, signal)).map(({ position }) => position);
  const steps: StatePage['steps'][number][] = [];
  const history: AsyncIterable<HistoryEntry> = env.history(key, { from: newest.at(-1) ?? 1, limit, signal });
  let before: StateReading | undefined;
  const at = asOf ?? newest[0];
  for await (const entry of history) {
    const { position, id, type, time } = entry.record;
    steps.push({ position, id, type, time });
    if (position === at) before = entry.before;
  }
  const state = await env.get(key, asOf === undefined ? {} : { asOf, signal });
  if (from === undefined) return { key, at: asOf, state, before, steps };
  return { key, at: asOf, state, before: await env.get(key, { asOf: from, signal }), from, steps };
}
