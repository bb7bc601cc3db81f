import { TxlogError } from '../../core/base/errors.ts';
import type { BulkOperation, OperationPlan, SagaCommand } from '../../index.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { readPlan } from './plan-file.ts';

/** The words and flags of the command that a plan in a file belongs to; undefined when it is a plan of none. */
export function planOwner(plan: unknown): string | undefined {
  const { word, operation, items } = (plan ?? {}) as Partial<OperationPlan> & { readonly word?: SagaCommand };
  if (typeof word?.kind === 'string') return `saga ${commandOfWord(word)}`;
  if (typeof operation?.op === 'string') return `session ${commandOfOperation(operation)}`;
  const [first] = Array.isArray(items) ? (items as readonly { readonly keys?: unknown }[]) : [];
  return Array.isArray(first?.keys) ? 'compensate' : undefined;
}

/** Words and flags of the command line that say a command to sagas. */
export function commandOfWord(word: SagaCommand): string {
  if (word.kind === 'force') return `force --outcome ${word.outcome}`;
  return word.kind === 'skip' && word.step !== undefined ? `skip --step ${shellQuote(word.step)}` : word.kind;
}

/** The same of an operation on sessions. */
export function commandOfOperation(operation: BulkOperation): string {
  if (operation.op !== 'ready') return operation.op;
  return operation.only === undefined ? 'retry' : 'unpark';
}

/**
 * Reads the plan in a file, which has to be one of `owner`: what is in it is checked when it is applied.
 *
 * Errors: PLAN_INVALID, naming the command that it is of; those of reading a file.
 */
export function readPlanOf(file: string, owner: string): { readonly plan: unknown; readonly count: number } {
  const read = readPlan(file);
  const own = planOwner(read.plan);
  if (own === undefined || own === owner) return read;
  throw new TxlogError('PLAN_INVALID', `${file} is a plan of \`txlog ${own}\`, not of \`txlog ${owner}\``, {
    next: [applying(own, file, read.plan)],
  });
}

/** The command that carries out a plan in a file. What is said to sagas has a reason. */
export function applying(owner: string, file: string, plan: unknown): string {
  const { reason } = (plan ?? {}) as { readonly reason?: string };
  const why = owner.startsWith('saga ') && reason === undefined ? ' --reason "…"' : '';
  return `txlog ${owner} --apply ${shellQuote(file)}${why}`;
}
