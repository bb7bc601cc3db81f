import { Flags } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import { type GroupField, groupFields } from '../../index.ts';

/** Flags of `log count`, besides those of the filter. */
export const countFlags = {
  by: Flags.string({
    summary: `Group by one or more of ${groupFields.join(', ')}, with commas between them.`,
    default: 'type',
    helpValue: 'FIELD,…',
  }),
};

/** The fields that `--by` names. Errors: USAGE. */
export function readFields(by: string): readonly GroupField[] {
  const names = by.split(',').map((name) => name.trim());
  for (const name of names) {
    if ((groupFields as readonly string[]).includes(name)) continue;
    throw new TxlogError('USAGE', `--by has ${JSON.stringify(name)}, which is none of ${groupFields.join(', ')}`, {
      next: ['txlog log count --by type,outcome'],
    });
  }
  if (new Set(names).size < names.length) throw new TxlogError('USAGE', '--by names a field twice');
  return names as readonly GroupField[];
}
