import type { Rejection } from '../../core/fold/rejection.ts';
import type { Receipt } from '../../core/log/receipt.ts';
import { printable } from '../../text/printable.ts';

/** Columns of receipts, where they are no lines for people. */
export const receiptColumns = ['id', 'outcome', 'position', 'time', 'duplicate', 'rejection.code'];

/** A receipt for people, in one line. Never coloured: the fast path prints the same bytes. */
export function formatReceipt(receipt: Receipt): string {
  const { id, outcome, position, duplicate, dryRun, rejection } = receipt;
  const what = dryRun && !duplicate ? `would be ${outcome}` : outcome;
  const where = dryRun && !duplicate ? '' : ` at position ${position}`;
  const earlier = duplicate ? ' (an earlier submission of this id)' : '';
  const why = rejection ? `: ${formatRejection(rejection)}` : '';
  return `${what} ${printable(id)}${where}${earlier}${why}`;
}

/** Why a request was refused, for people: code, reason, and who owns what. */
export function formatRejection({ code, reason, owner }: Rejection): string {
  return printable(`${code}: ${reason}${owner ? ` (${owner.id} at position ${owner.position})` : ''}`);
}
