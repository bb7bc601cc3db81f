import { Flags } from '@oclif/core';
import type { Environment } from '../../environment/environment.ts';
import type { ImportOptions, ImportReport } from '../../index.ts';
import { formatCount, plural } from '../../text/printable.ts';
import { dryRunFlag } from '../frame/global-flags.ts';
import type { SignalInterrupt } from '../frame/signals.ts';
import type { DumpInput } from './dump-input.ts';
import { readVerifyKey } from './key-file.ts';

/** Flags of all that read a dump. */
export const dumpFlags = {
  'verify-key': Flags.string({
    summary: 'Accept only blocks that are signed with this Ed25519 key, a PEM file.',
    helpValue: 'KEY',
  }),
  unsealed: Flags.boolean({ summary: 'Accept a dump without seals, which another program has written anew.' }),
};

/** Flags of `sync import`. */
export const importFlags = {
  mode: Flags.option({
    summary: 'mirror keeps positions, ids, times and digests; inspect imports nothing.',
    options: ['mirror', 'inspect'] as const,
    default: 'mirror' as const,
  })(),
  ...dryRunFlag,
  ...dumpFlags,
};

/** How the flags above want a dump to be read. Errors: INPUT_NOT_FOUND, USAGE. */
export function toReaderOptions(flags: { readonly 'verify-key'?: string | undefined; readonly unsealed: boolean }) {
  const file = flags['verify-key'];
  return { verifyKey: file === undefined ? undefined : readVerifyKey(file), unsealed: flags.unsealed };
}

/** Takes over a dump, or tries to in a copy. A signal stops it between two blocks. Errors: those of importing. */
export async function importFrom(
  env: Environment,
  input: DumpInput,
  {
    options,
    interruption,
  }: { readonly options: ImportOptions & { readonly dryRun: boolean }; readonly interruption: SignalInterrupt },
): Promise<ImportReport> {
  interruption.signal.addEventListener('abort', () => input.stop(), { once: true });
  if (!options.dryRun) return env.sync.import(input.bytes, options);
  return env.withFork((copy) => copy.sync.import(input.bytes, options));
}

/** A report for people. */
export function formatImport(report: ImportReport, dryRun: boolean): string {
  const { mode, origin, read, applied, duplicate, cursor } = report;
  const done = mode === 'inspect' ? 'none taken' : `${formatCount(applied)} new, ${formatCount(duplicate)} here before`;
  return `${plural(read, 'record')} of ${origin}: ${done}${dryRun ? '; nothing was kept' : ''}\ncursor: ${cursor}`;
}
