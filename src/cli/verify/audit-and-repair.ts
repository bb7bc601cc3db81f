import { TxlogError } from '../../core/base/errors.ts';
import type { Environment } from '../../environment/environment.ts';
import type { AuditReport } from '../../index.ts';
import type { Audit } from '../../shapes/audit.ts';
import type { Colors } from '../../text/colors.ts';
import type { WorkProgress } from '../frame/progress-line.ts';
import { formatVerify } from '../print/verify-report.ts';

/** Problems of the log itself, which is all that a repair could start from. */
const ofTheLog: ReadonlySet<string> = new Set(['CHAIN_BROKEN', 'RECORD_DAMAGED', 'LOG_GAP', 'HEAD_WRONG']);

const proved = 'states, applied lists, indexes and chain are exactly the fold of the log';

/** How to go about a verification. */
export interface AuditOptions {
  /** Whether to mend what it found; never, without this. */
  readonly agree?: ((report: AuditReport) => Promise<boolean>) | undefined;
  /** Shows how far a step is. */
  readonly show: (what: string) => WorkProgress;
}

/**
 * Folds the log again and compares. What differs is made anew from the log, once that is agreed, and verified again.
 *
 * Errors: STORAGE_CORRUPT when a repair is asked for and the log itself is damaged, or the repair did not help.
 */
export async function auditAndRepair(env: Environment, { agree, show }: AuditOptions): Promise<Audit> {
  const verify = () => shown(show('verifying'), (progress) => env.rescanVerify(progress));
  const report = await verify();
  if (report.ok || !agree) return { report };
  const damaged = report.problems.find(({ code }) => ofTheLog.has(code));
  if (damaged) throw refuse(`the log is damaged at ${damaged.place}: ${damaged.reason}`);
  if (!(await agree(report))) return { report };
  const repaired = await shown(show('repairing'), (progress) => env.rebuild(progress));
  const [left] = (await verify()).problems;
  if (left) throw refuse(`the new indexes differ too, at ${left.place}: ${left.reason}`);
  return { report, repaired };
}

function shown<T>(progress: WorkProgress, work: (progress: WorkProgress) => Promise<T>): Promise<T> {
  return work(progress).finally(() => progress.stop());
}

/** An audit for people, with the next command when something is left to do. */
export function formatAudit({ report, repaired }: Audit, colors: Colors): string {
  const lines = [formatVerify(report, proved, colors)];
  if (repaired)
    lines.push(`${colors.good('repaired')}  all indexes are new, in generation ${repaired.generation}, and verified`);
  else if (!report.ok) lines.push('next: txlog rescan --verify --repair');
  return lines.join('\n');
}

function refuse(reason: string): TxlogError {
  return new TxlogError('STORAGE_CORRUPT', `cannot repair: ${reason}`, {
    hint: 'A repair rebuilds the indexes from the log. The log itself can only come from a backup. Nothing was changed.',
    next: ['txlog verify', 'txlog init --help'],
  });
}
