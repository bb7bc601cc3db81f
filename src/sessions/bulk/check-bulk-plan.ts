import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { isJsonObject, type JsonObject } from '../../core/base/json.ts';
import { findNameProblem } from '../../core/base/key.ts';
import { limits } from '../../core/base/limits.ts';
import { toHex } from '../../layout/hex.ts';
import type { Cut } from '../../view/cut.ts';
import type { BulkPlan } from './bulk-plan.ts';

/** The kind of a plan: the noun of its targets, a command that makes such plans, and the environment that it has to be for. */
interface Made {
  readonly noun: string;
  readonly command: string;
  readonly unit: string;
}

/**
 * Checks a plan that was read from a file; `isOwn` tells whether it says what its kind of plan says.
 *
 * Errors: PLAN_INVALID; PLAN_STALE when it was made for another environment.
 */
export function checkBulkPlan<P extends BulkPlan>(
  input: unknown,
  { noun, command, unit }: Made,
  isOwn: (plan: JsonObject) => boolean,
): P {
  refuseVersion(input);
  if (!isJsonObject(input) || !hasHead(input) || !isOwn(input)) {
    throw new TxlogError('PLAN_INVALID', `this is not a plan of \`${command} --plan\` and the like`, {
      next: [`${command} ID --plan -O plan.json`],
    });
  }
  const plan = input as unknown as P;
  for (const [i, item] of plan.items.entries()) checkTarget(item, { noun, at: `items[${i}]` });
  if (plan.unit !== unit) throw new TxlogError('PLAN_STALE', 'the plan was made for another environment');
  return plan;
}

/** Errors: PLAN_INVALID of a plan that a later program made. */
export function refuseVersion(input: unknown): void {
  const { v, items } = (isJsonObject(input) ? input : {}) as { readonly v?: unknown; readonly items?: unknown };
  if (typeof v !== 'number' || v === 1 || !Array.isArray(items)) return;
  throw new TxlogError('PLAN_INVALID', `the plan has version ${v}, and this program reads version 1`, { path: 'v' });
}

const digestDigits = 16;

/** The log as a plan sees it: its last position, and the first digits of the digest there. */
export function logOfPlan(cut: Cut): { readonly head: string; readonly digest?: string } {
  const { position } = cut.head;
  return { head: String(position), ...given({ digest: digestAt(cut, position) }) };
}

/**
 * Refuses a plan that knows another log: a backup was restored since, so that its positions are those of other records, or of none.
 *
 * Errors: PLAN_STALE.
 */
export function refuseOtherLog({ head, digest }: Partial<ReturnType<typeof logOfPlan>>, cut: Cut): void {
  const { position } = cut.head;
  if (head === undefined) return;
  const isAhead = Number(head) > position;
  if (!isAhead && (digest === undefined || digest === digestAt(cut, Number(head)))) return;
  const now = isAhead ? `the log ends at ${position}` : 'the log has another record there now';
  throw new TxlogError('PLAN_STALE', `the plan was made at position ${head}, and ${now}`, {
    hint: 'Nothing was done. The plan was made for another log, perhaps before a backup was restored. Make it again.',
  });
}

function digestAt(cut: Cut, position: number): string | undefined {
  const digest = cut.record(position)?.digest;
  return digest && toHex(digest).slice(0, digestDigits);
}

function hasHead({ v, id, unit, head, digest, items, reason, actor }: JsonObject): boolean {
  if (v !== 1 || typeof unit !== 'string' || !Array.isArray(items)) return false;
  if (findNameProblem(id, limits.idBytesMax) !== undefined || !(head === undefined || isPosition(head))) return false;
  return [reason, actor, digest].every(isTextOrAbsent);
}

/** Fields that a target may have beside its id and position, and how a value of each is known. */
const fields: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...{ before: isTextOrAbsent, after: isTextOrAbsent, theme: isTextOrAbsent, type: isTextOrAbsent },
  ...{ operator: isTextOrAbsent, phase: isTextOrAbsent },
  epoch: (value) => value === undefined || Number.isSafeInteger(value),
  unchanged: (value) => value === undefined || value === true,
  refused: (value) =>
    value === undefined || (isJsonObject(value) && typeof value.code === 'string' && typeof value.reason === 'string'),
};

/** Checks an item of a plan, whose place in it is `at`. Errors: PLAN_INVALID. */
export function checkTarget(item: unknown, { noun, at }: { readonly noun: string; readonly at: string }): void {
  if (!isJsonObject(item)) throw new TxlogError('PLAN_INVALID', `${at} of the plan names no ${noun}`, { path: at });
  const { id, position } = item;
  const isNamed = typeof id === 'string' && id !== '';
  if (!isNamed || !isPosition(position)) {
    const path = `${at}.${isNamed ? 'position' : 'id'}`;
    throw new TxlogError('PLAN_INVALID', `${path} of the plan names no ${noun}`, { path });
  }
  const wrong = Object.entries(fields).find(([field, isRight]) => !isRight(item[field]));
  if (!wrong) return;
  const path = `${at}.${wrong[0]}`;
  throw new TxlogError('PLAN_INVALID', `${path} of the plan was not written by a plan`, { path });
}

function isPosition(value: unknown): boolean {
  return typeof value === 'string' && /^\d{1,15}$/.test(value);
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
