import { Flags } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import type { TransactionName } from '../../index.ts';
import { appFlag } from '../frame/environment-flag.ts';
import { type FilterValues, filterFlags, filterText } from '../frame/filter-flags.ts';
import { dryRunFlag } from '../frame/global-flags.ts';

// Only what was committed can be undone.
const { status: _, ...selecting } = filterFlags;

/** Flags of `compensate`. */
export const compensateFlags = {
  ...selecting,
  id: Flags.string({
    summary: 'Select the transaction with this id, even if the id is a number. Can be repeated.',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ID',
  }),
  reason: Flags.string({ summary: 'Record this reason.', helpValue: 'TEXT' }),
  actor: Flags.string({ summary: 'Record this name as the one who did it.', helpValue: 'NAME' }),
  ...appFlag,
  plan: Flags.boolean({ summary: 'Show the plan, and write nothing.' }),
  out: Flags.string({ char: 'O', summary: 'Write the plan to this file, and do nothing else.', helpValue: 'FILE' }),
  apply: Flags.string({
    summary: 'Carry out the plan in this file. The same command again goes on where it stopped.',
    helpValue: 'FILE',
  }),
  ...dryRunFlag,
};

/** A transaction is picked from a list where no filter and no plan stands for it. */
export const compensatePicks = { argument: 'name', unless: ['id', 'apply', ...Object.keys(selecting)] };

/** The values of the flags above. */
export interface CompensateValues extends FilterValues {
  readonly id?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
  readonly plan: boolean;
  readonly out?: string | undefined;
  readonly apply?: string | undefined;
  readonly 'dry-run': boolean;
}

/**
 * Refuses what does not go together. What a filter selects is only ever undone by way of a plan file.
 *
 * Errors: USAGE.
 */
export function checkCompensateFlags(names: readonly TransactionName[], flags: CompensateValues): void {
  const filter = filterText(flags);
  const given = [names.length > 0, filter !== '', flags.apply !== undefined].filter(Boolean).length;
  const shows = flags.plan || flags.out !== undefined;
  const wrong = [
    given === 0 && 'name a transaction, or select some with --plan',
    given > 1 && 'names, a filter and --apply exclude each other',
    shows && flags.apply !== undefined && '--plan and --apply exclude each other',
    shows && flags['dry-run'] && '--plan and --dry-run exclude each other',
  ].find((problem) => typeof problem === 'string');
  if (wrong !== undefined) throw new TxlogError('USAGE', wrong, { next: ['txlog compensate --help'] });
  if (filter === '' || shows) return;
  throw new TxlogError('USAGE', 'what a filter selects is compensated by way of a plan file', {
    next: [`txlog compensate ${filter} --plan -O plan.json`, 'txlog compensate --apply plan.json'],
  });
}
