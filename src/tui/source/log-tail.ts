import { limits } from '../../core/base/limits.ts';
import type { Environment, RecordFilter, StoredRecord } from '../../index.ts';

/** Which records are wanted: those that pass a filter of this name, up to a position that the log has. */
export interface TailWanted {
  readonly name: string;
  readonly filter: RecordFilter;
  readonly head: number;
}

/**
 * The newest records of one environment that pass a filter. Who follows the log, ten times a second, reads each record
 * once, and looks once for those that pass: the log only grows.
 */
export class LogTail {
  private held: { readonly name: string; readonly head: number; readonly records: readonly StoredRecord[] } | undefined;

  /** The newest `limits.screenRows` of them, oldest first. Errors: those that the filter throws. */
  async read(env: Pick<Environment, 'records'>, wanted: TailWanted): Promise<readonly StoredRecord[]> {
    const { name, filter, head } = wanted;
    const known = this.held?.name === name && this.held.head <= head ? this.held : undefined;
    if (known?.head === head) return known.records;
    const limit = limits.screenRows;
    const fresh: StoredRecord[] = [];
    const bounds = { ...filter, to: head, ...(known && { from: known.head + 1 }) };
    if (head > 0) for await (const record of env.records(bounds, { reverse: true, limit })) fresh.push(record);
    const records = [...(known?.records ?? []), ...fresh.toReversed()].slice(-limit);
    this.held = { name, head, records };
    return records;
  }
}
