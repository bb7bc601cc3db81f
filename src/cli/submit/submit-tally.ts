import prettyMilliseconds from 'pretty-ms';
import type { JsonObject } from '../../core/base/json.ts';
import type { Receipt } from '../../core/log/receipt.ts';
import { formatCount, plural, printable } from '../../text/printable.ts';
import type { ExitCode } from '../frame/exit-codes.ts';

/** The counts of the lines so far. */
export class Tally {
  private readonly started = performance.now();
  private readonly rejections = new Map<string, number>();
  private committed = 0;
  private rejected = 0;
  private duplicates = 0;
  private rejectedAtAll = 0;
  /** Requests that were put into their queues. */
  accepted = 0;
  /** Lines that got an error in place of a receipt. */
  failed = 0;

  /** Requests that have a receipt. */
  get receipts(): number {
    return this.committed + this.rejected + this.duplicates;
  }

  /** ms since it began. Read once for a line: what a line says of time has to fit together. */
  private get elapsed(): number {
    return performance.now() - this.started;
  }

  /** Receipts per second, in so many ms. */
  private rate(ms: number): number {
    return Math.round(((this.receipts + this.accepted) / Math.max(ms, 1)) * 1_000);
  }

  /** Counts a receipt. */
  add({ outcome, duplicate, rejection }: Receipt): void {
    if (outcome === 'rejected') this.rejectedAtAll += 1;
    if (duplicate) {
      this.duplicates += 1;
    } else if (outcome === 'committed') {
      this.committed += 1;
    } else {
      this.rejected += 1;
      const code = rejection?.code ?? '';
      this.rejections.set(code, (this.rejections.get(code) ?? 0) + 1);
    }
  }

  /** 0; 1 when all were rejected; 6 when some lines failed, 65 when all did. */
  get exitCode(): ExitCode {
    if (this.failed > 0) return this.receipts + this.accepted === 0 ? 65 : 6;
    return this.receipts > 0 && this.rejectedAtAll === this.receipts + this.accepted ? 1 : 0;
  }

  /** For people, while it goes on. */
  formatRate(): string {
    return `${plural(this.receipts, 'receipt')}, ${formatCount(this.rate(this.elapsed))}/s`;
  }

  /** For people, in one line, at the end. */
  format(): string {
    const ms = this.elapsed;
    const codes = [...this.rejections].map(([code, count]) => `${printable(code)} ${formatCount(count)}`);
    const parts = [
      ...(this.accepted === 0 ? [] : [`${formatCount(this.accepted)} accepted`]),
      // Among queued requests, only those that were decided before have a receipt: an earlier one.
      ...(this.accepted > 0
        ? []
        : [
            `${formatCount(this.committed)} committed`,
            `${formatCount(this.rejected)} rejected${codes.length === 0 ? '' : ` (${codes.join(', ')})`}`,
          ]),
      ...(this.duplicates === 0 ? [] : [`${formatCount(this.duplicates)} submitted before`]),
      ...(this.failed === 0 ? [] : [`${plural(this.failed, 'line')} failed`]),
    ];
    return `${plural(this.receipts + this.accepted, 'request')}: ${parts.join(', ')} in ${prettyMilliseconds(ms)} (${formatCount(this.rate(ms))}/s)`;
  }

  /** For scripts. */
  toJson(): JsonObject {
    return {
      requests: this.receipts + this.accepted,
      ...(this.accepted !== 0 && { accepted: this.accepted }),
      committed: this.committed,
      rejected: this.rejected,
      rejections: Object.fromEntries(this.rejections),
      duplicates: this.duplicates,
      failed: this.failed,
      ms: Math.round(this.elapsed),
    };
  }
}
