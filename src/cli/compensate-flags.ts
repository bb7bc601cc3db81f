import { Flags } from '@oclif/core';
import { TxlogError } from '../core/errors.ts';
import { type FilterValues, filterFlags, filterText } from './filter-flags.ts';

// Only what was committed can be undone.
const { status: _, ...selecting } = filterFlags;

/** Flags of `compensate`. */
export const compensateFlags = {
  ...selecting,
  reason: Flags.string({ summary: 'Why, for the record.', helpValue: 'TEXT' }),
  actor: Flags.string({ summary: 'Who does it.', helpValue: 'NAME' }),
  app: Flags.string({ summary: "App module, whose types' own `compensate` is used.", helpValue: 'MODULE' }),
  plan: Flags.boolean({ summary: 'Show what it would do, and write nothing.' }),
  output: Flags.string({ char: 'O', summary: 'Write the plan to this file.', helpValue: 'FILE', dependsOn: ['plan'] }),
  apply: Flags.string({ summary: 'Carry out a plan.', helpValue: 'FILE', exclusive: ['plan'] }),
  yes: Flags.boolean({ char: 'y', summary: 'Do not ask.', dependsOn: ['apply'] }),
  'dry-run': Flags.boolean({ summary: 'Decide, write nothing.', exclusive: ['plan'] }),
};

/** What the flags above were given. */
export interface CompensateValues extends FilterValues {
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
  readonly plan: boolean;
  readonly output?: string | undefined;
  readonly apply?: string | undefined;
  readonly yes: boolean;
  readonly 'dry-run': boolean;
}

/**
 * Refuses what does not go together. What a filter selects is only ever undone by way of a plan file.
 *
 * Errors: USAGE.
 */
export function checkWays(names: readonly string[], flags: CompensateValues): void {
  const filter = filterText(flags);
  const given = [names.length > 0, filter !== '', flags.apply !== undefined].filter(Boolean).length;
  const next = ['txlog compensate --help'];
  if (given === 0) throw new TxlogError('USAGE', 'name a transaction, or select some with --plan', { next });
  if (given > 1) throw new TxlogError('USAGE', 'names, a filter and --apply exclude each other', { next });
  if (filter === '' || (flags.plan && flags.output !== undefined)) return;
  throw new TxlogError('USAGE', 'what a filter selects is compensated by way of a plan file', {
    next: [`txlog compensate ${filter} --plan -O plan.json`, 'txlog compensate --apply plan.json'],
  });
}
