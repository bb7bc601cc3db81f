import type { Block } from '../format/dump-reader.ts';
import type { ImportReport } from './import-options.ts';

/** The records of a block, by what became of them. */
export type Taken = Pick<ImportReport, 'applied' | 'duplicate' | 'rejected' | 'parked' | 'skipped' | 'left'>;

/** A way of taking a dump. */
export interface Taking {
  /** Refuses a dump that does not fit, before anything is written. */
  begin(): Promise<void>;
  /** Takes a block. Errors leave what came before, and nothing of the records from the one on that they name. */
  take(block: Block): Promise<Taken>;
}

/** The counts before the first block. */
export const nothingTaken: Taken = { applied: 0, duplicate: 0, rejected: 0, parked: 0, skipped: 0, left: 0 };

/** Both together. */
export function addTaken(a: Taken, b: Taken): Taken {
  return {
    applied: a.applied + b.applied,
    duplicate: a.duplicate + b.duplicate,
    rejected: a.rejected + b.rejected,
    parked: a.parked + b.parked,
    skipped: a.skipped + b.skipped,
    left: a.left + b.left,
  };
}
