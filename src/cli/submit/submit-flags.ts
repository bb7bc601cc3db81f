import { Flags } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import type { EnqueueOptions } from '../../index.ts';
import { durationValue, parseDuration } from '../../text/duration.ts';
import { appFlag } from '../frame/environment-flag.ts';
import { dryRunFlag } from '../frame/global-flags.ts';
import { refuseInlineRequest } from './first-mistakes.ts';
import { changeForms } from './short-forms.ts';

/** Flags that tell one request. */
const requestFlags = {
  type: Flags.string({ summary: 'Type of the request.', helpValue: 'TYPE', helpGroup: 'ONE REQUEST' }),
  id: Flags.string({
    summary: 'Its id, for ever: the same id gives the same receipt. Made when absent.',
    helpValue: 'ID',
    helpGroup: 'ONE REQUEST',
  }),
  actor: Flags.string({ summary: 'Who asks.', helpValue: 'NAME', helpGroup: 'ONE REQUEST' }),
  correlation: Flags.string({
    summary: 'What it belongs to: an id of a request or session, or a name of your own.',
    helpValue: 'ID',
    helpGroup: 'ONE REQUEST',
  }),
  causation: Flags.string({
    summary: 'Id of the request or session that brought it about.',
    helpValue: 'ID',
    helpGroup: 'ONE REQUEST',
  }),
  data: Flags.string({
    summary: 'Its payload, as JSON or in a file.',
    helpValue: 'JSON|@FILE',
    helpGroup: 'ONE REQUEST',
  }),
  change: Flags.string({
    summary: 'A change: OP KEY VALUE, or a JSON object. May be given again.',
    description: `${changeForms}.`,
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
    summary: 'All lines, or none of them: at most 10,000 requests of 64 MiB.',
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

/** Flags that leave the deciding to a worker. */
const queueFlags = {
  async: Flags.boolean({
    summary: 'Put it into the durable queue of its type: `txlog work` decides it, once.',
    exclusive: ['atomic', 'dry-run'],
    helpGroup: 'QUEUE',
  }),
  respond: Flags.string({
    summary: 'Theme that gets the receipt as a session.',
    dependsOn: ['async'],
    helpValue: 'THEME',
    helpGroup: 'QUEUE',
  }),
  order: Flags.string({
    summary: 'Those of one type and key are decided one after another.',
    dependsOn: ['async'],
    helpValue: 'KEY',
    helpGroup: 'QUEUE',
  }),
  delay: Flags.string({
    summary: 'Not before so long.',
    dependsOn: ['async'],
    helpValue: durationValue,
    helpGroup: 'QUEUE',
  }),
  wait: Flags.string({
    summary: 'Wait so long for the receipt of one request, and print that.',
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
  ...dryRunFlag,
};

/**
 * Refuses flags of the one form in the other, and a request in place of a file.
 *
 * Errors: USAGE.
 */
export function checkForm(file: string | undefined, flags: Readonly<Record<string, unknown>>): void {
  refuseInlineRequest(file);
  const foreign = file === undefined ? Object.keys(fileFlags) : [...Object.keys(requestFlags), 'wait'];
  const wrong = foreign.find((name) => flags[name] !== undefined && flags[name] !== false);
  if (wrong === undefined) return;
  const message = file === undefined ? `--${wrong} needs a FILE` : `FILE and --${wrong} exclude each other`;
  throw new TxlogError('USAGE', message, { next: ['txlog submit --help'] });
}
