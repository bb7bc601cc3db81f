import { TxlogError } from '../../core/base/errors.ts';
import type { Receipt } from '../../core/log/receipt.ts';
import { type Enqueued, type EnqueueOptions, loadMap } from '../../index.ts';
import type { ExitCode } from '../frame/exit-codes.ts';
import type { Input } from '../frame/open-input.ts';
import type { Shown, WorkProgress } from '../frame/progress-line.ts';
import { onInterrupt } from '../frame/signals.ts';
import { say } from '../frame/stderr.ts';
import type { ListWriter } from '../output/list-writer.ts';
import type { Submitter } from '../reach/submitter.ts';
import { boundHeap } from './bound-heap.ts';
import { Bulk, type BulkSink, type Deliver } from './bulk-submit.ts';
import { explainMistake } from './first-mistakes.ts';
import type { ReceiptLine } from './receipt-lines.ts';
import { resumeCommand } from './resume-command.ts';
import { submitAtomic } from './submit-atomic.ts';
import { Tally } from './submit-tally.ts';

type ReceiptList = ListWriter<ReceiptLine>;

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
  /** How what is told on stderr is told; not at all where it is undefined. */
  readonly told: 'people' | 'json' | undefined;
  /** How it is shown how far it is. */
  readonly shown: Shown;
  /** Put the requests into their queues, to be decided by a worker. */
  readonly queue?: EnqueueOptions | undefined;
}

/**
 * Submits the lines of an input and prints one receipt per request, in the order of the input. stderr gets a summary
 * (where the receipts are JSON one line of JSON).
 *
 * Errors: INPUT_EMPTY, INPUT_UNREADABLE, that of the line that it stopped at, OUTPUT_FAILED, APP_ codes, those of the engine;
 * with the command that resumes. Ctrl-C is no error: what is in flight gets its receipts, unless all lines have ids,
 * so that they can be submitted again.
 */
export async function submitFile(
  env: Submitter,
  { input, list }: { readonly input: Input; readonly list: ReceiptList },
  options: SubmitFileOptions,
): Promise<ExitCode> {
  boundHeap();
  const tally = new Tally();
  const progress = await startProgress(input, options);
  const done = { line: 0 };
  const sink = toSink(list, { tally, input, progress, done }, options);
  const mapping = options.map === undefined ? env.app.map : await loadMap(options.map);
  const interrupt = onInterrupt();
  const { signal } = interrupt;
  const bulk = new Bulk(env, sink, { ...options, mapping, deliver: delivery(env, options, signal) });
  signal.addEventListener('abort', () => input.stop());
  const resume = () => resumeCommand({ ...options, line: done.line + 1, isRepeatable: bulk.isRepeatable });
  try {
    const work = async () => {
      if (options.dryRun) {
        // A dry run holds on to the environment as it is: not while the input is waited for.
        await input.gather();
        await env.withFork((copy) =>
          new Bulk(copy, sink, { ...options, mapping, deliver: delivery(copy, options, signal) }).run(input),
        );
      } else if (options.atomic)
        await submitAtomic(env, { input, sink }, { ...options, mapping, isStopped: () => signal.aborted });
      else await bulk.run(input);
    };
    // A line without a receipt gets it when it is submitted again. Without ids it would be applied twice, so it is waited for.
    await orInterrupted(work(), signal, () => options.dryRun || (bulk.isRepeatable && !options.atomic));
    await list.end();
  } catch (error) {
    await list.end().catch(() => undefined);
    if (!(error instanceof TxlogError)) throw error;
    const told = bulk.isRepeatable ? error : tellUnknown(error, done.line + 1);
    throw done.line > 0 ? withResume(told, resume()) : explainMistake(told, options.file);
  } finally {
    progress?.stop();
    interrupt.release();
  }
  const interrupted = interrupt.exitCode();
  if (input.isEmpty() && interrupted === undefined) throw empty(input);
  tell(tally, options, interrupted === undefined ? undefined : resume());
  return interrupted ?? tally.exitCode;
}

/** Waits for some work, or for Ctrl-C where the work may be left as it is then. */
async function orInterrupted(work: Promise<void>, signal: AbortSignal, mayLeave: () => boolean): Promise<void> {
  const left = new Promise<boolean>((resolve) => {
    signal.addEventListener('abort', () => resolve(mayLeave()));
  });
  // The process ends soon: what becomes of the work until then is told to nobody.
  work.catch(() => undefined);
  const isLeft = await Promise.race([left, work.then(() => false)]);
  if (!isLeft) await work;
}

/** Decides the requests, or puts them into their queues. */
function delivery(
  env: Submitter,
  { queue, keepGoing }: SubmitFileOptions,
  signal: AbortSignal,
): Deliver<Receipt | Enqueued> {
  const how = { isStrict: !keepGoing, signal };
  if (!queue) return (requests) => env.submitChecked(requests, how);
  return async (requests) => {
    const answers = await env.enqueueChecked(requests, { ...queue, ...how });
    return answers.map((answer) => ('lost' in answer || answer.error ? answer : { receipt: answer.enqueued }));
  };
}

/** How far a run has come, and how people are told. */
interface Course {
  readonly tally: Tally;
  readonly input: Input;
  readonly progress: WorkProgress | undefined;
  readonly done: { line: number };
}

function toSink(
  list: ReceiptList,
  { tally, input, progress, done }: Course,
  { receipts, dryRun }: SubmitFileOptions,
): BulkSink<Receipt | Enqueued> {
  return {
    async receipt(answer) {
      if ('session' in answer) {
        tally.accepted += 1;
        if (receipts === 'all') await list.add({ accepted: answer });
        return;
      }
      // A request that was decided before has its receipt at once.
      const receipt = 'receipt' in answer ? answer.receipt : answer;
      tally.add(receipt);
      if (receipts === 'all' || (receipts === 'rejected' && receipt.outcome === 'rejected')) {
        await list.add({ receipt: dryRun ? { ...receipt, durability: 'none', dryRun } : receipt });
      }
    },
    async failure(error) {
      tally.failed += 1;
      if (receipts !== 'none') await list.add({ error });
    },
    async settled(line) {
      // Nothing of a dry run is kept that another could go on from.
      if (!dryRun) done.line = line;
      progress?.onProgress(input.bytesRead(), input.bytes ?? 1, tally.formatRate());
      await list.flush();
    },
  };
}

/** Not where receipts run over the same screen. */
async function startProgress(input: Input, { receipts, shown }: SubmitFileOptions) {
  const isCovered = process.stderr.isTTY && process.stdout.isTTY && receipts !== 'none';
  if (shown === false || (shown === true && isCovered)) return undefined;
  const { showWork } = await import('../frame/progress-line.ts');
  return showWork('submitting', shown, { isSizeKnown: input.bytes !== undefined });
}

/** The summary, and after an interruption the command that goes on. */
function tell(tally: Tally, { told }: SubmitFileOptions, resume: string | undefined): void {
  if (told === undefined && resume === undefined) return;
  if (told === 'json') {
    const more = resume === undefined ? {} : { interrupted: true, next: [resume] };
    say(`${JSON.stringify({ v: 1, summary: tally.toJson(), ...more })}\n`);
    return;
  }
  say(`${tally.format()}\n`);
  if (resume !== undefined) say(`txlog: interrupted\n  resume: ${resume}\n`);
}

/** Says that requests without ids of their own may be decided: nobody can ask a frontend for them again. */
function tellUnknown(error: TxlogError, line: number): TxlogError {
  const { code, message, details } = error;
  if (code !== 'SERVICE_FAILED') return error;
  const hint = `From line ${line} on, requests without an id may have been decided: look into the log before you go on.`;
  return new TxlogError(code, message, { ...details, hint, next: ['txlog log -n 10', ...(details.next ?? [])] });
}

function withResume(error: TxlogError, resume: string): TxlogError {
  const { code, message, details } = error;
  const mend = error.details.line === undefined ? '' : ' Mend the line; then the last command goes on.';
  const hint = `${details.hint ?? 'What has a receipt is durable.'}${mend}`;
  return new TxlogError(code, message, { ...details, hint, next: [...(details.next ?? []), resume] });
}

function empty(input: Input): TxlogError {
  return new TxlogError('INPUT_EMPTY', `${input.name} holds no request`, {
    hint: 'Write one JSON object per line; blank lines are skipped.',
    next: ['txlog submit --help'],
  });
}
