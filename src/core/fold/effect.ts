import { isJsonObject, isSurelyWithin, type JsonObject, type JsonValue, utf8Length } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import type { Change } from './change.ts';

/**
 * What a run of changes does to the value of a shared key, whatever that value is: the same as to fold them one after
 * another, in one step. `lead` is what they do to the value that is there; with `fixed` the rest of them makes of it
 * always the same.
 *
 * Shape: `bytes` is an upper bound of what the run adds to the JSON of the value at any moment of it; `weight` is about
 * what the effect takes of the memory. A field that was deleted and put again is `moved`: it stands last.
 * Source: docs/decisions/0025-undoing-many.md.
 */
export interface Effect {
  readonly lead?: Lead | undefined;
  readonly fixed?: { readonly value: JsonValue | undefined } | undefined;
  readonly bytes: number;
  readonly weight: number;
  readonly moved?: boolean;
}

type Lead = (Sum | Fields | Items) & { readonly weight: number };

/** Numbers that are added. Whole ones that stay within 2^53 are one number; others are added in their order. */
interface Sum {
  readonly kind: 'sum';
  readonly total: number;
  /** The least and the greatest sum on the way. */
  readonly low: number;
  readonly high: number;
  readonly isWhole: boolean;
  readonly addends: readonly number[] | undefined;
}

/** The effect on the fields of an object. A merge patch makes an object of anything; an addend does not. */
interface Fields {
  readonly kind: 'fields';
  readonly makesObject: boolean;
  readonly fields: ReadonlyMap<string, Effect>;
}

/** Items that are appended. */
interface Items {
  readonly kind: 'items';
  readonly items: readonly JsonValue[];
}

/** The effect cannot tell what its changes do to this value: fold them one by one. */
export const unfit = Symbol('unfit');

const numberBytes = 25;
const entryBytes = 64;
/** Sums that are whole keep so many addends beside their total; others are added one by one, and so many in one step. */
const addendsKept = { whole: 64, others: 1_024 };

/** The effect of one change; undefined when only a fold can tell: reducers, and what is refused whatever comes before. */
export function effectOf({ op, value }: Change): Effect | undefined {
  switch (op) {
    case 'set':
      return fixing(value ?? null);
    case 'delete':
      return fixing(undefined);
    case 'merge':
      return patching(value ?? null);
    case 'add':
      return adding(value);
    case 'append':
      return Array.isArray(value) ? led({ kind: 'items', items: value as JsonValue[] }, jsonBytes(value)) : undefined;
    default:
      return undefined;
  }
}

/** The effect of changes one after another; undefined when that is no effect of this kind. */
export function effectOfAll(changes: readonly Change[]): Effect | undefined {
  const sums = sumAll(changes);
  if (sums) return sums;
  let all: Effect | undefined;
  for (const change of changes) {
    const next = effectOf(change);
    all = all && next ? compose(all, next) : next;
    if (!all) return undefined;
  }
  return all;
}

/** A sum that is being made. */
interface Adding {
  total: number;
  low: number;
  high: number;
  isWhole: boolean;
  readonly addends: number[];
}

/** Composes additions alone, which most long histories consist of: without an effect for each of them. */
function sumAll(changes: readonly Change[]): Effect | undefined {
  const sums = new Map<string, Adding>();
  const isNumber = typeof changes[0]?.value === 'number';
  for (const { op, value } of changes) {
    if (op !== 'add' || value === undefined) return undefined;
    if (isNumber) {
      if (typeof value !== 'number') return undefined;
      addTo(sums, '', value);
      continue;
    }
    if (!isJsonObject(value)) return undefined;
    for (const [name, part] of Object.entries(value)) {
      if (typeof part !== 'number') return undefined;
      addTo(sums, name, part);
    }
  }
  const effects = [...sums].map(([name, sum]) => [name, endSum(sum)] as const);
  return isNumber ? effects[0]?.[1] : changes.length > 0 ? ofFields(new Map(effects), false) : undefined;
}

function addTo(sums: Map<string, Adding>, name: string, addend: number): void {
  let sum = sums.get(name);
  if (!sum) {
    sum = { total: 0, low: 0, high: 0, isWhole: true, addends: [] };
    sums.set(name, sum);
  }
  sum.total += addend;
  sum.low = Math.min(sum.low, sum.total);
  sum.high = Math.max(sum.high, sum.total);
  sum.isWhole &&= Number.isSafeInteger(addend) && Number.isSafeInteger(sum.total);
  sum.addends.push(addend);
}

function endSum({ addends, isWhole, ...sum }: Adding): Effect {
  const fits = addends.length <= (isWhole ? addendsKept.whole : addendsKept.others);
  return led({ kind: 'sum', ...sum, isWhole, addends: fits ? addends : undefined }, numberBytes);
}

/** First `a`, then `b`; undefined when that is no effect of this kind. */
export function compose(a: Effect, b: Effect): Effect | undefined {
  if (a.fixed) {
    const value = runEffect(b, a.fixed.value);
    if (typeof value === 'symbol') return undefined;
    const fixed = fixing(value);
    const { lead } = a;
    return { ...fixed, lead, bytes: Math.max(a.bytes, fixed.bytes), weight: (lead?.weight ?? 0) + fixed.weight };
  }
  if (!a.lead) return b;
  const { fixed } = b;
  const joined = b.lead ? join(a, b) : a;
  if (!joined || !fixed) return joined;
  const weight = joined.weight + b.weight - (b.lead?.weight ?? 0);
  return { ...joined, fixed, bytes: Math.max(joined.bytes, b.bytes), weight };
}

/** The value after the changes; `unfit` when they have to be folded one by one to know. */
export function runEffect(
  { lead, fixed, bytes }: Effect,
  value: JsonValue | undefined,
): JsonValue | undefined | symbol {
  // Only numbers cannot outgrow their limit.
  if (lead && lead.kind !== 'sum' && !hasRoomFor(value, bytes)) return unfit;
  return run(lead, fixed, value);
}

function run(lead: Lead | undefined, fixed: Effect['fixed'], value: JsonValue | undefined) {
  const led = lead ? runLead(lead, value) : value;
  return led !== unfit && fixed ? fixed.value : led;
}

function runLead(lead: Lead, value: JsonValue | undefined): JsonValue | undefined | symbol {
  if (lead.kind === 'sum') return runSum(lead, value ?? 0);
  if (lead.kind === 'fields') return runFields(lead, value);
  const list = value === undefined ? [] : value;
  return Array.isArray(list) ? [...(list as readonly JsonValue[]), ...lead.items] : unfit;
}

function runSum({ total, low, high, isWhole, addends }: Sum, value: JsonValue): number | symbol {
  if (typeof value !== 'number') return unfit;
  const max = limits.numberMax;
  if (isWhole && Number.isSafeInteger(value) && value + low >= -max && value + high <= max) return value + total || 0;
  if (!addends) return unfit;
  let sum = value;
  for (let i = 0; i < addends.length; i++) {
    sum += addends[i] as number;
    if (sum > max || sum < -max) return unfit;
  }
  return sum || 0;
}

function runFields({ makesObject, fields }: Fields, value: JsonValue | undefined): JsonValue | symbol {
  if (value !== undefined && !isJsonObject(value) && !makesObject) return unfit;
  const next: Record<string, JsonValue> = isJsonObject(value) ? { ...value } : {};
  for (const [name, { lead, fixed, moved }] of fields) {
    const after = run(lead, fixed, Object.hasOwn(next, name) ? next[name] : undefined);
    if (typeof after === 'symbol') return unfit;
    if (after === undefined || moved) delete next[name];
    if (after !== undefined) next[name] = after;
  }
  return next;
}

function join(a: Effect, b: Effect): Effect | undefined {
  const [first, then] = [a.lead, b.lead];
  if (first?.kind === 'sum' && then?.kind === 'sum') return joinSums(first, then);
  if (first?.kind === 'fields' && then?.kind === 'fields') return joinFields(first, then);
  if (first?.kind !== 'items' || then?.kind !== 'items') return undefined;
  return led({ kind: 'items', items: [...first.items, ...then.items] }, a.bytes + b.bytes);
}

function joinSums(a: Sum, b: Sum): Effect | undefined {
  const total = a.total + b.total;
  const low = Math.min(a.low, a.total + b.low);
  const high = Math.max(a.high, a.total + b.high);
  const isWhole = a.isWhole && b.isWhole && Number.isSafeInteger(low) && Number.isSafeInteger(high);
  const kept = isWhole ? addendsKept.whole : addendsKept.others;
  const fits = a.addends && b.addends && a.addends.length + b.addends.length <= kept;
  const addends = fits ? [...(a.addends ?? []), ...(b.addends ?? [])] : undefined;
  return isWhole || addends ? led({ kind: 'sum', total, low, high, isWhole, addends }, numberBytes) : undefined;
}

function joinFields(a: Fields, b: Fields): Effect | undefined {
  const fields = new Map(a.fields);
  for (const [name, then] of b.fields) {
    const first = fields.get(name);
    const both = first ? compose(first, then) : then;
    if (!both) return undefined;
    // One that is put again after it was deleted stands behind the others.
    const isPutAgain = first?.fixed !== undefined && first.fixed.value === undefined && both.fixed?.value !== undefined;
    if (isPutAgain || then.moved) fields.delete(name);
    const moved = isPutAgain || then.moved === true || first?.moved === true;
    fields.set(name, moved ? { ...both, moved } : both);
  }
  return ofFields(fields, a.makesObject);
}

function fixing(value: JsonValue | undefined): Effect {
  const bytes = value === undefined ? 0 : jsonBytes(value);
  return { fixed: { value }, bytes, weight: entryBytes + bytes };
}

function patching(patch: JsonValue): Effect {
  if (!isJsonObject(patch)) return fixing(patch);
  const fields = Object.entries(patch).map(([name, value]) => [
    name,
    value === null ? fixing(undefined) : patching(value),
  ]);
  return ofFields(new Map(fields as [string, Effect][]), true);
}

function adding(addend: JsonValue | undefined): Effect | undefined {
  if (typeof addend === 'number') return sumOf(addend);
  if (!isJsonObject(addend)) return undefined;
  const fields = new Map<string, Effect>();
  for (const [name, part] of Object.entries(addend as JsonObject)) {
    if (typeof part !== 'number') return undefined;
    fields.set(name, sumOf(part));
  }
  return ofFields(fields, false);
}

function sumOf(addend: number): Effect {
  const [low, high] = [Math.min(0, addend), Math.max(0, addend)];
  const isWhole = Number.isSafeInteger(addend);
  return led({ kind: 'sum', total: addend, low, high, isWhole, addends: [addend] }, numberBytes);
}

function ofFields(fields: ReadonlyMap<string, Effect>, makesObject: boolean): Effect {
  let bytes = 2;
  let weight = entryBytes;
  for (const [name, effect] of fields) {
    bytes += name.length * 6 + 4 + effect.bytes;
    weight += name.length + entryBytes + effect.weight;
  }
  return { lead: { kind: 'fields', makesObject, fields, weight }, bytes, weight };
}

function led(lead: Sum | Items, bytes: number): Effect {
  const weight = entryBytes + (lead.kind === 'sum' ? (lead.addends?.length ?? 0) * 8 : bytes);
  return { lead: Object.assign(lead, { weight }), bytes, weight };
}

function hasRoomFor(value: JsonValue | undefined, bytes: number): boolean {
  const room = limits.valueBytesMax - bytes;
  return value === undefined ? room >= 0 : isSurelyWithin(value, room) || jsonBytes(value) <= room;
}

function jsonBytes(value: JsonValue): number {
  return typeof value === 'number' ? numberBytes : utf8Length(JSON.stringify(value));
}
