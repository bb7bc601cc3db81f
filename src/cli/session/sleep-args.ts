import { TxlogError } from '../../index.ts';
import type { SessionsValues } from './many-flags.ts';
import { selectsSessions } from './operations-command.ts';

/** The words of `session store`: ID TIME; TIME alone behind a filter; none with a plan. Errors: USAGE. */
export function readSleepArgs(
  { id, time }: { readonly id: string | undefined; readonly time: string | undefined },
  flags: SessionsValues,
): { readonly names: readonly string[]; readonly time: string | undefined } {
  if (flags.apply !== undefined) return { names: id === undefined ? [] : [id], time };
  const isFiltered = selectsSessions(flags) && time === undefined;
  const words = isFiltered ? { names: [], time: id } : { names: id === undefined ? [] : [id], time };
  if (words.time !== undefined) return words;
  const missing = words.names.length === 0 && !isFiltered ? 'ID' : 'TIME';
  throw new TxlogError('USAGE', `missing: ${missing}`, { next: ['txlog session store --help'] });
}
