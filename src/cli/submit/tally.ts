import prettyMilliseconds from 'pretty-ms';
import type { JsonObject } from '../../core/json.ts';
import type { Receipt } from '../../core/receipt.ts';
import type { ExitCode } from '../exit-codes.ts';
import { formatCount, plural, printable } from '../print/text.ts';

/** What became of the lines so far. */
export class Tally {
  private readonly started = performance.now();
  private readonly rejections = new Map<string, number>();
  private committed = 0;
  private rejected = 0;
  private duplicates = 0;
  private rejectedAtAll = 0;
  /** Lines that got an error in place of a receipt. */
  failed = 0;

  /** Requests that have a receipt. */
  get receipts(): number {
    return this.committed + this.rejected + this.duplicates;
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
    if (this.failed > 0) return this.receipts === 0 ? 65 : 6;
    return this.receipts > 0 && this.rejectedAtAll === this.receipts ? 1 : 0;
  }

  /** For people, in one line. */
  format(): string {
    const ms = performance.now() - this.started;
    const rate = Math.round((this.receipts / Math.max(ms, 1)) * 1_000);
    const codes = [...this.rejections].map(([code, count]) => `${printable(code)} ${formatCount(count)}`);
    const parts = [
      `${formatCount(this.committed)} committed`,
      `${formatCount(this.rejected)} rejected${codes.length === 0 ? '' : ` (${codes.join(', ')})`}`,
      ...(this.duplicates === 0 ? [] : [`${formatCount(this.duplicates)} submitted before`]),
      ...(this.failed === 0 ? [] : [`${plural(this.failed, 'line')} failed`]),
    ];
    return `${plural(this.receipts, 'request')}: ${parts.join(', ')} in ${prettyMilliseconds(ms)} (${formatCount(rate)}/s)`;
  }

  /** For scripts. */
  toJson(): JsonObject {
    return {
      requests: this.receipts,
      committed: this.committed,
      rejected: this.rejected,
      rejections: Object.fromEntries(this.rejections),
      duplicates: this.duplicates,
      failed: this.failed,
      ms: Math.round(performance.now() - this.started),
    };
  }
}
