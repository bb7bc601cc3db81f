import { assertNever } from '../base/assert.ts';
import { isJsonObject, isSurelyWithin, type JsonValue, utf8Length } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { type Change, kindOfOp, opBits, type Restored } from './change.ts';
import { applyMergePatch } from './merge-patch.ts';
import { TextChange, TextState } from './raw-json.ts';
import { type Owner, type Rejection, reject } from './rejection.ts';
import { fromSession, type SessionOp } from './session.ts';
import { foldSession } from './session-fold.ts';
import { type State, untouched } from './state.ts';

/** The context of a change: its transaction, and how to name an owner. */
export interface FoldContext {
  readonly position: number;
  readonly time: number;
  /** Id of the transaction at a position; undefined when a record of the log is folded, whose owner was checked once. */
  idAt(position: number): string | undefined;
  /** Runs a reducer anew, where an earlier transaction is left out; otherwise the logged result stands. */
  reduceAgain?(change: Change, value: JsonValue | undefined): JsonValue | undefined;
}

/** The fields of a state that operations change differently. */
interface Content {
  readonly exists: boolean;
  readonly value: JsonValue | undefined;
  readonly owner: number | undefined;
  readonly pendingUntil: number | undefined;
  /** The value as JSON, in place of `value`: no one has looked at it yet. */
  readonly text?: string | undefined;
}

interface Refused {
  readonly ok: false;
  readonly rejection: Rejection;
}

type Applied = { readonly ok: true; readonly content: Content } | Refused;

/** The next state, or why the change cannot be applied. */
export type Folded = { readonly ok: true; readonly state: State } | Refused;

/**
 * Applies one change to one state: the only place that says what a change means. The caller counts
 * `version`, once per transaction and key.
 *
 * Errors: none are thrown; KIND_MISMATCH, KEY_OWNED, NOT_OWNER, VALUE_MISMATCH, NUMBER_INEXACT and
 * VALUE_OVERSIZED are rejections.
 */
export function applyChange(
  before: State | undefined,
  { change, version = before?.version ?? 0 }: { readonly change: Change; readonly version?: number },
  context: FoldContext,
): Folded {
  const kind = kindOfOp(change.op);
  const state = before ?? untouched(change.key, kind === 'either' ? 'shared' : kind);
  if (kind !== 'either' && state.kind !== kind) {
    return refuse('KIND_MISMATCH', `${change.key} is ${state.kind}, and ${change.op} is for ${kind} keys`, {
      key: change.key,
    });
  }
  const folded = applyByKind(state, change, context);
  if (!folded.ok) return folded;
  const { exists, value, owner, pendingUntil, text } = folded.content;
  const { key, kind: ofKey } = state;
  const ops = state.ops | opBits(change);
  if (text !== undefined) {
    const fields = { key, kind: ofKey, version, position: context.position, owner, pendingUntil, ops };
    return { ok: true, state: new TextState(fields, text) };
  }
  // Written out: one object a change, however many steps led to it.
  const next = { key, kind: ofKey, exists, value, version, position: context.position, owner, pendingUntil, ops };
  return { ok: true, state: next };
}

function applyByKind(state: State, change: Change, context: FoldContext): Applied {
  if (state.kind === 'dedicated') return applyDedicated(state, change, context);
  return state.kind === 'shared' ? applyShared(state, change, context) : applyToSession(state, change, context);
}

function applyToSession(state: State, change: Change, context: FoldContext): Applied {
  const folded = foldSession(state, change, context);
  if (!folded.ok) return folded;
  return folded.session === undefined ? gone : holding(fromSession(folded.session));
}

function applyDedicated(state: State, change: Change, context: FoldContext): Applied {
  switch (change.op) {
    case 'claim':
      return claim(state, change, context);
    case 'expire':
      return gone;
    case 'restore':
      return restore(change);
    case 'confirm':
      return asOwner(state, { change, context }, ({ value, owner }) => ({
        exists: true,
        value,
        owner,
        pendingUntil: undefined,
      }));
    case 'replace':
      return asOwner(state, { change, context }, ({ owner, pendingUntil }) => ({
        exists: true,
        ...valueGiven(change),
        owner,
        pendingUntil,
      }));
    case 'release': {
      const refused = ownerMismatch(state, change, context);
      return refused ?? gone;
    }
    case 'set':
    case 'merge':
    case 'add':
    case 'append':
    case 'delete':
    case 'reduce':
      return refuse('KIND_MISMATCH', `${change.op} is for shared keys`, { key: change.key });
    default:
      return assertNever(change.op satisfies SessionOp as never);
  }
}

function claim(state: State, change: Change, context: FoldContext): Applied {
  if (state.exists) {
    const owner = ownerOf(state, context);
    return refuse('KEY_OWNED', `${change.key} is owned by ${owner?.id}`, { key: change.key, owner });
  }
  return done({
    exists: true,
    ...valueGiven(change),
    owner: context.position,
    pendingUntil: change.pending === undefined ? undefined : context.time + Math.round(change.pending * 1000),
  });
}

function asOwner(
  state: State,
  { change, context }: { readonly change: Change; readonly context: FoldContext },
  next: (owned: State) => Content,
): Applied {
  const refused = ownerMismatch(state, change, context);
  return refused ?? done(next(state));
}

function ownerMismatch(state: State, change: Change, context: FoldContext): Applied | undefined {
  if (state.exists && state.owner !== undefined && context.idAt(state.owner) === undefined) return undefined;
  const owner = ownerOf(state, context);
  if (owner && owner.id === change.owner) return undefined;
  const reason = owner
    ? `${change.key} is owned by ${owner.id}, not by ${change.owner}`
    : `${change.key} is owned by no one`;
  return refuse('NOT_OWNER', reason, { key: change.key, owner });
}

/** Finds the owner of a dedicated key, if anyone owns it. */
export function ownerOf(state: State, context: Pick<FoldContext, 'idAt'>): Owner | undefined {
  if (!state.exists || state.owner === undefined) return undefined;
  return { id: context.idAt(state.owner) ?? String(state.owner), position: state.owner };
}

function applyShared(state: State, change: Change, context: FoldContext): Applied {
  switch (change.op) {
    case 'set':
      return done({ exists: true, ...valueGiven(change), owner: undefined, pendingUntil: undefined });
    case 'merge':
      return grown(state, applyMergePatch(state.value, change.value ?? null));
    case 'append':
      return append(state, change);
    case 'add':
      return add(state, change);
    case 'delete':
      return gone;
    case 'reduce': {
      const result = context.reduceAgain ? context.reduceAgain(change, state.value) : change.result;
      return result === undefined ? gone : grown(state, result);
    }
    case 'restore':
      return restore(change);
    case 'claim':
    case 'confirm':
    case 'release':
    case 'replace':
    case 'expire':
      return refuse('KIND_MISMATCH', `${change.op} is for dedicated keys`, { key: change.key });
    default:
      return assertNever(change.op satisfies SessionOp as never);
  }
}

function append(state: State, change: Change): Applied {
  const list = state.value === undefined ? [] : state.value;
  if (!Array.isArray(list) || !Array.isArray(change.value)) {
    return refuse('VALUE_MISMATCH', `${change.key} is not a list, so nothing can be appended to it`, {
      key: change.key,
    });
  }
  return grown(state, [...(list as readonly JsonValue[]), ...(change.value as readonly JsonValue[])]);
}

function add(state: State, change: Change): Applied {
  const current = state.value;
  const addend = change.value;
  if (typeof addend === 'number') {
    const sum = addNumbers(current ?? 0, addend, change.key);
    return typeof sum === 'number' ? holding(sum) : { ok: false, rejection: sum };
  }
  if (!isJsonObject(addend) || !(current === undefined || isJsonObject(current))) {
    return refuse('VALUE_MISMATCH', `${change.key}: add takes two numbers, or two objects of numbers`, {
      key: change.key,
    });
  }
  const next: Record<string, JsonValue> = { ...current };
  for (const [field, part] of Object.entries(addend)) {
    const own = Object.hasOwn(next, field) ? next[field] : undefined;
    const sum = addNumbers(own ?? 0, part, `${change.key} field ${field}`);
    if (typeof sum !== 'number') return { ok: false, rejection: { ...sum, key: change.key } };
    next[field] = sum;
  }
  return grown(state, next);
}

function addNumbers(a: JsonValue, b: JsonValue, name: string): number | Rejection {
  if (typeof a !== 'number' || typeof b !== 'number')
    return reject('VALUE_MISMATCH', `${name} is not a number`, { key: name });
  const sum = a + b;
  if (Math.abs(sum) > limits.numberMax) {
    return reject('NUMBER_INEXACT', `${name} would pass 2^53, where sums are no longer exact`, { key: name });
  }
  return sum === 0 ? 0 : sum;
}

function restore(change: Change): Applied {
  const restored = change.result as unknown as Restored;
  if (!restored.exists) return gone;
  const value = restored.value ?? null;
  return done({ exists: true, value, owner: restored.owner, pendingUntil: restored.pendingUntil });
}

/** The value of a request was measured before; only what grew out of several requests can pass the limit. */
function grown(state: State, value: JsonValue): Applied {
  if (!isSurelyWithin(value, limits.valueBytesMax) && utf8Length(JSON.stringify(value)) > limits.valueBytesMax) {
    return refuse('VALUE_OVERSIZED', `${state.key} would be over ${limits.valueBytesMax} bytes`, { key: state.key });
  }
  return holding(value);
}

/** The value that a change puts, as the text that it came as where it did. */
function valueGiven(change: Change): Pick<Content, 'value' | 'text'> {
  if (change instanceof TextChange) return { value: undefined, text: change.text };
  return { value: change.value ?? null, text: undefined };
}

const gone: Applied = {
  ok: true,
  content: { exists: false, value: undefined, owner: undefined, pendingUntil: undefined },
};

function holding(value: JsonValue): Applied {
  return done({ exists: true, value, owner: undefined, pendingUntil: undefined });
}

function done(content: Content): Applied {
  return { ok: true, content };
}

function refuse(
  code: string,
  reason: string,
  { key, owner }: { readonly key: string; readonly owner?: Owner | undefined },
): Refused {
  return { ok: false, rejection: reject(code, reason, owner ? { key, owner } : { key }) };
}
