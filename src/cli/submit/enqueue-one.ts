import { TxlogError } from '../../core/base/errors.ts';
import type { JsonValue } from '../../core/base/json.ts';
import type { Environment } from '../../environment/environment.ts';
import { type EnqueueOptions, type Receipt, type RequestInput, toReceiptJson } from '../../index.ts';
import { type Accepted, toAcceptedJson } from '../../shapes/request.ts';
import { jsonText, printable } from '../../text/printable.ts';
import type { ExitCode } from '../frame/exit-codes.ts';
import type { Output } from '../frame/output.ts';
import { formatReceipt } from '../print/receipt-text.ts';

/** How to queue one request. */
export interface EnqueueOneOptions {
  readonly queue: EnqueueOptions;
  /** How long to wait for its receipt, in ms; not at all when absent. */
  readonly waitMs: number | undefined;
  readonly json: boolean;
}

/**
 * Puts one request into the queue of its type and prints that, or its receipt once a worker has decided it.
 *
 * Errors: those of `Environment.enqueue`; WAIT_TIMEOUT, after the request was printed as accepted.
 */
export async function enqueueOne(
  env: Environment,
  { input, out }: { readonly input: JsonValue; readonly out: Output },
  options: EnqueueOneOptions,
): Promise<ExitCode> {
  out.mustArrive = true;
  const enqueued = await env.enqueue(input as unknown as RequestInput, options.queue);
  if ('receipt' in enqueued) return printReceipt(enqueued.receipt, out, options.json);
  if (options.waitMs === undefined) return printAccepted(enqueued, out, options.json);
  try {
    const ended = await env.wait(enqueued.id, { timeoutMs: options.waitMs });
    if ('outcome' in ended) return printReceipt({ ...ended, duplicate: enqueued.duplicate }, out, options.json);
    throw new TxlogError('SESSION_GONE', `request ${enqueued.id} was taken out of its queue before it was decided`, {
      next: [`txlog inspect ${ended.position}`],
    });
  } catch (error) {
    if (error instanceof TxlogError && error.code === 'WAIT_TIMEOUT') await printAccepted(enqueued, out, options.json);
    throw error;
  }
}

async function printReceipt(receipt: Receipt, out: Output, json: boolean): Promise<ExitCode> {
  await out.line(json ? jsonText(toReceiptJson(receipt)) : formatReceipt(receipt));
  await out.flush();
  return receipt.outcome === 'rejected' ? 1 : 0;
}

async function printAccepted(accepted: Accepted, out: Output, json: boolean): Promise<ExitCode> {
  const { id, position, duplicate } = accepted;
  const earlier = duplicate ? ' (an earlier submission of this id)' : '';
  const text = `accepted ${printable(id)} at position ${position}${earlier}`;
  await out.line(json ? jsonText(toAcceptedJson(accepted)) : text);
  await out.flush();
  return 0;
}
