import { parseArgs } from 'node:util';
import { openBriefly } from '../../engine.ts';
import { findApp } from '../../environment/config.ts';
import { environmentHere, environmentIn } from '../../environment/locate-environment.ts';
import { Output } from '../frame/output.ts';
import { mayHaveLostBytes } from '../frame/raw-bytes.ts';
import { exitCodeOf, formatError, reportStyle, reportUncaught } from '../frame/report-error.ts';
import { say } from '../frame/stderr.ts';
import { withEnvironment } from '../frame/with-environment.ts';
import { type RequestFlags, toRequestInput } from './request-flags.ts';
import { submitOne } from './submit-one.ts';

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const options = {
  env: text,
  type: text,
  id: text,
  actor: text,
  correlation: text,
  causation: text,
  data: text,
  change: texts,
  expect: texts,
  json: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
} as const;

/**
 * `txlog submit` of one request by plain flags, without loading oclif: the same bytes and the same exit code as the
 * command (test/cli/parity.e2e.test.ts). False when the command line is anything else, and then nothing has happened.
 */
export async function fastSubmit(args: readonly string[]): Promise<boolean> {
  const flags = parsePlain(args);
  // The whole command line refuses what has to be refused for its bytes.
  if (!flags || mayHaveLostBytes(args)) return false;
  const style = reportStyle(args);
  reportUncaught(style);
  try {
    const named = flags.env ?? process.env.TXLOG_ENV;
    const dir = named ? environmentIn(named) : environmentHere(process.cwd());
    if (findApp(dir, process.env.TXLOG_APP) !== undefined) return false;
    const input = toRequestInput(flags);
    // Each start is one transaction: its index rows go with it, so that nothing is left to be folded later.
    const env = await openBriefly(dir, { checkpointRecords: 0 });
    const out = new Output(process.stdout);
    process.exitCode = await withEnvironment(env, () =>
      submitOne(env, { input, out }, { json: style.json, dryRun: false }),
    );
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    say(formatError(error, style));
  }
  return true;
}

/** The flags, when they are all known, given once where once is meant, and there is a type. */
function parsePlain(args: readonly string[]): (RequestFlags & { readonly env?: string }) | undefined {
  try {
    const { values, tokens } = parseArgs({ args: [...args], options, tokens: true });
    const named = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const single = named.filter((name) => name !== 'change' && name !== 'expect');
    const isPlain = values.type !== undefined && new Set(single).size === single.length;
    return isPlain && !args.includes('--') ? (values as RequestFlags & { readonly env?: string }) : undefined;
  } catch (error) {
    // A command line that this parser does not understand, oclif does, or refuses with a better message.
    if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) return undefined;
    throw error;
  }
}
