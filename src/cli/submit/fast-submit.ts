import { parseArgs } from 'node:util';
import { openBriefly } from '../../engine.ts';
import { chooseEnvironment, contextOf } from '../../environment/choose-environment.ts';
import { findApp } from '../../environment/config.ts';
import { Contexts } from '../../environment/contexts.ts';
import { isReadOnlyShell } from '../frame/command-effect.ts';
import { Output } from '../frame/output.ts';
import { tellContext } from '../frame/protection.ts';
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
  context: text,
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

type FastFlags = RequestFlags & { readonly env?: string; readonly context?: string; readonly quiet?: boolean };

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
    if (isReadOnlyShell()) return false;
    const contexts = new Contexts();
    const chosen = chooseEnvironment(flags, contexts);
    const { dir } = chosen;
    if (contextOf(chosen, contexts)?.protected) return false;
    if (findApp(dir, process.env.TXLOG_APP) !== undefined) return false;
    const input = toRequestInput(flags);
    if (!style.json && !flags.quiet) tellContext(chosen, contexts);
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
function parsePlain(args: readonly string[]): FastFlags | undefined {
  try {
    const { values, tokens } = parseArgs({ args: [...args], options, tokens: true });
    const named = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const single = named.filter((name) => name !== 'change' && name !== 'expect');
    const isPlain = values.type !== undefined && new Set(single).size === single.length;
    return isPlain && !args.includes('--') ? (values as FastFlags) : undefined;
  } catch (error) {
    // A command line that this parser does not understand, oclif does, or refuses with a better message.
    if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) return undefined;
    throw error;
  }
}
