import { isEngineKey } from '../core/fold/session.ts';
import { keyPosition, keyText, positionKey } from '../layout/keys.ts';
import { readHead } from '../layout/meta.ts';
import { schemaNumber } from '../layout/record-codec.ts';
import { recordSchema } from '../layout/record-schema.ts';
import { decodeSummed } from '../layout/summed-json.ts';
import type { Snapshot } from '../ports/storage.ts';
import { decodeCursor } from '../rescan/stored-cursor.ts';
import { type AuditLog, attempt } from './audit-report.ts';

/**
 * Checks what no fold of the log can be compared with: that the log ends where the head says, the schemas of records, and
 * where readers stand.
 */
export function verifyTables(snapshot: Snapshot, log: AuditLog): void {
  attempt(log, 'meta/head', () => checkEnd(snapshot, log));
  attempt(log, `schemas/${schemaNumber}`, () => checkSchema(snapshot, log));
  attempt(log, 'cursors', () => {
    for (const { key, value } of snapshot.range('cursors')) {
      const name = keyText(key);
      // The engine's own have shapes of their own, and the same checksum.
      const decode = isEngineKey(name) ? () => decodeSummed('cursors', name, value) : () => decodeCursor(name, value);
      attempt(log, `cursors/${name}`, () => void decode());
    }
  });
}

/** In one snapshot: others may append. */
function checkEnd(snapshot: Snapshot, log: AuditLog): void {
  const { position } = readHead(snapshot);
  for (const { key } of snapshot.range('log', { reverse: true, limit: 1 })) {
    const last = keyPosition(key);
    if (last > position) {
      const reason = `the log ends at ${last}, the head says ${position}`;
      log.add({ code: 'HEAD_WRONG', place: 'meta/head', reason, position: position + 1 });
    }
  }
}

function checkSchema(snapshot: Snapshot, log: AuditLog): void {
  const row = snapshot.get('schemas', positionKey(schemaNumber));
  if (row && keyText(row) === JSON.stringify(recordSchema)) return;
  const reason = row ? 'the row is not the schema of this number' : 'the row is missing';
  log.add({ code: 'INDEX_DIFFERS', place: `schemas/${schemaNumber}`, reason });
}
