import { TxlogError } from '../../core/base/errors.ts';

/** Refuses the dry run of many requests, each of which would be decided on what those before it did. */
export function noRehearsal(): TxlogError {
  return new TxlogError('USAGE', 'a dry run of FILE needs the directory of an environment, and this is a frontend', {
    hint: 'One request by flags has a dry run on a frontend too.',
  });
}
