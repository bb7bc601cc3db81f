import { TxlogError } from '../core/base/errors.ts';
import type { Steps } from '../view/turns.ts';

/** One thing that is not as it must be. */
export interface AuditProblem {
  /** Stable code of the kind of problem. */
  readonly code:
    | 'CHAIN_BROKEN'
    | 'RECORD_DAMAGED'
    | 'LOG_GAP'
    | 'HEAD_WRONG'
    | 'COUNT_WRONG'
    | 'INDEX_DIFFERS'
    | 'STATE_DIFFERS'
    | 'APPLIED_DIFFERS'
    | 'ROW_DAMAGED'
    | 'PAGES_WRONG'
    | 'ATTACHMENT_MISSING'
    | 'ATTACHMENT_DAMAGED';
  /** Table and key, or another place. */
  readonly place: string;
  readonly reason: string;
  /** The position at which it disagrees with the log, where there is one. */
  readonly position?: number;
}

/** The answer of `verify` and `rescan --verify`. */
export interface AuditReport {
  readonly ok: boolean;
  /** Records that were read. */
  readonly records: number;
  readonly head: { readonly position: number; readonly digest: string };
  /** The first position that disagrees, when any does. */
  readonly firstPosition?: number;
  readonly problems: readonly AuditProblem[];
  /** Further problems that were found but not listed. */
  readonly more: number;
  /** Attachments that committed records name, of which each was looked for; absent when none is named, or nobody looked. */
  readonly attachments?: number;
}

const problemsListed = 100;

/** Does `work`; what of it cannot be read is a problem like any other: the rest is checked all the same. */
export function attempt(log: AuditLog, place: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    addDamage(log, place, error);
  }
}

/** As `attempt`, of work in steps. */
export function* attemptSteps(log: AuditLog, place: string, work: Steps<void>): Steps<void> {
  try {
    yield* work;
  } catch (error) {
    addDamage(log, place, error);
  }
}

/** Adds what could not be read. Throws any other error. */
export function addDamage(log: AuditLog, place: string, error: unknown): void {
  if (!(error instanceof TxlogError) || error.code !== 'STORAGE_CORRUPT') throw error;
  log.add({ code: 'ROW_DAMAGED', place, reason: error.message });
}

/** Gathers problems: all are counted, the first are kept. */
export class AuditLog {
  private readonly problems: AuditProblem[] = [];
  private found = 0;
  private first: number | undefined;

  add(problem: AuditProblem): void {
    this.found += 1;
    if (problem.position !== undefined) this.first = Math.min(this.first ?? problem.position, problem.position);
    if (this.problems.length < problemsListed) this.problems.push(problem);
  }

  report(records: number, head: AuditReport['head']): AuditReport {
    const problems = [...this.problems].sort(
      (a, b) => (a.position ?? Number.POSITIVE_INFINITY) - (b.position ?? Number.POSITIVE_INFINITY),
    );
    const report = { ok: this.found === 0, records, head, problems, more: this.found - problems.length };
    return this.first === undefined ? report : { ...report, firstPosition: this.first };
  }
}
