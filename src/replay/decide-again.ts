import type { LoadedApp } from '../core/app/app.ts';
import { given } from '../core/base/given.ts';
import { type JsonValue, jsonEquals } from '../core/base/json.ts';
import type { Change } from '../core/fold/change.ts';
import { foldChanges } from '../core/fold/fold-record.ts';
import { type Rejection, reject } from '../core/fold/rejection.ts';
import type { State } from '../core/fold/state.ts';
import { type StoredRecord, usersChanges } from '../core/log/record.ts';
import { choose } from '../pipeline/3-decide.ts';
import { DecisionReader } from '../pipeline/3-decision-reader.ts';
import type { Cut } from '../view/cut.ts';
import type { PastStates } from '../view/past-states.ts';
import { findLackingAgain, requestAgain } from './logged-request.ts';
import type { Decided } from './what-if.ts';

/** A key that a decision read: as it was then. */
export interface KeyRead {
  readonly key: string;
  /** 0 where it was never touched. */
  readonly version: number;
  /** Undefined where it had no value. */
  readonly value?: JsonValue;
  readonly owner?: number;
}

/** A key that would be another one after a decision. */
export interface KeyChange {
  readonly key: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** A logged request, decided again on the states that it was decided on, by an app. Nothing is written. */
export interface DecidedAgain {
  readonly record: StoredRecord;
  readonly read: readonly KeyRead[];
  /** The changes that were chosen, or the reason to refuse; or what the app lacks to decide it at all. */
  readonly answer:
    | { readonly changes: readonly Change[] }
    | { readonly rejection: Rejection }
    | { readonly lacking: string };
  /** Undefined where the app cannot decide it. */
  readonly would: Decided | undefined;
  readonly was: Decided;
  readonly keys: readonly KeyChange[];
  /** `outcome`: it comes out otherwise. `changes`: it is committed as well, and does something else. */
  readonly differs: 'outcome' | 'changes' | undefined;
}

/** Decides the request of a record again, as if it came right before that record; says so where the app cannot. */
export function decideAgain(past: Pick<PastStates, 'before'>, cut: Cut, { record, app }: Asked): DecidedAgain {
  const was = toDecided(record.rejection);
  const lacking = findLackingAgain(app, record);
  if (lacking !== undefined)
    return { record, read: [], answer: { lacking }, would: undefined, was, keys: [], differs: undefined };
  const reader = new DecisionReader({
    time: record.time,
    nextPosition: record.position,
    state: (key) => past.before(key, record.position),
    record: (position) => cut.record(position),
    idAt: (position) => cut.idAt(position),
  });
  const problem = app.findPayloadProblem(record.type, record.payload);
  const chosen =
    problem === undefined
      ? choose(app, reader, requestAgain(record))
      : { ok: false as const, rejection: reject('PAYLOAD_INVALID', problem), changes: [] };
  const read = [...reader.reads].map(([key, version]) => toRead(key, version, reader.remembered(key)));
  const context = { position: record.position, time: record.time, idAt: (at: number) => cut.idAt(at) };
  const folded = chosen.ok ? foldChanges(chosen.changes, (key) => reader.state(key), context) : chosen;
  const would = toDecided(folded.ok ? undefined : folded.rejection);
  const keys = folded.ok ? [...folded.after].map(([key, state]) => toChange(key, reader.remembered(key), state)) : [];
  const answer = folded.ok ? { changes: chosen.changes } : { rejection: folded.rejection };
  return {
    record,
    read,
    answer,
    would,
    was,
    keys,
    differs: differenceOf({ record, would, was, changes: chosen.changes }),
  };
}

/** A record, and the app that decides it. */
export interface Asked {
  readonly record: StoredRecord;
  readonly app: LoadedApp;
}

function toRead(key: string, version: number, state: State | undefined): KeyRead {
  return { key, version, ...given({ value: valueIn(state), owner: state?.exists ? state.owner : undefined }) };
}

function toChange(key: string, before: State | undefined, after: State): KeyChange {
  return { key, ...given({ before: valueIn(before), after: valueIn(after) }) };
}

function valueIn(state: State | undefined): JsonValue | undefined {
  return state?.exists ? (state.value ?? null) : undefined;
}

function toDecided(rejection: Rejection | undefined): Decided {
  if (!rejection) return { outcome: 'committed' };
  return { outcome: 'rejected', code: rejection.code, reason: rejection.reason };
}

interface Compared {
  readonly record: StoredRecord;
  readonly was: Decided;
  readonly would: Decided;
  readonly changes: readonly Change[];
}

function differenceOf({ record, was, would, changes }: Compared): DecidedAgain['differs'] {
  if (was.outcome !== would.outcome || was.code !== would.code) return 'outcome';
  if (would.outcome === 'rejected') return undefined;
  const json = (list: readonly Change[]) => list as unknown as JsonValue;
  return jsonEquals(json(usersChanges(record.changes)), json(changes)) ? undefined : 'changes';
}
