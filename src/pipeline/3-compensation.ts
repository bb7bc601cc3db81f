import { type LoadedApp, requestTypeOf } from '../core/app/app.ts';
import { given } from '../core/base/given.ts';
import type { JsonValue } from '../core/base/json.ts';
import { type Change, isPlainSum, type Restored } from '../core/fold/change.ts';
import { ownerOf } from '../core/fold/fold.ts';
import { type Rejection, reject } from '../core/fold/rejection.ts';
import { isExpired, type State } from '../core/fold/state.ts';
import {
  compensateType,
  expireType,
  isEngineType,
  type LogRecord,
  type StoredRecord,
  sagaType,
  sessionType,
  usersChanges,
} from '../core/log/record.ts';
import type { FoldOutcome } from '../view/fold-tree.ts';
import type { Choice } from './3-choice.ts';
import type { DecisionReader } from './3-decision-reader.ts';
import { choiceOf, guard, handlerStates, runReducer } from './3-handler.ts';

/** The decision about one key: a change that restores it, nothing to do, or why it cannot be done. */
type Undone = { readonly change?: Change; readonly blocked?: string };

/**
 * Decides how to undo the transaction at `target`. Its type's own `compensate` wins; otherwise each shared key becomes
 * the fold of its applied list without it, and each claim is released that it still owns.
 *
 * Errors: the rejections NOT_COMPENSABLE, COMPENSATION_BLOCKED and HANDLER_FAILED.
 * Source: decisions/0006-compensation.md.
 */
export function decideCompensation(app: LoadedApp, reader: DecisionReader, target: number): Choice {
  const record = reader.record(target);
  const refused = record ? findNotCompensable(record) : `there is no transaction at position ${target}`;
  if (!record || refused !== undefined) return refuse('NOT_COMPENSABLE', refused ?? '');
  const own = requestTypeOf(app, record.type)?.compensate;
  // A copy, without what happened to sessions: what user code does to it is nobody's business.
  const seen = { ...record, changes: usersChanges(record.changes) };
  if (own) return decideByHandler(own, reader, structuredClone(seen) as StoredRecord);
  const changes: Change[] = [];
  for (const key of new Set(usersChanges(record.changes).map((change) => change.key))) {
    const undone = undoKey(app, reader, { record, key });
    if (undone.blocked !== undefined) return refuse('COMPENSATION_BLOCKED', undone.blocked, key);
    if (undone.change) changes.push(undone.change);
  }
  return { ok: true, changes, decided: true };
}

/** Why a record has nothing that could be undone, or undefined. */
function findNotCompensable(record: LogRecord): string | undefined {
  if (record.outcome === 'rejected') return `position ${record.position} was rejected: it changed nothing`;
  if (record.type === compensateType)
    return `position ${record.position} is a compensation itself; submit the request anew instead`;
  if (record.type === sessionType) return `position ${record.position} only logs what happened to a session`;
  if (record.type === expireType) return `position ${record.position} only logs that a claim ran out`;
  if (record.type === sagaType)
    return `position ${record.position} only logs the end of saga ${record.id}, which \`saga compensate\` undoes`;
  if (isEngineType(record.type) && usersChanges(record.changes).length === 0)
    return `position ${record.position} is a record of the engine (${record.type}) that changed no key`;
  return undefined;
}

function decideByHandler(
  own: NonNullable<NonNullable<LoadedApp['requests']>[string]['compensate']>,
  reader: DecisionReader,
  record: StoredRecord,
): Choice {
  const chosen = guard(() => choiceOf(own(record, handlerStates(reader)), 'compensate'));
  if ('rejected' in chosen) return refuse(chosen.code, chosen.reason, chosen.key);
  return { ok: true, changes: chosen, decided: true };
}

function undoKey(
  app: LoadedApp,
  reader: DecisionReader,
  { record, key }: { readonly record: LogRecord; readonly key: string },
): Undone {
  const state = reader.state(key);
  if (!state) return { blocked: `${key} is unknown` };
  return state.kind === 'dedicated'
    ? undoDedicated(app, reader, { record, state })
    : undoShared(app, reader, { record, state });
}

/**
 * A dedicated key becomes what it would be without the transaction, unless another owns it since. What later ones did
 * in the name of an owner that never was, falls away with it.
 */
function undoDedicated(
  app: LoadedApp,
  reader: DecisionReader,
  { record, state }: { readonly record: LogRecord; readonly state: State },
): Undone {
  const { key } = state;
  const owner = ownerOf(state, reader);
  const claimed = record.changes.some((change) => change.key === key && change.op === 'claim');
  if (claimed && owner && owner.position > record.position) {
    return { blocked: `${key} is owned by ${owner.id} since position ${owner.position}` };
  }
  const { state: without, refused } = foldWithout(app, reader, { state, target: record.position });
  if (refused) return { blocked: blockedBy(reader, refused) };
  const isOver = without !== undefined && isExpired(without, reader.time);
  return { change: restoring(key, isOver ? undefined : without) };
}

function undoShared(
  app: LoadedApp,
  reader: DecisionReader,
  { record, state }: { readonly record: LogRecord; readonly state: State },
): Undone {
  const { key } = state;
  const inverse = plainInverse(record, state);
  if (inverse) return { change: inverse };
  const folded = guard(() => foldWithout(app, reader, { state, target: record.position }));
  if ('rejected' in folded) return { blocked: folded.reason };
  const { state: without, refused } = folded;
  if (refused) return { blocked: blockedBy(reader, refused) };
  return { change: restoring(key, without) };
}

function blockedBy(
  reader: DecisionReader,
  refused: { readonly position: number; readonly rejection: Rejection },
): string {
  const { position, rejection } = refused;
  return `without it, ${reader.idAt(position)} at position ${position} could not have been applied: ${rejection.reason}`;
}

/** Subtracts the addend from a sum to which something else was added too: spares hot counters their history. */
function plainInverse(record: LogRecord, state: State): Change | undefined {
  if (!isPlainSum(state) || state.version < 2) return undefined;
  let sum = 0;
  for (const change of record.changes) if (change.key === state.key) sum += change.value as number;
  return { op: 'restore', key: state.key, result: { exists: true, value: (state.value as number) - sum } };
}

/** The key without the transaction. Throws when the app has not a reducer that would have to run again, or it throws. */
function foldWithout(
  app: LoadedApp,
  reader: DecisionReader,
  { state, target }: { readonly state: State; readonly target: number },
): FoldOutcome {
  return reader.without(state, target, (type, change, value) => runReducer(requestTypeOf(app, type), change, value));
}

function restoring(key: string, state: State | undefined): Change {
  const restored: Restored = state?.exists
    ? {
        exists: true,
        value: state.value ?? null,
        ...optional('owner', state.owner),
        ...optional('pendingUntil', state.pendingUntil),
      }
    : { exists: false };
  return { op: 'restore', key, result: restored as unknown as JsonValue };
}

function optional<K extends string>(name: K, value: number | undefined): { readonly [name in K]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [name in K]?: number });
}

function refuse(code: string, reason: string, key?: string): Choice {
  return { ok: false, rejection: reject(code, reason, given({ key })), changes: [], decided: true };
}
