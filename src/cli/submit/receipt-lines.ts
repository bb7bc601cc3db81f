import type { TxlogError } from '../../core/base/errors.ts';
import type { JsonObject } from '../../core/base/json.ts';
import type { Receipt } from '../../core/log/receipt.ts';
import { toReceiptJson } from '../../index.ts';
import { type Accepted, toAcceptedJson } from '../../shapes/request.ts';
import { printable } from '../../text/printable.ts';
import { errorJson, firstLineOf } from '../frame/report-error.ts';
import type { ListFormat } from '../output/list-writer.ts';
import { formatReceipt, receiptColumns } from '../print/receipt-text.ts';

/** The result of one line of the input: its receipt, its place in a queue, or why it has neither. */
export type ReceiptLine =
  | { readonly receipt: Receipt }
  | { readonly accepted: Accepted }
  | { readonly error: TxlogError };

/** How these are printed. */
export const receiptFormat: ListFormat<ReceiptLine> = {
  json: lineJson,
  people: (page) => page.map(lineText).join('\n'),
  columns: [...receiptColumns, 'error.code', 'error.line'],
};

/** A request that waits in its queue, for people, in one line. */
export function formatAccepted({ id, position, duplicate }: Accepted): string {
  const earlier = duplicate ? ' (an earlier submission of this id)' : '';
  return `accepted ${printable(id)} at position ${position}${earlier}`;
}

function lineJson(line: ReceiptLine): JsonObject {
  if ('receipt' in line) return toReceiptJson(line.receipt);
  return 'accepted' in line ? toAcceptedJson(line.accepted) : errorJson(line.error);
}

function lineText(line: ReceiptLine): string {
  if ('receipt' in line) return formatReceipt(line.receipt);
  return 'accepted' in line ? formatAccepted(line.accepted) : firstLineOf(line.error);
}
