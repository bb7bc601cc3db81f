import { Args, Flags } from '@oclif/core';
import { given } from '../../core/base/given.ts';
import type { OperationOptions } from '../../index.ts';
import { dryRunFlag } from '../frame/global-flags.ts';
import { wholeNumber } from '../frame/whole-number.ts';

/** The session that a command is about. */
export const sessionArgs = {
  id: Args.string({ description: 'The id of the session.', required: true, ignoreStdin: true }),
};

/** Data of an operation. */
export const dataFlags = {
  data: Flags.string({
    summary: 'The data: JSON, @FILE, or - for stdin.',
    helpValue: 'JSON|@FILE|-',
    exclusive: ['bytes'],
  }),
  bytes: Flags.string({ summary: 'Read binary data from this file; - is stdin.', helpValue: 'FILE|-' }),
};

/** In whose name an operation is done: by who leads the session, or by someone who takes it away. */
export const authorityFlags = {
  epoch: wholeNumber({
    summary: 'The epoch of your lead. An operator whose lead is over is refused.',
    min: 1,
    helpValue: 'N',
    exclusive: ['force'],
  }),
  force: Flags.boolean({
    summary: 'Do it even while an operator leads the session. From then on its operations are refused.',
  }),
  reason: Flags.string({ summary: 'Record this reason.', helpValue: 'TEXT' }),
  actor: Flags.string({ summary: 'Record this name as the one who did it.', helpValue: 'NAME' }),
  ...dryRunFlag,
};

/** The values of the flags above. */
export interface AuthorityValues {
  readonly epoch?: number | undefined;
  readonly force?: boolean;
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
}

/** The flags as the engine takes them. */
export function toAuthority({ epoch, force, reason, actor }: AuthorityValues): OperationOptions {
  return {
    ...given({ epoch }),
    ...(force && { force }),
    ...given({ reason, actor }),
  };
}

/** Makes lists of sessions shorter. */
export const sessionFilterFlags = {
  theme: Flags.string({ char: 't', summary: 'Select only sessions of this theme.', helpValue: 'THEME' }),
  order: Flags.string({ summary: 'Select only sessions with this order key.', helpValue: 'KEY' }),
};
