import { assert } from '../core/base/assert.ts';
import { given } from '../core/base/given.ts';
import { fromHex, toHex } from '../layout/hex.ts';
import { positionKey } from '../layout/keys.ts';
import { type Head, writeHead } from '../layout/meta.ts';
import { type RecordEncoder, recordDigest } from '../layout/record-codec.ts';
import type { WriteTx } from '../ports/storage.ts';
import type { Stage } from './3-stage.ts';

/** The appended batch: the new head, and what is known of each record now. */
export interface Appended {
  readonly head: Head;
  readonly bytes: readonly number[];
  /** Values of the changes of each record as JSON, where they are objects or lists. */
  readonly texts: readonly (readonly (string | undefined)[])[];
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
  const { head, typeRegistry } = stage.cut;
  const newTypes = new Map<string, number>();
  const bytes: number[] = [];
  const texts: (readonly (string | undefined)[])[] = [];
  let digest: Uint8Array = fromHex(head.digest);
  let logBytes = head.counts.logBytes;
  typeRegistry.ensureSchema(tx);
  encoder.start(digest);
  for (const { record } of stage.staged) {
    assert(record.position === head.position + bytes.length + 1, 'positions have no gap');
    const named = newTypes.size;
    const type = typeRegistry.addType(tx, record.type, newTypes);
    const row = encoder.encode(record, type, newTypes.size > named);
    tx.append('log', positionKey(record.position), row);
    digest = recordDigest(row);
    bytes.push(row.length);
    texts.push(encoder.texts);
    logBytes += row.length;
  }
  const next: Head = {
    position: head.position + bytes.length,
    time: stage.time,
    digest: toHex(digest),
    counts: { ...stage.totals, logBytes },
    ...given({ clock: stage.clock }),
  };
  writeHead(tx, next);
  stage.writeThemes(tx);
  return { head: next, bytes, texts, newTypes };
}
