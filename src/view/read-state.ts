import { given, ifGiven } from '../core/base/given.ts';
import { deepFreeze, type JsonValue } from '../core/base/json.ts';
import type { Owner } from '../core/fold/rejection.ts';
import { isEngineKey } from '../core/fold/session.ts';
import { isExpired, type Kind, type State } from '../core/fold/state.ts';
import { keyText, prefixEnd, textKey } from '../layout/keys.ts';
import type { Snapshot } from '../ports/storage.ts';
import type { Cut } from './cut.ts';
import { sortInSteps } from './sorted.ts';
import { stateAtSteps } from './time-travel.ts';
import { type Steps, takeAllSteps } from './turns.ts';

/** A state as readers get it. */
export interface StateReading {
  readonly key: string;
  readonly kind: Kind;
  readonly value: JsonValue;
  readonly version: number;
  /** Position of the last transaction applied to it. */
  readonly position: number;
  readonly owner?: Owner;
  /** End of a reservation that is not confirmed, in ms since 1970; `expired` when it is past. */
  readonly pending?: { readonly until: number; readonly expired: boolean };
  /** Length of the applied list, of a shared key. */
  readonly applied?: number;
}

/** One entry of a key's applied list. */
export interface AppliedEntry {
  readonly position: number;
  readonly id: string;
  readonly time: number;
  readonly type: string;
  readonly ops: readonly string[];
  /** Position of the compensation that took it out of the fold, if one did. */
  readonly compensatedBy?: number;
}

/** The state of a key now, or undefined when it has no value or owner. */
export function readState(cut: Cut, key: string, now: number): StateReading | undefined {
  return toReading(cut, cut.state(key), now);
}

/**
 * The state of a key as it was when the log ended at `position`: the fold of the key's transactions up to there,
 * which is what a replay to that position gives. `now`, in ms since 1970, tells which reservations ran out; without it,
 * the time of that position does.
 */
export function readStateAt(
  cut: Cut,
  key: string,
  { position, now }: { readonly position: number; readonly now?: number | undefined },
): StateReading | undefined {
  return takeAllSteps(stateAtInSteps(cut, key, { position, now }));
}

/** As `readStateAt`, in steps: the life of a key may be long. */
export function* stateAtInSteps(
  cut: Cut,
  key: string,
  { position, now }: { readonly position: number; readonly now?: number | undefined },
): Steps<StateReading | undefined> {
  const time = now ?? cut.record(position)?.time ?? 0;
  return toReading(cut, yield* stateAtSteps(cut, key, position), time);
}

const firstUsersKey = ' ';

/**
 * Keys of the states that have a row, that start with `prefix`, in order, after `after`. Released and deleted ones
 * included.
 */
export function keysOfRows(snapshot: Snapshot, prefix: string, after: string | undefined): Generator<string> {
  const { start, end } = rangeOf(prefix);
  const next = after === undefined ? start : textKey(`${after}\u0000`);
  return keysWithin(snapshot, { start: Buffer.compare(next, start) > 0 ? next : start, end });
}

/** As `keysOfRows`, from the last one down, before `before` where it is given. */
export function keysOfRowsDown(snapshot: Snapshot, prefix: string, before: string | undefined): Generator<string> {
  const { start, end } = rangeOf(prefix);
  const last = before === undefined ? end : textKey(before);
  const isWithin = end === undefined || (last !== undefined && Buffer.compare(last, end) < 0);
  return keysWithin(snapshot, { start, end: isWithin ? last : end, reverse: true });
}

interface KeyRange {
  readonly start: Buffer;
  readonly end: Buffer | undefined;
  readonly reverse?: boolean;
}

/** The keys that start with a prefix. The engine's own stand before all others, and show only to those who name theirs. */
function rangeOf(prefix: string): KeyRange {
  const start = textKey(prefix || firstUsersKey);
  return { start, end: prefix === '' ? undefined : prefixEnd(start) };
}

function* keysWithin(snapshot: Snapshot, { start, end, reverse = false }: KeyRange): Generator<string> {
  if (end && Buffer.compare(start, end) >= 0) return;
  for (const { key } of snapshot.range('states', { start, reverse, ...given({ end }) })) yield keyText(key);
}

/** The same of the overlay. */
export function* keysOfOverlay(cut: Cut, prefix: string): Steps<readonly string[]> {
  const keys: string[] = [];
  for (const key of [...cut.view.entries.keys()]) {
    if (key.startsWith(prefix) && (prefix !== '' || !isEngineKey(key))) keys.push(key);
  }
  yield;
  return yield* sortInSteps(keys, compareKeys);
}

/** Order of keys: that of their UTF-8 bytes, as in the index. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [one, other] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (one !== other) return rankOf(one) - rankOf(other);
  }
  return a.length - b.length;
}

/** Halves of characters beyond U+FFFF come after all others, as their bytes do. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** A page of a key's applied list, from `from` on. */
export function* appliedInSteps(
  cut: Cut,
  key: string,
  { from, limit }: { readonly from: number; readonly limit: number },
): Steps<AppliedEntry[]> {
  const entries: AppliedEntry[] = [];
  for (const position of cut.applied(key, from)) {
    if (entries.length === limit) break;
    yield;
    const record = cut.record(position);
    if (!record) continue;
    const compensatedBy = cut.compensationOf(position);
    const ops = record.changes.filter((change) => change.key === key).map(({ op }) => op);
    const entry = { position, id: record.id, time: record.time, type: record.type, ops };
    entries.push(compensatedBy === undefined ? entry : { ...entry, compensatedBy });
  }
  return entries;
}

/** A state for readers, or undefined when it has no value or owner. */
export function toReading(cut: Cut, state: State | undefined, now: number): StateReading | undefined {
  if (!state?.exists) return undefined;
  const { key, kind, version, position, owner, pendingUntil } = state;
  return {
    key,
    kind,
    // The overlay holds the same value: a reader who changed it would change the state.
    value: deepFreeze(state.value ?? null),
    version,
    position,
    ...given({
      owner: ifGiven(owner, (owner) => ({ id: cut.idAt(owner), position: owner })),
      pending: ifGiven(pendingUntil, (pendingUntil) => ({ until: pendingUntil, expired: isExpired(state, now) })),
    }),
    ...(kind === 'shared' && { applied: version }),
  };
}
