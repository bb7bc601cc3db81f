import type { Environment } from '../../environment/environment.ts';
import type { BulkOperation, OperationPlan } from '../../index.ts';
import { endLease } from '../../pages/shell-lease.ts';
import { outcomeWord, toBulkJson } from '../../shapes/bulk-result.ts';
import { printable } from '../../text/printable.ts';
import { BulkCommand, type BulkWork } from '../bulk/bulk-command.ts';
import { checkBulkFlags } from '../bulk/bulk-flags.ts';
import { commandOfOperation } from '../bulk/plan-owner.ts';
import type { BulkTold } from '../bulk/told.ts';
import { errorJson, firstLineOf } from '../frame/report-error.ts';
import type { SessionsValues } from './many-flags.ts';
import { selectSessions } from './select-sessions.ts';

/** A command that does one operation on many sessions. */
export abstract class OperationsCommand extends BulkCommand {
  /** Does it, or shows what it would do; one result per session. Errors: as `runBulk`. */
  protected async operateMany(
    operation: BulkOperation,
    names: readonly string[],
    flags: SessionsValues,
  ): Promise<void> {
    const owner = `session ${commandOfOperation(operation)}`;
    checkBulkFlags(
      {
        ...{ command: owner, names: names.length, selects: selectsSessions(flags), needsReason: false },
        inPlan: heldByPlan(flags),
        selecting: '--theme, --status, --where and --stuck',
      },
      flags,
    );
    await this.runBulk(this.workOf(operation, flags, owner), names, flags);
  }

  private workOf(operation: BulkOperation, flags: SessionsValues, owner: string): BulkWork<OperationPlan> {
    const { force = false } = flags;
    const asked = { ...operation, ...(force && { force }) };
    return {
      owner,
      noun: 'session',
      does: commandOfOperation(operation),
      select: async (env) => {
        const { targets, none } = await selectSessions(env, flags, await this.searching());
        if (targets.length === 0 && none !== undefined) this.talk(none);
        return targets;
      },
      plan: (env, targets, options) => env.sessions.plan(asked, targets, options),
      apply: (env, plan, options) => env.sessions.applyPlan(plan, options),
      done: endLeaseOf,
      list: {
        json: (told) => toBulkJson(resultOf(told, operation), errorJson),
        people: (page) => page.map((told) => lineOf(told, operation)).join('\n'),
        columns: ['session', 'outcome', 'was', 'error.code'],
        empty: flags.where === undefined ? 'No session.' : undefined,
      },
    };
  }
}

/** Flags that were given and that belong to the making of a plan. */
function heldByPlan({ force, error }: SessionsValues): readonly string[] {
  return [...(force ? ['--force'] : []), ...(error === undefined ? [] : ['--error'])];
}

/** Whether the flags select sessions. */
export function selectsSessions({ theme, order, status, where, stuck }: SessionsValues): boolean {
  return [theme, order, status, where].some((value) => value !== undefined) || stuck;
}

/** The turn of a shell is over once the session is taken from it: its lease is as well. */
function endLeaseOf(env: Environment, told: BulkTold): void {
  const { operator } = (told.target ?? {}) as { readonly operator?: string };
  if ('result' in told && operator !== undefined && told.result.now?.status !== 'active') endLease(env, operator);
}

function resultOf(told: BulkTold, { op }: BulkOperation) {
  const was = told.target?.before ?? '';
  const { id } = told;
  if ('error' in told) return { id, error: told.error };
  if ('unchanged' in told) return { id, was, outcome: 'unchanged' as const };
  if ('planned' in told) return { id, was, outcome: `would be ${outcomeWord(op)}` as const };
  const done = 'done' in told ? { position: told.done, duplicate: true } : { position: told.result.position };
  return { id, was, outcome: outcomeWord(op), ...done };
}

function lineOf(told: BulkTold, operation: BulkOperation): string {
  const result = resultOf(told, operation);
  if ('error' in result) return firstLineOf(result.error);
  const { outcome, was } = result;
  const earlier =
    'done' in told ? ` at position ${told.done} (done already)` : was === '' ? '' : ` (was ${printable(was)})`;
  return `${outcome} ${printable(result.id)}${earlier}`;
}
