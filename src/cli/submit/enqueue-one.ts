import { TxlogError } from '../../core/base/errors.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { type EnqueueOptions, type Receipt, type RequestInput, toReceiptJson } from '../../index.ts';
import { type Accepted, toAcceptedJson } from '../../shapes/request.ts';
import type { ExitCode } from '../frame/exit-codes.ts';
import { formatReceipt } from '../print/receipt-text.ts';
import type { Submitter } from '../reach/submitter.ts';
import { formatAccepted } from './receipt-lines.ts';
import type { PrintOne } from './submit-one.ts';

/** How to queue one request. */
export interface EnqueueOneOptions {
  readonly queue: EnqueueOptions;
  /** How long to wait for its receipt, in ms; not at all when absent. */
  readonly waitMs: number | undefined;
}

/**
 * Puts one request into the queue of its type and prints that, or its receipt once a worker has decided it.
 *
 * Errors: those of `Environment.enqueue`; WAIT_TIMEOUT, after the request was printed as accepted.
 */
export async function enqueueOne(
  env: Submitter,
  { input, print }: { readonly input: JsonValue; readonly print: PrintOne },
  options: EnqueueOneOptions,
): Promise<ExitCode> {
  const enqueued = await env.enqueue(input as unknown as RequestInput, options.queue);
  if ('receipt' in enqueued) return printReceipt(enqueued.receipt, print);
  if (options.waitMs === undefined) return printAccepted(enqueued, print);
  try {
    const ended = await env.wait(enqueued.id, { timeoutMs: options.waitMs });
    if ('outcome' in ended) return printReceipt({ ...ended, duplicate: enqueued.duplicate }, print);
    throw new TxlogError('SESSION_GONE', `request ${enqueued.id} was removed from its queue before it was decided`, {
      next: [`txlog inspect ${ended.position}`],
    });
  } catch (error) {
    if (error instanceof TxlogError && error.code === 'WAIT_TIMEOUT') await printAccepted(enqueued, print);
    throw error;
  }
}

async function printReceipt(receipt: Receipt, print: PrintOne): Promise<ExitCode> {
  await print(toReceiptJson(receipt), formatReceipt(receipt));
  return receipt.outcome === 'rejected' ? 1 : 0;
}

async function printAccepted(accepted: Accepted, print: PrintOne): Promise<ExitCode> {
  await print(toAcceptedJson(accepted), formatAccepted(accepted));
  return 0;
}
