import type { Rejection } from '../fold/rejection.ts';
import type { LogRecord, Outcome } from './record.ts';

/** The submitter's answer: the outcome that its request id has for ever. */
export interface Receipt {
  readonly id: string;
  readonly outcome: Outcome;
  readonly position: number;
  readonly time: number;
  /** Whether the outcome is that of an earlier submission. */
  readonly duplicate: boolean;
  /** The durability of the record. `none` for a dry run, which writes nothing. */
  readonly durability: 'fsync' | 'memory' | 'none';
  readonly rejection?: Rejection;
  /** Whether nothing was written, only decided. */
  readonly dryRun?: true;
}

/** The receipt of a record. */
export function receiptOf(record: LogRecord, duplicate: boolean, durability: Receipt['durability']): Receipt {
  const { id, outcome, position, time, rejection } = record;
  const receipt = { id, outcome, position, time, duplicate, durability };
  return rejection ? { ...receipt, rejection } : receipt;
}
