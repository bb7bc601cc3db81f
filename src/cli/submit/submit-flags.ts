import { Flags } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import type { EnqueueOptions } from '../../index.ts';
import { durationValue, parseDuration } from '../../text/duration.ts';
import { appFlag, tokenFlag } from '../frame/environment-flag.ts';
import { dryRunFlag } from '../frame/global-flags.ts';
import { noRehearsal } from '../reach/no-rehearsal.ts';
import { refuseInlineRequest } from './first-mistakes.ts';
import { changeForms } from './short-forms.ts';

/** Flags that tell one request. */
const requestFlags = {
  type: Flags.string({ summary: 'Give the request this type.', helpValue: 'TYPE', helpGroup: 'ONE REQUEST' }),
  id: Flags.string({
    summary: 'The id of the request. The same id always gives the same receipt. Without it an id is made.',
    helpValue: 'ID',
    helpGroup: 'ONE REQUEST',
  }),
  actor: Flags.string({
    summary: 'Record this name as the one who asks.',
    helpValue: 'NAME',
    helpGroup: 'ONE REQUEST',
  }),
  correlation: Flags.string({
    summary: 'What this belongs to: the id of a request or session, or any name of yours.',
    helpValue: 'ID',
    helpGroup: 'ONE REQUEST',
  }),
  causation: Flags.string({
    summary: 'The id of the request or session that caused this.',
    helpValue: 'ID',
    helpGroup: 'ONE REQUEST',
  }),
  data: Flags.string({
    summary: 'The payload of the request: JSON, or @FILE.',
    helpValue: 'JSON|@FILE',
    helpGroup: 'ONE REQUEST',
  }),
  change: Flags.string({
    summary: 'Make this change: OP KEY VALUE, or a JSON object. Can be repeated.',
    description: `${changeForms}.`,
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'CHANGE',
    helpGroup: 'ONE REQUEST',
  }),
  expect: Flags.string({
    summary: 'Require this: KEY exists|absent|version=N|owner=ID, or a JSON object. Can be repeated.',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'CONDITION',
    helpGroup: 'ONE REQUEST',
  }),
  attachment: Flags.string({
    summary: 'Require this attachment, by the digest that `attachment put` prints. Can be repeated.',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'DIGEST',
    helpGroup: 'ONE REQUEST',
  }),
};

/** Flags that tell how the lines of a file are submitted. */
const fileFlags = {
  atomic: Flags.boolean({
    summary: 'Commit all lines or none: at most 10,000 requests, 64 MiB in all.',
    exclusive: ['keep-going', 'dry-run'],
    helpGroup: 'FILE',
  }),
  'keep-going': Flags.boolean({
    summary: 'Go on after a bad line, and print an error in place of its receipt.',
    helpGroup: 'FILE',
  }),
  map: Flags.string({
    summary: 'Use the default export of this module to turn each line into requests.',
    helpValue: 'MODULE',
    helpGroup: 'FILE',
  }),
  receipts: Flags.option({
    summary: 'Print only these receipts. The default is all.',
    options: ['all', 'rejected', 'none'] as const,
    helpGroup: 'FILE',
  })(),
};

/** Flags that leave the deciding to a worker. */
const queueFlags = {
  async: Flags.boolean({
    summary: 'Queue the request durably; a worker decides it later, exactly once.',
    exclusive: ['atomic', 'dry-run'],
    helpGroup: 'QUEUE',
  }),
  respond: Flags.string({
    summary: 'Put the receipt as a session into the queue of this theme.',
    dependsOn: ['async'],
    helpValue: 'THEME',
    helpGroup: 'QUEUE',
  }),
  order: Flags.string({
    summary: 'Decide the requests of one type and order key one after another.',
    dependsOn: ['async'],
    helpValue: 'KEY',
    helpGroup: 'QUEUE',
  }),
  delay: Flags.string({
    summary: 'Make it ready only after this time.',
    dependsOn: ['async'],
    helpValue: durationValue,
    helpGroup: 'QUEUE',
  }),
  wait: Flags.string({
    summary: 'Wait up to this time for the receipt of the request, and print it.',
    dependsOn: ['async'],
    helpValue: durationValue,
    helpGroup: 'QUEUE',
  }),
};

/** The values of the flags above. */
interface QueueValues {
  readonly async: boolean;
  readonly respond?: string | undefined;
  readonly order?: string | undefined;
  readonly delay?: string | undefined;
}

/** How the flags want requests to be queued; undefined when they are to be decided now. Errors: USAGE. */
export function toQueue({ async, respond, order, delay }: QueueValues): EnqueueOptions | undefined {
  if (!async) return undefined;
  return {
    ...given({ respond, order, delay: ifGiven(delay, (delay) => parseDuration('--delay', delay) / 1_000) }),
  };
}

/** All flags of `submit`. */
export const submitFlags = {
  ...requestFlags,
  ...fileFlags,
  ...queueFlags,
  ...appFlag,
  ...tokenFlag,
  ...dryRunFlag,
};

/**
 * Refuses flags of the one form in the other, and a request in place of a file.
 *
 * Errors: USAGE.
 */
export function checkForm(file: string | undefined, flags: Readonly<Record<string, unknown>>, isRemote: boolean): void {
  refuseInlineRequest(file);
  if (isRemote && file !== undefined && flags['dry-run']) throw noRehearsal();
  const foreign = file === undefined ? Object.keys(fileFlags) : [...Object.keys(requestFlags), 'wait'];
  const wrong = foreign.find((name) => flags[name] !== undefined && flags[name] !== false);
  if (wrong === undefined) return;
  const message = file === undefined ? `--${wrong} needs a FILE` : `FILE and --${wrong} exclude each other`;
  throw new TxlogError('USAGE', message, { next: ['txlog submit --help'] });
}
