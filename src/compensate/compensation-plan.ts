import type { LoadedApp } from '../core/app/app.ts';
import { assert } from '../core/base/assert.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { isJsonObject, type JsonValue } from '../core/base/json.ts';
import type { Rejection } from '../core/fold/rejection.ts';
import { compensateType, type StoredRecord, usersChanges } from '../core/log/record.ts';
import type { Request } from '../core/log/request.ts';
import { decide } from '../pipeline/3-decide.ts';
import { DecisionReader } from '../pipeline/3-decision-reader.ts';
import { Stage } from '../pipeline/3-stage.ts';
import { checkTarget, refuseVersion } from '../sessions/bulk/check-bulk-plan.ts';
import type { Cut } from '../view/cut.ts';
import type { LongViewReader, Progress } from '../view/reader.ts';
import type { Steps } from '../view/turns.ts';
import { findFlips, laterFor, type PlannedFlip } from './flips.ts';
import { readHistories } from './read-histories.ts';

/** The effect of a compensation on one key. Absent values mean that the key has none. */
export interface PlannedKey {
  readonly key: string;
  /** Version that the key must still have when the plan is applied. */
  readonly version: number;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** One transaction that a plan would undo. */
export interface PlannedItem {
  readonly id: string;
  readonly position: string;
  readonly type: string;
  /** Why it cannot be undone, when it cannot. */
  readonly refused?: Rejection;
  /** The compensation that undid it already. */
  readonly done?: string;
  readonly keys: readonly PlannedKey[];
  /** Later transactions on the same keys that would have been decided otherwise without it. */
  readonly flips: readonly PlannedFlip[];
  /** Whether there are more later transactions than were looked at. */
  readonly flipsTruncated?: boolean;
}

/** A file that says what is to be undone, made by `--plan` and carried out by `--apply`. */
export interface CompensationPlan {
  readonly v: 1;
  readonly unit: string;
  readonly head: string;
  readonly items: readonly PlannedItem[];
}

function* planItems(
  context: { cut: Cut; app: LoadedApp; now: number },
  targets: readonly StoredRecord[],
): Steps<PlannedItem[]> {
  const stage = new Stage(context.cut, context.now);
  const items: PlannedItem[] = [];
  for (const target of targets) {
    items.push(planItem(context, stage, target));
    yield;
  }
  return items;
}

/** The parts of an environment that planning uses. */
export interface Planning extends LongViewReader {
  readonly unit: string;
  readonly app: LoadedApp;
  /** Time of the engine, in ms since 1970. */
  now(): number;
}

/** Told how far a plan is, and what ends its making. */
export interface PlanningOptions {
  readonly onProgress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Plans the compensation of several transactions in the order given, each on what the ones before would leave.
 * Decides everything as the pipeline would, and writes nothing. The records of the keys are read once.
 */
export async function makePlan(
  env: Planning,
  targets: readonly StoredRecord[],
  { onProgress, signal }: PlanningOptions,
): Promise<CompensationPlan> {
  await readHistories(env, targets, (done, total) => {
    signal?.throwIfAborted();
    onProgress?.(done, total);
  });
  const { app } = env;
  const now = env.now();
  return env.readSteps(function* (cut) {
    const head = cut.head.position;
    const present = { cut, app, head };
    const items = yield* planItems({ cut, app, now }, targets);
    for (const [i, item] of items.entries()) {
      if (mayBeUndone(item))
        items[i] = { ...item, ...(yield* findFlips(present, targets[i] as StoredRecord, laterFor(items.length))) };
      onProgress?.(i + 1, items.length);
      yield;
    }
    return { v: 1, unit: env.unit, head: String(head), items };
  }, signal);
}

function mayBeUndone({ refused, done }: PlannedItem): boolean {
  return refused === undefined && done === undefined;
}

function planItem(context: { cut: Cut; app: LoadedApp }, stage: Stage, target: StoredRecord): PlannedItem {
  const { id, type } = target;
  const item = { id, type, position: String(target.position) };
  const done = stage.compensationOf(target.position);
  if (done !== undefined) return { ...item, done: String(done), keys: [], flips: [] };
  const before = new Map(
    [...new Set(usersChanges(target.changes).map(({ key }) => key))].map((key) => [key, stage.state(key)]),
  );
  const reader = new DecisionReader(stage);
  const versions = new Map([...before.keys()].map((key) => [key, reader.version(key)]));
  const decision = decide(context.app, stage, { request: compensationOf(target, `plan/${target.position}`) });
  if (decision.type === 'refused') throw decision.error;
  assert('record' in decision, 'a compensation completes no session');
  const { rejection } = decision.record;
  if (rejection) return { ...item, refused: rejection, keys: [], flips: [] };
  const touched = new Set([...before.keys(), ...decision.record.changes.map(({ key }) => key)]);
  const keys = [...touched].map((key): PlannedKey => {
    const [was, will] = [before.get(key), stage.state(key)];
    return {
      key,
      version: versions.get(key) ?? was?.version ?? 0,
      ...(was?.exists && { before: was.value ?? null }),
      ...(will?.exists && { after: will.value ?? null }),
    };
  });
  return { ...item, keys, flips: [] };
}

/** The engine's own request that undoes a transaction. */
export function compensationOf(
  target: StoredRecord,
  id: string,
  more: { readonly actor?: string | undefined; readonly reason?: string | undefined } = {},
): Request {
  const payload = {
    id: target.id,
    position: String(target.position),
    ...given({ reason: more.reason }),
  };
  return {
    id,
    type: compensateType,
    actor: more.actor,
    payload,
    changes: [],
    expect: [],
    bytes: 256,
    compensates: target.position,
  };
}

/**
 * Checks a plan that was read from a file.
 *
 * Errors: PLAN_INVALID; PLAN_STALE when it was made for another environment.
 */
export function checkPlan(input: unknown, unit: string): CompensationPlan {
  refuseVersion(input);
  const plan = input as CompensationPlan | null;
  if (plan?.v !== 1 || !Array.isArray(plan.items) || typeof plan.unit !== 'string') {
    throw new TxlogError('PLAN_INVALID', 'this is not a plan of `txlog compensate --plan`', {
      next: ['txlog compensate ID --plan -O plan.json'],
    });
  }
  for (const [i, item] of plan.items.entries()) {
    const at = `items[${i}]`;
    checkTarget(item, { noun: 'transaction', at });
    const wrong = Number(item.position) < 1 ? 'position' : hasKeys(item) ? undefined : 'keys';
    if (wrong === undefined) continue;
    const path = `${at}.${wrong}`;
    throw new TxlogError('PLAN_INVALID', `${path} of the plan was not written by a plan`, { path });
  }
  if (plan.unit !== unit) throw new TxlogError('PLAN_STALE', 'the plan was made for another environment');
  return plan;
}

function hasKeys({ keys }: { readonly keys?: unknown }): boolean {
  return (
    Array.isArray(keys) &&
    keys.every((key) => isJsonObject(key) && typeof key.key === 'string' && Number.isSafeInteger(key.version))
  );
}

/** Errors: PLAN_STALE when a key of what is still to be undone has changed since the plan was made. */
export function* refuseStale(plan: CompensationPlan, cut: Cut, time: number): Steps<void> {
  const reader = new DecisionReader(new Stage(cut, time));
  const checked = new Set<string>();
  for (const item of plan.items) {
    yield;
    if (item.refused || cut.compensationOf(Number(item.position)) !== undefined) continue;
    const record = cut.record(Number(item.position));
    if (record?.id !== item.id) {
      throw new TxlogError('PLAN_STALE', `position ${item.position} is not ${item.id} here`, {
        hint: 'Nothing was applied. The plan was made for another log, perhaps for a backup that was written to.',
      });
    }
    for (const { key, version } of item.keys) {
      if (checked.has(key)) continue;
      checked.add(key);
      const now = reader.version(key);
      if (now === version) continue;
      throw new TxlogError('PLAN_STALE', `${key} has version ${now}; the plan was made at version ${version}`, {
        hint: 'Nothing was applied.',
        next: ['txlog compensate … --plan -O plan.json'],
      });
    }
  }
}
