import { TxlogError } from '../../core/base/errors.ts';
import { isJsonObject, type JsonObject } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
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
  if (!isJsonObject(input) || !hasHead(input) || !isOwn(input)) {
    throw new TxlogError('PLAN_INVALID', `this is not a plan of \`${command} --plan\` and the like`, {
      next: [`${command} ID --plan -O plan.json`],
    });
  }
  const plan = input as unknown as P;
  const wrong = plan.items.findIndex((item: unknown) => !isTarget(item));
  if (wrong >= 0) {
    const path = `items[${wrong}]`;
    throw new TxlogError('PLAN_INVALID', `${path} of the plan names no ${noun}`, { path });
  }
  if (plan.unit !== unit) throw new TxlogError('PLAN_STALE', 'the plan was made for another environment');
  return plan;
}

function hasHead({ v, id, unit, items, reason, actor }: JsonObject): boolean {
  if (v !== 1 || typeof unit !== 'string' || !Array.isArray(items)) return false;
  const isName = typeof id === 'string' && id !== '' && id.length <= limits.idBytesMax;
  return isName && [reason, actor].every((text) => text === undefined || typeof text === 'string');
}

function isTarget(item: unknown): boolean {
  if (!isJsonObject(item)) return false;
  const { id, position } = item;
  return typeof id === 'string' && typeof position === 'string' && /^\d{1,15}$/.test(position);
}
