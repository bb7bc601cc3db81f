import { parseArgs } from 'node:util';
import { isFrontendAddress } from '../../core/base/frontend-address.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { openBriefly } from '../../engine.ts';
import { chooseEnvironment, contextOf } from '../../environment/choose-environment.ts';
import { findApp } from '../../environment/config.ts';
import { Contexts } from '../../environment/contexts.ts';
import { jsonText } from '../../text/printable.ts';
import { isTimeStyle } from '../../text/time.ts';
import { isReadOnlyShell } from '../frame/command-effect.ts';
import { tellContext } from '../frame/protection.ts';
import { mayHaveLostBytes } from '../frame/raw-bytes.ts';
import { exitCodeOf, formatError, reportStyle, reportUncaught } from '../frame/report-error.ts';
import { say } from '../frame/stderr.ts';
import { withEnvironment } from '../frame/with-environment.ts';
import { idOf } from '../output/fields.ts';
import { formatOf } from '../output/format-words.ts';
import { Output } from '../output/output.ts';
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
  attachment: texts,
  output: { type: 'string', short: 'o' },
  json: { type: 'boolean' },
  ndjson: { type: 'boolean' },
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
    if (isReadOnlyShell() || !isTimeStyle(process.env.TXLOG_TIME || 'local')) return false;
    const contexts = new Contexts();
    const chosen = chooseEnvironment(flags, contexts);
    const { dir } = chosen;
    if (isFrontendAddress(dir)) return false;
    if (contextOf(chosen, contexts)?.protected) return false;
    if (findApp(dir, process.env.TXLOG_APP) !== undefined) return false;
    const input = toRequestInput(flags);
    if (flags.format === 'table') tellContext(chosen, contexts, process.stderr.isTTY === true);
    const env = await openBriefly(dir, { writesLittle: true });
    const out = new Output(process.stdout);
    out.mustArrive = true;
    const print = async (json: JsonObject, people: string) => {
      await out.line(formats[flags.format](json, people));
      await out.flush();
    };
    process.exitCode = await withEnvironment(env, () => submitOne(env, { input, print }, { dryRun: false }));
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    say(formatError(error, style));
  }
  return true;
}

/** The forms that need nothing but the receipt. */
const formats = {
  table: (_: JsonObject, people: string) => people,
  json: (json: JsonObject) => jsonText(json),
  ndjson: (json: JsonObject) => jsonText(json),
  ids: (json: JsonObject) => idOf(json) ?? '',
};

interface PlainFlags extends RequestFlags {
  readonly env?: string;
  readonly context?: string;
  readonly format: keyof typeof formats;
}

/** The flags, when they are all known, given once where once is meant, and there is a type. */
function parsePlain(args: readonly string[]): PlainFlags | undefined {
  try {
    const { values, tokens } = parseArgs({ args: [...args], options, tokens: true });
    const named = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const single = named.filter((name) => name !== 'change' && name !== 'expect' && name !== 'attachment');
    const { output, json, ndjson, quiet, ...rest } = values;
    const ways = [output, json, ndjson, quiet].filter((way) => way !== undefined);
    const format =
      ways.length === 0
        ? 'table'
        : formatOf({ output, json: json === true, ndjson: ndjson === true, quiet: quiet === true });
    const isPlain = values.type !== undefined && new Set(single).size === single.length && ways.length <= 1;
    if (!isPlain || args.includes('--') || format === undefined || !Object.hasOwn(formats, format)) return undefined;
    return { ...(rest as RequestFlags), format: format as keyof typeof formats };
  } catch (error) {
    // A command line that this parser does not understand, oclif does, or refuses with a better message.
    if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) return undefined;
    throw error;
  }
}
