import { Flags } from '@oclif/core';
import type { Environment } from '../../environment/environment.ts';
import { conflictPolicies, type ImportOptions, type ImportReport, importModes, TxlogError } from '../../index.ts';
import { formatCount, plural } from '../../text/printable.ts';
import { appFlag } from '../frame/environment-flag.ts';
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
    summary:
      'mirror keeps positions, ids, times and digests; submit decides every request again here; inspect imports nothing.',
    options: importModes,
    default: 'mirror' as const,
  })(),
  'on-conflict': Flags.option({
    summary: 'With --mode submit, for a request that cannot be decided here: stop, park it as a session, or skip it.',
    options: conflictPolicies,
  })(),
  ...appFlag,
  ...dryRunFlag,
  ...dumpFlags,
};

/** How the flags above want a dump to be read. Errors: INPUT_NOT_FOUND, USAGE. */
export function toReaderOptions(flags: { readonly 'verify-key'?: string | undefined; readonly unsealed: boolean }) {
  const file = flags['verify-key'];
  return { verifyKey: file === undefined ? undefined : readVerifyKey(file), unsealed: flags.unsealed };
}

/** The values of the flags above. */
interface ImportValues {
  readonly mode: NonNullable<ImportOptions['mode']>;
  readonly 'on-conflict'?: ImportOptions['onConflict'];
  readonly 'verify-key'?: string | undefined;
  readonly unsealed: boolean;
}

/** Reads the flags of an import. Errors: INPUT_NOT_FOUND, USAGE. */
export function toImportOptions(flags: ImportValues): ImportOptions {
  const { mode, 'on-conflict': onConflict } = flags;
  if (onConflict !== undefined && mode !== 'submit')
    throw new TxlogError('USAGE', '--on-conflict belongs to --mode submit', { next: ['txlog sync import --help'] });
  return { ...toReaderOptions(flags), mode, onConflict };
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
  const { origin, read, cursor } = report;
  return `${plural(read, 'record')} of ${origin}: ${outcomesOf(report)}${dryRun ? '; nothing was kept' : ''}\ncursor: ${cursor}`;
}

function outcomesOf({ mode, applied, duplicate, ...report }: ImportReport): string {
  if (mode === 'inspect') return 'none taken';
  const { rejected, parked, skipped, left } = report;
  const rare = [
    [parked, 'parked'],
    [skipped, 'skipped'],
    [left, 'left to the origin'],
  ] as const;
  const refused = rejected === 0 ? '' : ` (${formatCount(rejected)} rejected)`;
  const more = rare.flatMap(([count, name]) => (count === 0 ? [] : [`${formatCount(count)} ${name}`]));
  return [`${formatCount(applied)} new${refused}`, `${formatCount(duplicate)} here before`, ...more].join(', ');
}
