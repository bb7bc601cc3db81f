import { present } from '../../core/base/assert.ts';
import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import type { Receipt } from '../../core/log/receipt.ts';
import { type Answer, toReceiptJson } from '../../index.ts';
import type { ExitCode } from '../frame/exit-codes.ts';
import { formatReceipt } from '../print/receipt-text.ts';
import type { Submitter, Unanswered } from '../reach/submitter.ts';

/** Prints an answer: as JSON, or as text for people. */
export type PrintOne = (json: JsonObject, people: string) => Promise<void>;

/** How to submit one request. */
export interface SubmitOneOptions {
  readonly dryRun: boolean;
}

/**
 * Submits one request and prints its receipt: the plain path and the fast path both end here.
 *
 * Errors: those of `Environment.check` and REQUEST_ID_CONFLICT. A rejection is exit code 1, and has its receipt.
 */
export async function submitOne(
  env: Submitter,
  { input, print }: { readonly input: JsonValue; readonly print: PrintOne },
  options: SubmitOneOptions,
): Promise<ExitCode> {
  const requests = [env.check(input)];
  const [answer] = options.dryRun ? await env.preview(requests) : await env.submitChecked(requests);
  const receipt = toReceipt(present(answer, 'answer'), options.dryRun);
  await print(toReceiptJson(receipt), formatReceipt(receipt));
  return receipt.outcome === 'rejected' ? 1 : 0;
}

function toReceipt(answer: Answer | Unanswered, dryRun: boolean): Receipt {
  if ('lost' in answer) throw answer.lost;
  if (answer.type === 'error') throw answer.error;
  return dryRun ? { ...answer.receipt, dryRun: true } : answer.receipt;
}
