import type { JsonValue } from '../core/base/json.ts';
import type { Change } from '../core/fold/change.ts';
import type { FoldedRecord } from '../core/log/record.ts';
import { damagedRow } from '../layout/damaged-row.ts';
import { keyText } from '../layout/keys.ts';
import type { FoldOutcome } from './fold-tree.ts';

/** Where a history reads: the log up to a position, and a batch that may be dropped again, above it. */
export interface HistorySource {
  /** The last position that is in the log for ever. */
  readonly basePosition: number;
  /** Stands for this batch: what another one staged never was. */
  readonly token: object;
  /** Applied positions of a key from `from` on. */
  applied(key: string, from: number): Iterable<number>;
  /** The record at a position; its changes of other keys may be left out. */
  folded(position: number, key: Uint8Array): FoldedRecord | undefined;
  idAt(position: number): string;
}

/** Runs the reducer of a transaction anew. Throws when there is none, or it throws. */
export type ReduceAgain = (type: string, change: Change, value: JsonValue | undefined) => JsonValue | undefined;

/** Positions, both included, and how many steps a fold over them may take, about. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly stepsMax: number;
}

/** How far a state was folded on, and why not to the end. */
export interface Advanced extends FoldOutcome {
  /** Whether it came to what the log had there: from then on it is what the log has. */
  readonly isAsLogged?: boolean;
  /** Whether its steps were not enough. */
  readonly isCut?: boolean;
  /** Transactions that were folded one by one, and parts that were run in one step. */
  readonly steps: number;
}

/** The record that a key's list names. Errors: STORAGE_CORRUPT when the log has none there. */
export function appliedRecord(source: HistorySource, key: Uint8Array, position: number): FoldedRecord {
  const record = source.folded(position, key);
  if (record) return record;
  throw damagedRow('applied', keyText(key), `it names record ${position}, which is not in the log`);
}
