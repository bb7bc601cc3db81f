import type { App } from '../../src/core/app/app.ts';
import type { HandlerRejection, HandlerState } from '../../src/core/app/handler-terms.ts';
import { given } from '../../src/core/base/given.ts';
import type { JsonObject, JsonValue } from '../../src/core/base/json.ts';
import type { Change } from '../../src/core/fold/change.ts';
import type { Rejection } from '../../src/core/fold/rejection.ts';
import type { Operation } from '../../src/core/log/operation.ts';
import type { Expectation } from '../../src/core/log/record.ts';
import type { Ending } from './completion.ts';
import { type Outcome, SessionModel } from './session-model.ts';

// A second, naive engine: plain lists, everything computed again from the whole history each time it is asked. It shares
// no code with the first one but the types.

export interface ModelRequest {
  readonly id: string;
  readonly type: string;
  readonly actor?: string;
  readonly payload?: JsonValue;
  readonly changes?: readonly Change[];
  readonly expect?: readonly Expectation[];
  /** Position of the transaction to undo. */
  readonly compensates?: number;
  /** The session that it ends, when it was submitted this time: no part of what it says. */
  readonly completes?: Ending;
}

/** A change as the model keeps it: an undone dedicated key goes back to this owner, or is free. */
type ModelChange = Change & { readonly owned?: Owned };

export interface ModelRecord {
  readonly position: number;
  readonly time: number;
  readonly request: ModelRequest;
  readonly outcome: 'committed' | 'rejected';
  readonly changes: readonly ModelChange[];
  /** What happens to sessions and themes, whatever the outcome. */
  readonly engine: readonly Change[];
  /** What it belongs to. */
  readonly correlation?: string;
  readonly code?: string;
  /** Why it was rejected, as the engine words it. */
  readonly rejection?: Rejection;
  /** The key that it was rejected for. */
  readonly key?: string;
}

export interface ModelState {
  readonly key: string;
  readonly kind: 'dedicated' | 'shared';
  readonly value: JsonValue | undefined;
  readonly version: number;
  readonly position: number;
  readonly owner?: number;
  readonly until?: number;
  readonly applied: readonly number[];
}

export type ModelAnswer =
  | { readonly record: ModelRecord; readonly duplicate: boolean }
  | { readonly refused: string }
  | keyof typeof errorCodes;

/** What the engine answers where nothing is decided. */
export const errorCodes = { conflict: 'REQUEST_ID_CONFLICT', unknown: 'TYPE_UNKNOWN' };

/** Nothing says what such a request does: it has no changes, and no type or reducer that the app has. */
function isUnknownType(app: App, { type, changes = [], compensates }: ModelRequest): boolean {
  if (compensates !== undefined) return false;
  const requests = app.requests ?? {};
  const handler = Object.hasOwn(requests, type) ? requests[type] : undefined;
  const reducers = handler?.reducers ?? {};
  const isReducible = changes.every(
    (change) => change.op !== 'reduce' || Object.hasOwn(reducers, change.reducer ?? ''),
  );
  return !isReducible || (changes.length === 0 && handler === undefined);
}

/** Why a change cannot be applied. */
class Refusal extends Error {
  readonly code: string;
  readonly key: string | undefined;

  constructor(code: string, key?: string) {
    super(code);
    this.code = code;
    this.key = key;
  }
}

const dedicated = new Set(['claim', 'confirm', 'release', 'replace', 'expire']);
const isObject = (value: unknown): value is Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export class Model {
  records: ModelRecord[] = [];
  readonly sessions = new SessionModel(() => this.records);
  private readonly app: App;

  constructor(app: App) {
    this.app = app;
  }

  get head(): number {
    return this.records.length;
  }

  find(id: string): ModelRecord | undefined {
    return this.records.find(({ request }) => request.id === id);
  }

  /** Does something to sessions, and logs it. */
  operate(operation: Operation, now: number): Outcome {
    const time = this.timeAt(now);
    const outcome = this.sessions.decide(operation, time);
    if ('changes' in outcome) this.logOperation(outcome.changes, time);
    return outcome;
  }

  /** Decides a request and logs it. `rejection` is what the engine says of one that is refused, in its own words. */
  submit({ completes, ...request }: ModelRequest, now: number, rejection?: Rejection): ModelAnswer {
    const time = this.timeAt(now);
    const ending = completes && this.sessions.complete(completes, request, {});
    const earlier = this.find(request.id);
    // The lead is looked at first, then the type of the request, and last the queue of its response.
    const isLed = !ending || !('refused' in ending) || ending.refused.startsWith('THEME_');
    if (isLed && ending && !earlier && isUnknownType(this.app, request)) return 'unknown';
    if (ending && 'refused' in ending) return ending;
    if (earlier) {
      if (!same(earlier.request, request)) return 'conflict';
      if (completes) this.logOperation(this.ending(earlier, completes), time);
      return { record: earlier, duplicate: true };
    }
    const undone = request.compensates === undefined ? undefined : this.compensationOf(request.compensates, this.head);
    if (undone) return { record: undone, duplicate: true };
    if (isUnknownType(this.app, request)) return 'unknown';
    const looks = new Looks(this, time);
    let changes: readonly ModelChange[] = request.changes ?? [];
    let refusal: Refusal | undefined;
    try {
      changes = this.choose(request, looks);
    } catch (error) {
      refusal = asRefusal(error);
      if (this.decides(request)) changes = looks.unmet ? changes : [];
    }
    for (const { key } of changes) looks.at(key);
    if (looks.expired.size > 0) this.logExpiries(looks.expired, time);
    const position = this.head + 1;
    try {
      if (!refusal) this.tryAll(changes, { position, time, request });
    } catch (error) {
      refusal = asRefusal(error);
    }
    const correlation = this.correlationOf({ ...request, ...(completes && { completes }) });
    const base = {
      position,
      time,
      request,
      changes,
      engine: [],
      ...given({ correlation }),
    };
    const decided: ModelRecord = refusal
      ? { ...base, outcome: 'rejected', code: refusal.code, ...keyOf(refusal), ...(rejection && { rejection }) }
      : { ...base, outcome: 'committed' };
    const record = completes ? { ...decided, engine: this.ending(decided, completes) } : decided;
    this.records.push(record);
    return { record, duplicate: false };
  }

  /** What the end of a request does to its session, and the response that it leaves. */
  private ending(record: ModelRecord, completes: Ending): readonly Change[] {
    const { request, outcome, position, time, rejection, correlation } = record;
    const receipt = { id: request.id, outcome, position: String(position), time: new Date(time).toISOString() };
    const response = { ...receipt, ...(rejection && { rejection: inWords(rejection) }) } as JsonObject;
    const ending = this.sessions.complete(completes, { id: request.id, ...given({ correlation }) }, response);
    return 'changes' in ending ? ending.changes : [];
  }

  /** What a request belongs to: what its session does, or the transaction that it undoes. */
  private correlationOf({ id, completes, compensates }: ModelRequest): string | undefined {
    const of = completes && this.sessions.correlationOf(completes.session);
    if (completes) return completes.session === id ? of : (of ?? completes.session);
    const target = compensates === undefined ? undefined : this.records[compensates - 1];
    return target && (target.correlation ?? target.request.id);
  }

  private logOperation(engine: readonly Change[], time: number): void {
    const position = this.head + 1;
    const request = { id: `txlog.session/${position}`, type: 'txlog.session' };
    this.records.push({ position, time, request, outcome: 'committed', changes: [], engine });
  }

  /** Time never goes back in the log. */
  timeAt(now: number): number {
    return Math.max(now, this.records.at(-1)?.time ?? 0);
  }

  /** The state of a key when the log ended at `upTo`; undefined when nothing ever touched it. */
  stateAt(key: string, upTo = this.head): ModelState | undefined {
    const touching = this.touching(key, upTo);
    const [first] = touching;
    const last = touching.at(-1);
    if (!first || !last) return undefined;
    const kind = dedicated.has(first.changes.find((change) => change.key === key)?.op ?? '') ? 'dedicated' : 'shared';
    const base = { key, kind, version: touching.length, position: last.position } as const;
    const applied = touching.map(({ position }) => position);
    if (kind === 'shared') return { ...base, applied, value: this.fold(key, upTo) };
    let owned: Owned = {};
    for (const record of touching) {
      for (const change of record.changes) if (change.key === key) owned = this.own(owned, change, record);
    }
    return { ...base, applied, value: undefined, ...owned };
  }

  /** All keys that were ever touched, up to a position. */
  keys(upTo = this.head): string[] {
    const committed = this.records.slice(0, upTo).filter(({ outcome }) => outcome === 'committed');
    return [...new Set(committed.flatMap(({ changes }) => changes.map(({ key }) => key)))].sort();
  }

  /** The committed compensation of a transaction. */
  compensationOf(target: number, upTo: number): ModelRecord | undefined {
    return this.records.find(
      ({ request, outcome, position }) => request.compensates === target && outcome === 'committed' && position <= upTo,
    );
  }

  private touching(key: string, upTo: number): ModelRecord[] {
    return this.records.filter(
      ({ position, outcome, changes }) =>
        position <= upTo && outcome === 'committed' && changes.some((change) => change.key === key),
    );
  }

  private decides({ type, compensates }: ModelRequest): boolean {
    return compensates !== undefined || this.app.requests?.[type]?.decide !== undefined;
  }

  private choose(request: ModelRequest, looks: Looks): readonly ModelChange[] {
    for (const expected of request.expect ?? []) {
      if (looks.meets(expected)) continue;
      looks.unmet = true;
      throw new Refusal('EXPECTATION_FAILED', expected.key);
    }
    if (request.compensates !== undefined) return this.undo(request.compensates, looks);
    const handler = this.app.requests?.[request.type];
    const { id, type, actor, payload = null } = request;
    const seen = { id, type, actor, claims: {}, payload, time: looks.time };
    if (handler?.authorize && handler.authorize(seen, looks) !== true) throw new Refusal('DENIED');
    if (!handler?.decide) return request.changes ?? [];
    return choiceOf(() => handler.decide?.(seen, looks));
  }

  /** What undoes a transaction: its own handler's changes, or every key as if it had never been. */
  private undo(target: number, looks: Looks): readonly ModelChange[] {
    const record = this.records[target - 1];
    if (record?.outcome !== 'committed' || record.request.type.startsWith('txlog.'))
      throw new Refusal('NOT_COMPENSABLE');
    const own = this.app.requests?.[record.request.type]?.compensate;
    if (own) return choiceOf(() => own({ ...record.request, changes: record.changes } as never, looks));
    const changes: ModelChange[] = [];
    for (const key of new Set(record.changes.map((change) => change.key))) {
      const state = looks.at(key);
      if (state?.kind === 'shared') {
        this.foldOrBlock(key, target);
        changes.push({ op: 'restore', key });
      } else changes.push(...this.undoOwned(key, record, state, looks.time));
    }
    return changes;
  }

  private undoOwned(key: string, record: ModelRecord, state: ModelState | undefined, time: number): ModelChange[] {
    const claimed = record.changes.some((change) => change.key === key && change.op === 'claim');
    if (claimed && (state?.owner ?? 0) > record.position) throw new Refusal('COMPENSATION_BLOCKED', key);
    try {
      const owned = this.ownedWithout(key, record.position);
      return [{ op: 'restore', key, owned: owned.until !== undefined && owned.until <= time ? {} : owned }];
    } catch (error) {
      throw new Refusal('COMPENSATION_BLOCKED', asRefusal(error) && key);
    }
  }

  /** Who would own a key without a transaction, and without all that was done in the name of what was undone. */
  private ownedWithout(key: string, without: number): Owned {
    const touching = this.touching(key, this.head);
    const gone = new Set([without]);
    for (const { changes, position, request } of touching) {
      const withdraws = changes.some((change) => change.key === key && change.op === 'restore');
      if (withdraws) gone.add(position).add(request.compensates as number);
    }
    const names = new Set([...gone].map((position) => this.records[position - 1]?.request.id));
    let owned: Owned = {};
    for (const record of touching) {
      if (gone.has(record.position)) continue;
      for (const change of record.changes) {
        if (change.key === key && !(change.owner !== undefined && names.has(change.owner)))
          owned = this.own(owned, change, record);
      }
    }
    return owned;
  }

  private foldOrBlock(key: string, without: number): void {
    try {
      this.fold(key, this.head, without);
    } catch (error) {
      throw new Refusal('COMPENSATION_BLOCKED', asRefusal(error) && key);
    }
  }

  /** A shared value: all its transactions, but for those that were undone up to then. Reducers run each time. */
  private fold(key: string, upTo: number, without?: number): JsonValue | undefined {
    let value: JsonValue | undefined;
    for (const record of this.touching(key, upTo)) {
      const { position, changes, request } = record;
      if (position === without || changes.some((change) => change.key === key && change.op === 'restore')) continue;
      const undone = this.compensationOf(position, upTo)?.changes.some(
        (change) => change.key === key && change.op === 'restore',
      );
      if (undone) continue;
      for (const change of changes) if (change.key === key) value = this.apply(value, change, request.type);
    }
    return value;
  }

  private apply(value: JsonValue | undefined, change: Change, type: string): JsonValue | undefined {
    const { op, key, value: argument = null } = change;
    switch (op) {
      case 'set':
        return argument;
      case 'delete':
        return undefined;
      case 'merge':
        return patched(value, argument);
      case 'append':
        if (!Array.isArray(value ?? []) || (value === null && value !== undefined))
          throw new Refusal('VALUE_MISMATCH', key);
        return [...((value as JsonValue[] | undefined) ?? []), ...(argument as JsonValue[])];
      case 'add':
        if (typeof argument === 'number') return sum(value, argument, key);
        if (value !== undefined && !isObject(value)) throw new Refusal('VALUE_MISMATCH', key);
        return summed(value, argument as object, key);
      case 'reduce': {
        const reducer = this.app.requests?.[type]?.reducers?.[change.reducer ?? ''];
        if (!reducer) throw new Refusal('HANDLER_FAILED');
        return reducer(value, change.value);
      }
      default:
        throw new Error(`the model has no ${op}`);
    }
  }

  /** One change to a dedicated key. */
  private own(owned: Owned, change: ModelChange, record: Placed): Owned {
    const { op, key, value = null, pending } = change;
    if (op === 'expire') return {};
    if (op === 'restore') return change.owned ?? {};
    if (op === 'claim') {
      if (owned.owner !== undefined) throw new Refusal('KEY_OWNED', key);
      const until = pending === undefined ? {} : { until: record.time + Math.round(pending * 1000) };
      return { value, owner: record.position, ...until };
    }
    const owner = owned.owner === record.position ? record : this.records[(owned.owner ?? 0) - 1];
    if (!owner || owner.request.id !== change.owner) throw new Refusal('NOT_OWNER', key);
    if (op === 'release') return {};
    if (op === 'replace') return { ...owned, value };
    return { value: owned.value, owner: owned.owner as number };
  }

  /** Throws when one of the changes cannot be applied, each on what the ones before leave. */
  private tryAll(changes: readonly ModelChange[], record: Placed): void {
    const values = new Map<string, JsonValue | undefined>();
    const owners = new Map<string, Owned>();
    const kinds = new Map<string, string>();
    for (const change of changes) {
      const { key, op } = change;
      const state = this.stateAt(key);
      const kind = op === 'restore' ? state?.kind : dedicated.has(op) ? 'dedicated' : 'shared';
      const known = state?.kind ?? kinds.get(key) ?? kind;
      kinds.set(key, known as string);
      if (known !== kind) throw new Refusal('KIND_MISMATCH', key);
      if (kind === 'dedicated') owners.set(key, this.own(owners.get(key) ?? state ?? {}, change, record));
      else if (op !== 'restore')
        values.set(key, this.apply(values.has(key) ? values.get(key) : state?.value, change, record.request.type));
    }
  }

  private logExpiries(keys: ReadonlySet<string>, time: number): void {
    const position = this.head + 1;
    const changes = [...keys].map((key): ModelChange => ({ op: 'expire', key }));
    const request = { id: `txlog.expire/${position}`, type: 'txlog.expire' };
    this.records.push({ position, time, request, outcome: 'committed', changes, engine: [] });
  }
}

type Placed = Pick<ModelRecord, 'position' | 'time' | 'request'>;

interface Owned {
  readonly value?: JsonValue | undefined;
  readonly owner?: number;
  readonly until?: number;
}

/** What one decision looks at: reservations that ran out are free, and are remembered. */
class Looks {
  readonly expired = new Set<string>();
  readonly time: number;
  unmet = false;
  private readonly model: Model;

  constructor(model: Model, time: number) {
    this.model = model;
    this.time = time;
  }

  at(key: string): ModelState | undefined {
    const state = this.model.stateAt(key);
    if (state?.until === undefined || state.until > this.time) return state;
    this.expired.add(key);
    const { owner: _owner, until: _until, ...rest } = state;
    return { ...rest, value: undefined, version: state.version + 1, position: this.model.head + 1 };
  }

  get(key: string): HandlerState | undefined {
    const state = this.at(key);
    if (!state || (state.owner === undefined && state.value === undefined)) return undefined;
    const { kind, version, value = null, owner } = state;
    const named = owner === undefined ? {} : { owner: { id: this.idAt(owner), position: owner } };
    return { key, kind, value, version, ...named };
  }

  meets({ key, exists, version, owner }: Expectation): boolean {
    const state = this.at(key);
    const found = state !== undefined && (state.owner !== undefined || state.value !== undefined);
    const actual = state?.owner === undefined ? undefined : this.idAt(state.owner);
    return (
      (exists ?? found) === found &&
      (version ?? state?.version ?? 0) === (state?.version ?? 0) &&
      (owner === undefined || owner === actual)
    );
  }

  private idAt(position: number): string {
    return this.model.records[position - 1]?.request.id ?? '';
  }
}

function sum(value: JsonValue | undefined, addend: number, key: string): number {
  const current = value ?? 0;
  if (typeof current !== 'number') throw new Refusal('VALUE_MISMATCH', key);
  if (Math.abs(current + addend) > Number.MAX_SAFE_INTEGER) throw new Refusal('NUMBER_INEXACT', key);
  return current + addend;
}

function summed(value: JsonValue | undefined, addends: object, key: string): JsonValue {
  const fields = new Map<string, JsonValue>(Object.entries(value ?? {}));
  for (const [field, part] of Object.entries(addends)) fields.set(field, sum(fields.get(field), part as number, key));
  return Object.fromEntries(fields);
}

function patched(value: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const fields = new Map<string, JsonValue>(isObject(value) ? Object.entries(value) : []);
  for (const [name, part] of Object.entries(patch)) {
    if (part === null) fields.delete(name);
    else fields.set(name, patched(fields.get(name), part));
  }
  return Object.fromEntries(fields);
}

function choiceOf(run: () => readonly Change[] | HandlerRejection | undefined): readonly Change[] {
  let chosen: readonly Change[] | HandlerRejection | undefined;
  try {
    chosen = run();
  } catch {
    throw new Refusal('HANDLER_FAILED');
  }
  if (chosen && 'rejected' in chosen) throw new Refusal(chosen.code, chosen.key);
  return chosen ?? [];
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

/** A rejection as JSON tells it: a position is a text, and what was not read is left out. */
function inWords({ owner, seen = {}, ...rest }: Rejection): object {
  const named = owner ? { owner: { ...owner, position: String(owner.position) } } : {};
  return { ...rest, ...named, ...(Object.keys(seen).length > 0 && { seen }) };
}

const keyOf = ({ key }: Refusal) => (key === undefined ? {} : { key });
const same = (a: ModelRequest, b: ModelRequest) => JSON.stringify(a) === JSON.stringify(b);
