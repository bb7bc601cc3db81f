import { Flags } from '@oclif/core';
import { TxlogError } from '../../core/errors.ts';

/** Flags that tell one request. */
const requestFlags = {
  type: Flags.string({ summary: 'Type of the request.', helpValue: 'TYPE', helpGroup: 'ONE REQUEST' }),
  id: Flags.string({
    summary: 'Its id, for ever: the same id gives the same receipt. Made when absent.',
    helpValue: 'ID',
    helpGroup: 'ONE REQUEST',
  }),
  actor: Flags.string({ summary: 'Who asks.', helpValue: 'NAME', helpGroup: 'ONE REQUEST' }),
  data: Flags.string({
    summary: 'Its payload, as JSON or in a file.',
    helpValue: 'JSON|@FILE',
    helpGroup: 'ONE REQUEST',
  }),
  change: Flags.string({
    summary: 'A change: OP KEY VALUE, or a JSON object. May be given again.',
    description:
      'claim KEY VALUE, release KEY OWNER, replace KEY OWNER VALUE, confirm KEY OWNER, set|merge|add|append KEY VALUE, delete KEY, reduce KEY REDUCER VALUE.',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'CHANGE',
    helpGroup: 'ONE REQUEST',
  }),
  expect: Flags.string({
    summary: 'A condition: KEY exists|absent|version=N|owner=ID, or a JSON object. May be given again.',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'CONDITION',
    helpGroup: 'ONE REQUEST',
  }),
};

/** Flags that tell how the lines of a file are submitted. */
const fileFlags = {
  atomic: Flags.boolean({
    summary: 'All lines, or none of them.',
    exclusive: ['keep-going', 'dry-run'],
    helpGroup: 'FILE',
  }),
  'keep-going': Flags.boolean({
    summary: 'Go on after a bad line; it gets an error in place of its receipt.',
    helpGroup: 'FILE',
  }),
  map: Flags.string({
    summary: 'Module whose default export turns a foreign line into requests.',
    helpValue: 'MODULE',
    helpGroup: 'FILE',
  }),
  receipts: Flags.option({
    summary: 'Which receipts to print (default all).',
    options: ['all', 'rejected', 'none'] as const,
    helpGroup: 'FILE',
  })(),
};

/** All flags of `submit`. */
export const submitFlags = {
  ...requestFlags,
  ...fileFlags,
  app: Flags.string({
    summary:
      'Module with the handlers of request types (default: that of init --app, or txlog.app.* beside the environment).',
    env: 'TXLOG_APP',
    helpValue: 'MODULE',
  }),
  'dry-run': Flags.boolean({ summary: 'Decide, and write nothing.' }),
};

/**
 * Refuses flags of the one form in the other.
 *
 * Errors: USAGE.
 */
export function checkForm(file: string | undefined, flags: Readonly<Record<string, unknown>>): void {
  const foreign = Object.keys(file === undefined ? fileFlags : requestFlags);
  const wrong = foreign.find((name) => flags[name] !== undefined && flags[name] !== false);
  if (wrong === undefined) return;
  const message = file === undefined ? `--${wrong} needs a FILE` : `FILE and --${wrong} exclude each other`;
  throw new TxlogError('USAGE', message, { next: ['txlog submit --help'] });
}
