import { present } from '../../core/base/assert.ts';
import type { JsonValue } from '../../core/base/json.ts';
import type { Receipt } from '../../core/log/receipt.ts';
import type { Environment } from '../../environment/environment.ts';
import { toReceiptJson } from '../../index.ts';
import { jsonText } from '../../text/printable.ts';
import type { ExitCode } from '../frame/exit-codes.ts';
import type { Output } from '../frame/output.ts';
import { formatReceipt } from '../print/receipt-text.ts';

/** How to submit one request. */
export interface SubmitOneOptions {
  readonly json: boolean;
  readonly dryRun: boolean;
}

/**
 * Submits one request and prints its receipt: the plain path and the fast path both end here.
 *
 * Errors: those of `Environment.check` and REQUEST_ID_CONFLICT. A rejection is exit code 1, and has its receipt.
 */
export async function submitOne(
  env: Environment,
  { input, out }: { readonly input: JsonValue; readonly out: Output },
  options: SubmitOneOptions,
): Promise<ExitCode> {
  const requests = [env.check(input)];
  const [answer] = options.dryRun ? await env.preview(requests) : await env.submitChecked(requests);
  const receipt = toReceipt(present(answer, 'answer'), options.dryRun);
  out.mustArrive = true;
  await out.line(options.json ? jsonText(toReceiptJson(receipt)) : formatReceipt(receipt));
  await out.flush();
  return receipt.outcome === 'rejected' ? 1 : 0;
}

function toReceipt(answer: Awaited<ReturnType<Environment['preview']>>[number], dryRun: boolean): Receipt {
  if (answer.type === 'error') throw answer.error;
  return dryRun ? { ...answer.receipt, dryRun: true } : answer.receipt;
}
