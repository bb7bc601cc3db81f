import { Flags } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import type { Environment } from '../../environment/environment.ts';
import { codecNames, type ExportOptions, loadMask } from '../../index.ts';
import { plural } from '../../text/printable.ts';
import { openByteOutput } from '../frame/byte-output.ts';
import { type FilterValues, filterFlags, filterText, toFilter, withWholeIds } from '../frame/filter-flags.ts';
import { nowIn } from '../frame/point-in-log.ts';
import type { SignalInterrupt } from '../frame/signals.ts';
import { readSignKey } from './key-file.ts';

/** Flags of `sync export`. */
export const exportFlags = {
  after: Flags.string({
    summary: 'Export only what comes after this cursor, which `sync cursor` prints.',
    helpValue: 'CURSOR',
  }),
  ...filterFlags,
  mask: Flags.string({
    summary: 'Change every record with this module before it is written. Only --mode submit imports such a dump.',
    helpValue: 'MODULE',
  }),
  attachments: Flags.option({
    summary: 'Export these attachments: those that the records name (the default), all, or none.',
    options: ['none', 'referenced', 'all'] as const,
  })(),
  states: Flags.boolean({ summary: 'Also export all states and sessions, after the records.' }),
  follow: Flags.boolean({ char: 'f', summary: 'Go on with new records until Ctrl-C.' }),
  codec: Flags.option({ summary: 'Compress the blocks with this codec.', options: codecNames, default: 'deflate' })(),
  sign: Flags.string({ summary: 'Sign every block with this Ed25519 key, a PEM file.', helpValue: 'KEY' }),
  out: Flags.string({ char: 'O', summary: 'Write to this file; - is stdout.', helpValue: 'FILE' }),
};

/** The values of the flags above. */
interface ExportValues extends FilterValues {
  readonly after?: string | undefined;
  readonly mask?: string | undefined;
  readonly attachments?: ExportOptions['attachments'];
  readonly states: boolean;
  readonly follow: boolean;
  readonly codec: ExportOptions['codec'];
  readonly sign?: string | undefined;
  readonly out?: string | undefined;
}

/** Reads the flags of an export from an open environment. Errors: USAGE, FILTER_INVALID, INPUT_NOT_FOUND, ID_AMBIGUOUS. */
export async function toExportOptions(env: Environment, values: ExportValues): Promise<ExportOptions> {
  const flags = await withWholeIds(env, values);
  if (flags.follow && flags.to !== undefined)
    throw new TxlogError('USAGE', '--follow cannot have --to: it runs until Ctrl-C');
  if (flags.mask !== undefined && flags.states)
    throw new TxlogError('USAGE', '--mask cannot have --states: the import makes the states anew');
  return {
    after: flags.after,
    filter: await toFilter(flags, await nowIn(env)),
    filterText: filterText({ ...flags, from: undefined, to: undefined }),
    attachments: flags.attachments,
    mask: flags.mask === undefined ? undefined : await loadMask(flags.mask),
    states: flags.states,
    follow: flags.follow,
    codec: flags.codec,
    signKey: flags.sign === undefined ? undefined : readSignKey(flags.sign),
  };
}

/** Progress for people: how many records, and how many in a second. `now` in ms. */
export function rateNote(what: string, since: number, now: () => number): (done: number) => string {
  return (done) => {
    const seconds = Math.max(0.001, (now() - since) / 1_000);
    return `${plural(done, what)}, ${plural(Math.round(done / seconds), what)}/s`;
  };
}

/**
 * Writes a dump of the environment to a file or stdout; how many bytes it has.
 *
 * Errors: USAGE where stdout is a terminal, which bytes would put out of order; OUTPUT_FAILED, and of exporting.
 */
export async function writeDump(
  env: Environment,
  target: string | undefined,
  { options, interruption }: { readonly options: ExportOptions; readonly interruption: SignalInterrupt },
): Promise<number> {
  if ((target === undefined || target === '-') && process.stdout.isTTY) throw noTerminal();
  const output = openByteOutput(target, 'the dump');
  let bytes = 0;
  try {
    for await (const piece of env.sync.export({ ...options, signal: interruption.signal })) {
      await output.write(piece);
      bytes += piece.length;
    }
    output.finish();
    return bytes;
  } finally {
    output.close();
  }
}

function noTerminal(): TxlogError {
  return new TxlogError('USAGE', 'stdout is a terminal and a dump is binary: give a file, or pipe it', {
    next: ['txlog sync export -O FILE', 'txlog sync export - | txlog --env OTHER sync import -'],
  });
}
