import { TxlogError } from '../../core/errors.ts';
import type { Receipt } from '../../core/receipt.ts';
import type { Environment } from '../../environment.ts';
import { toReceiptJson } from '../../index.ts';
import { loadMapping } from '../../load-mapping.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { toErrorJson } from '../report-error.ts';
import { Bulk, type BulkSink } from './bulk.ts';
import type { Input } from './input.ts';
import { onInterrupt } from './interrupt.ts';
import type { Progress } from './progress.ts';
import { resumeCommand } from './resume.ts';
import { Tally } from './tally.ts';
import { submitWhole } from './whole.ts';

/** How to submit what a file or stdin holds. */
export interface SubmitFileOptions {
  readonly file: string;
  /** The words after `txlog submit`, for the line that tells how to resume. */
  readonly argv: readonly string[];
  /** Module that turns lines into requests; without it, the app's own mapping does, if it has one. */
  readonly map: string | undefined;
  readonly keepGoing: boolean;
  readonly atomic: boolean;
  readonly dryRun: boolean;
  /** Which receipts are printed; error lines are, except with `none`. */
  readonly receipts: 'all' | 'rejected' | 'none';
  readonly quiet: boolean;
  readonly json: boolean;
}

/**
 * Submits the lines of an input and prints one receipt per request, in the order of the input, as NDJSON. stderr gets
 * a summary (under `--json` one line of JSON).
 *
 * Errors: INPUT_EMPTY, INPUT_UNREADABLE, that of the line that it stopped at, OUTPUT_FAILED, APP_ codes, those of the engine;
 * with the command that resumes. Ctrl-C is no error: what is in flight gets its receipts.
 */
export async function submitFile(
  env: Environment,
  input: Input,
  out: Output,
  options: SubmitFileOptions,
): Promise<ExitCode> {
  const tally = new Tally();
  const progress = await startProgress(input, options);
  const done = { line: 0 };
  const sink = toSink(out, tally, progress, done, options);
  const mapping = options.map === undefined ? env.app.map : await loadMapping(options.map);
  const bulk = new Bulk(env, sink, { ...options, mapping });
  const interrupt = onInterrupt(() => input.stop());
  const resume = () => resumeCommand({ ...options, line: done.line + 1, isRepeatable: bulk.isRepeatable });
  out.mustArrive = true;
  try {
    if (options.atomic || options.dryRun)
      await submitWhole(env, input, sink, { ...options, mapping, isStopped: () => interrupt.signal !== undefined });
    else await bulk.run(input);
    await out.flush();
  } catch (error) {
    throw error instanceof TxlogError && done.line > 0 ? withResume(error, resume()) : error;
  } finally {
    progress?.stop();
    interrupt.release();
  }
  const { signal, exitCode } = interrupt;
  if (input.isEmpty() && signal === undefined) throw empty(input);
  tell(tally, options, signal === undefined ? undefined : resume());
  return signal === undefined ? tally.exitCode : exitCode;
}

function toSink(
  out: Output,
  tally: Tally,
  progress: Progress | undefined,
  done: { line: number },
  { receipts }: SubmitFileOptions,
): BulkSink {
  return {
    async receipt(receipt: Receipt) {
      tally.add(receipt);
      if (receipts === 'all' || (receipts === 'rejected' && receipt.outcome === 'rejected')) {
        await out.json(toReceiptJson(receipt));
      }
    },
    async failure(error) {
      tally.failed += 1;
      if (receipts !== 'none') await out.json(toErrorJson(error));
    },
    async settled(line) {
      done.line = line;
      progress?.update(tally.receipts);
      await out.flush();
    },
  };
}

/** Only where people look at stderr and receipts do not run over the same screen. */
async function startProgress(input: Input, { receipts, quiet, json }: SubmitFileOptions) {
  const isSeen = process.stderr.isTTY && !quiet && !json && process.env.TERM !== 'dumb';
  if (!isSeen || (process.stdout.isTTY && receipts !== 'none')) return undefined;
  const { showProgress } = await import('./progress.ts');
  return showProgress(input);
}

/** The summary, and after an interruption the command that goes on. */
function tell(tally: Tally, { json, quiet }: SubmitFileOptions, resume: string | undefined): void {
  if (quiet && resume === undefined) return;
  if (json) {
    const more = resume === undefined ? {} : { interrupted: true, next: [resume] };
    process.stderr.write(`${JSON.stringify({ v: 1, summary: tally.toJson(), ...more })}\n`);
    return;
  }
  process.stderr.write(`${tally.format()}\n`);
  if (resume !== undefined) process.stderr.write(`txlog: interrupted\n  resume: ${resume}\n`);
}

function withResume(error: TxlogError, resume: string): TxlogError {
  const { code, message, details } = error;
  const mend = error.details.line === undefined ? '' : ' Mend the line; then the last command goes on.';
  const hint = `${details.hint ?? 'What has a receipt is durable.'}${mend}`;
  return new TxlogError(code, message, { ...details, hint, next: [...(details.next ?? []), resume] });
}

function empty(input: Input): TxlogError {
  return new TxlogError('INPUT_EMPTY', `${input.name} holds no request`, {
    hint: 'One JSON object per line is wanted; blank lines are skipped.',
    next: ['txlog submit --help'],
  });
}
