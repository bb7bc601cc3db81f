import { present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import type { Receipt } from '../../core/log/receipt.ts';
import type { Request } from '../../index.ts';
import { locateError } from '../../layout/locate-error.ts';
import type { Line } from '../../text/split-lines.ts';
import type { Input } from '../frame/open-input.ts';
import type { Submitter, Unanswered } from '../reach/submitter.ts';
import { type LoadItem, type Mapping, readItems } from './read-items.ts';

/** The result for a request: its receipt, or what stands for one; or the error that kept it from being processed. */
type Delivered<R> = { readonly receipt: R } | { readonly error: TxlogError } | Unanswered;

/** Where the outcomes go, in the order of the input. */
export interface BulkSink<R = Receipt> {
  receipt(receipt: R): Promise<void>;
  /** A line without a receipt, of a run that goes on, or that others already passed. */
  failure(error: TxlogError): Promise<void>;
  /** Everything so far is durable and printed, up to and with this line. */
  settled(line: number): Promise<void>;
}

/** How to load. */
export interface BulkOptions {
  readonly mapping: Mapping | undefined;
  /** Go on after a line that fails, instead of stopping there. */
  readonly keepGoing: boolean;
}

/** The receiver of the requests: one answer each, in their order. */
export type Deliver<R> = (requests: readonly Request[]) => Promise<readonly Delivered<R>[]>;

/** Units that are decided and confirmed while the next one is read. */
const unitsInFlight = 4;

type Sent<R> = { readonly items: readonly LoadItem[]; readonly answers: Promise<readonly Delivered<R>[]> };

/**
 * Submits the lines of an input of any length: reads no faster than receipts are taken, and holds a few thousand lines
 * at most. What has arrived is submitted at once when nothing more is waiting, so that a slow sender gets its receipts.
 */
export class Bulk<R> {
  private readonly env: Submitter;
  private readonly sink: BulkSink<R>;
  private readonly options: BulkOptions & { readonly deliver: Deliver<R> };
  private readonly sent: Sent<R>[] = [];
  private unit: LoadItem[] = [];
  private unitBytes = 0;
  /** The first failure of a run that stops at one. */
  private stopped: TxlogError | undefined;
  /** Whether submitting the same lines again applies none twice. */
  isRepeatable = true;

  constructor(env: Submitter, sink: BulkSink<R>, options: BulkOptions & { readonly deliver: Deliver<R> }) {
    this.env = env;
    this.sink = sink;
    this.options = options;
  }

  /** Returns when all that was read has its receipt. Errors: that of the line it stopped at; those of the engine. */
  async run(input: Input): Promise<void> {
    try {
      await this.takeAll(input);
    } catch (error) {
      // The lines before the input failed are submitted all the same.
      if (!(error instanceof TxlogError) || error.code !== 'INPUT_UNREADABLE') throw error;
      this.stopped ??= error;
    } finally {
      input.stop();
    }
    this.send();
    while (this.sent.length > 0) await this.settleOne();
    if (this.stopped) throw this.stopped;
  }

  private async takeAll(input: Input): Promise<void> {
    const chunks = input.chunks();
    const read = () => {
      const chunk = chunks.next();
      // It is awaited in its turn; until then a failure must not count as unhandled.
      chunk.catch(() => {});
      return chunk;
    };
    let next = read();
    while (!this.stopped) {
      const isWaiting = this.unit.length > 0 || this.sent.length > 0;
      if (isWaiting && !(await isReady(next))) {
        this.send();
        await this.settleOne();
        continue;
      }
      const { value: lines, done } = await next;
      if (done) return;
      next = read();
      await this.take(lines);
    }
  }

  private async take(lines: readonly Line[]): Promise<void> {
    for (const line of lines) {
      for (const item of readItems(this.env, this.options.mapping, line)) this.add(item);
      if (this.unit.length >= limits.batchRecordsMax || this.unitBytes >= limits.batchBytesMax) {
        this.send();
        if (this.sent.length >= unitsInFlight) await this.settleOne();
      }
      if (this.stopped) return;
    }
  }

  private add(item: LoadItem): void {
    if ('error' in item) {
      if (this.options.keepGoing) this.unit.push(item);
      else this.stopped ??= item.error;
      return;
    }
    if (this.stopped) return;
    if (!item.hasId) this.isRepeatable = false;
    this.unit.push(item);
    this.unitBytes += item.request.bytes;
  }

  private send(): void {
    if (this.unit.length === 0) return;
    const items = this.unit;
    const requests = items.flatMap((item) => ('request' in item ? [item.request] : []));
    const answers = requests.length === 0 ? Promise.resolve([]) : this.options.deliver(requests);
    answers.catch(() => {});
    this.sent.push({ items, answers });
    this.unit = [];
    this.unitBytes = 0;
  }

  private async settleOne(): Promise<void> {
    const unit = this.sent.shift();
    if (!unit) return;
    const answers = (await unit.answers).values();
    let held: TxlogError[] = [];
    let done: number | undefined;
    for (const item of unit.items) {
      const answer = 'error' in item ? item : answers.next().value;
      // A frontend stopped at an earlier one.
      if (!answer && this.stopped) break;
      const answered = present(answer, 'answer');
      if ('lost' in answered) {
        this.lose(answered.lost);
        break;
      }
      if ('error' in answered) {
        const error = locate(answered.error, item);
        if (this.options.keepGoing) await this.sink.failure(error);
        else held.push(this.stopAt(error));
        continue;
      }
      for (const error of held) await this.sink.failure(error);
      held = [];
      await this.sink.receipt(answered.receipt);
      done = item.line;
    }
    const settled = this.stopped ? done : unit.items.at(-1)?.line;
    if (settled !== undefined) await this.sink.settled(settled);
  }

  /** Nobody answers: what is read or sent beyond has no receipt, and none comes. */
  private lose(error: TxlogError): void {
    this.stopped = error;
    this.sent.length = 0;
    this.unit = [];
  }

  /** A conflict is known only once its unit is decided: lines behind it may be in flight, and have their receipts. */
  private stopAt(error: TxlogError): TxlogError {
    this.stopped ??= error;
    return error;
  }
}

/** Places an error at its line, and where it names a field at its column, as where the request is checked at once. */
function locate(error: TxlogError, item: LoadItem): TxlogError {
  const text = 'text' in item ? item.text : undefined;
  const isOfField = text !== undefined && error.details.path !== undefined;
  return isOfField ? locateError(error, item.line, text) : error.at(item.line);
}

/** Whether a read ends within a turn of the event loop. */
async function isReady(read: Promise<unknown>): Promise<boolean> {
  const turn = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([read.then(() => true), turn]);
}
