import { assert } from '../core/assert.ts';
import { fromHex, toHex } from '../layout/hex.ts';
import { positionKey } from '../layout/keys.ts';
import { type Head, writeHead } from '../layout/meta.ts';
import { type RecordEncoder, recordDigest } from '../layout/record.ts';
import type { WriteTx } from '../ports/storage.ts';
import type { Stage } from './stage.ts';

/** What was appended: the new head, and the size of each record. */
export interface Appended {
  readonly head: Head;
  readonly bytes: readonly number[];
  /** Types that were used for the first time, with their numbers. */
  readonly newTypes: ReadonlyMap<string, number>;
}

/**
 * Step 5: appends the staged records, each chained to the one before, and moves the head, in one transaction.
 *
 * Append before apply: replay rebuilds a lost index, nothing rebuilds a lost record.
 * Errors: those of the storage's write.
 */
export function appendRecords(tx: WriteTx, encoder: RecordEncoder, stage: Stage): Appended {
  const { head, catalog } = stage.view;
  const newTypes = new Map<string, number>();
  const bytes: number[] = [];
  let digest: Uint8Array = fromHex(head.digest);
  let logBytes = head.counts.logBytes;
  catalog.ensureSchema(tx);
  encoder.start(digest);
  for (const { record } of stage.staged) {
    assert(record.position === head.position + bytes.length + 1, 'positions have no gap');
    const row = encoder.encode(record, catalog.addType(tx, record.type, newTypes));
    tx.put('log', positionKey(record.position), row, true);
    digest = recordDigest(row);
    bytes.push(row.length);
    logBytes += row.length;
  }
  const next: Head = {
    position: head.position + bytes.length,
    time: stage.time,
    digest: toHex(digest),
    counts: { ...stage.totals, logBytes },
  };
  writeHead(tx, next);
  return { head: next, bytes, newTypes };
}
