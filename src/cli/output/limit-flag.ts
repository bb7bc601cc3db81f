import { Errors, Flags } from '@oclif/core';

/** Items that a list shows on a terminal unless it is told otherwise. */
export const terminalLimit = 100;

const parse = async (text: string): Promise<number> => {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  const count = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (count >= 1) return count;
  // Its flag is named by whoever reports it.
  throw new Errors.CLIError(`is a whole number from 1 on, or all, not ${JSON.stringify(text)}`);
};

/** The flag that bounds a list. */
export function limitFlag(summary: string) {
  return Flags.custom<number>({ char: 'n', summary, helpValue: 'N', parse })();
}

/** The flags of every command that lists. */
export const listFlags = {
  limit: limitFlag(
    `Print at most N items; all is no limit. The default is ${terminalLimit} on a terminal, and all elsewhere.`,
  ),
};

/** The flag of every list that can go on with what comes. */
export const followFlags = {
  follow: Flags.boolean({ char: 'f', summary: 'Go on with new records until Ctrl-C.', exclusive: ['to', 'until'] }),
};
