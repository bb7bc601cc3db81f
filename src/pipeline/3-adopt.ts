import { TxlogError } from '../core/base/errors.ts';
import { type FoldedChanges, foldChanges } from '../core/fold/fold-record.ts';
import { appliedChanges, type LogRecord } from '../core/log/record.ts';
import type { Head } from '../layout/meta.ts';
import type { WriteTx } from '../ports/storage.ts';
import type { Cut } from '../view/cut.ts';
import { Stage } from './3-stage.ts';

/** Records that are decided already, elsewhere or long ago, and come into the log as they are. */
export interface Adoption {
  /** Returns the records to append behind the head of the cut, under the lock. With an error, nothing is appended. */
  choose(tx: WriteTx, cut: Cut): readonly LogRecord[];
  /** Writes more that is durable together with it. `head` is the new one. */
  finish(tx: WriteTx, head: Head): void;
}

/**
 * In place of step 3: stages records that were decided elsewhere. What they did is what their changes say; no handler is
 * asked.
 *
 * Errors: DUMP_INVALID for records that no log could hold behind this one.
 */
export function stageAdopted(cut: Cut, records: readonly LogRecord[]): Stage {
  const stage = new Stage(cut, 0);
  for (const record of records) {
    if (record.position !== stage.nextPosition) throw refused(record, `position ${stage.nextPosition} comes next`);
    if (record.time < stage.time) throw refused(record, 'its time is before that of the record before it');
    if (stage.find(record.id) !== undefined) throw refused(record, `its id ${record.id} is that of another record`);
    const folded = foldAdopted(stage, record);
    if (!folded.ok) throw refused(record, folded.rejection.reason);
    stage.time = record.time;
    stage.add(record, folded.after, (key) => stage.state(key));
  }
  return stage;
}

function foldAdopted(stage: Stage, record: LogRecord): FoldedChanges {
  const { position, time } = record;
  try {
    // Whether an owner was named rightly was decided when it was.
    const context = { position, time, idAt: () => undefined };
    return foldChanges(appliedChanges(record), (key) => stage.state(key), context);
  } catch (cause) {
    throw refused(record, (cause as Error).message, cause);
  }
}

function refused({ position }: LogRecord, reason: string, cause?: unknown): TxlogError {
  return new TxlogError('DUMP_INVALID', `record ${position} cannot follow the log: ${reason}`, { cause });
}
