import { TxlogError } from '../core/base/errors.ts';
import { typeKey } from '../layout/catalog.ts';
import { fromHex, toHex } from '../layout/hex.ts';
import { keyPosition, keyText, positionKey } from '../layout/keys.ts';
import type { Head } from '../layout/meta.ts';
import { chainDigest, decodeHeader, firstDigest, namedType, recordDigest } from '../layout/record.ts';
import type { Snapshot } from '../ports/storage.ts';
import type { Progress, Reading } from '../view/reader.ts';
import type { View } from '../view/view.ts';
import type { AuditLog } from './report.ts';

const pageRecords = 5_000;

interface Chain {
  position: number;
  digest: Uint8Array;
  committed: number;
  rejected: number;
  bytes: number;
  /** Types that a record has named. */
  readonly types: Set<number>;
}

/**
 * Reads the whole log up to `head` and checks each record's checksum, its link to the one before, that positions have
 * no gap, and that the head's totals fit. Goes on after a break, so that all are found.
 */
export async function verifyChain(env: Reading, head: Head, log: AuditLog, onProgress?: Progress): Promise<number> {
  const chain: Chain = { position: 0, digest: firstDigest, committed: 0, rejected: 0, bytes: 0, types: new Set() };
  while (chain.position < head.position) {
    const before = chain.position;
    await env.read((view, snapshot) => readPage(view, snapshot, head, chain, log));
    onProgress?.(chain.position, head.position);
    if (chain.position === before) break;
  }
  if (chain.position !== head.position) {
    log.add({
      code: 'HEAD_WRONG',
      place: 'meta/head',
      reason: `the log ends at ${chain.position}, the head says ${head.position}`,
      position: chain.position + 1,
    });
  } else if (!equal(chain.digest, fromHex(head.digest))) {
    log.add({
      code: 'CHAIN_BROKEN',
      place: 'meta/head',
      reason: 'the digest of the head is not that of the last record',
      position: head.position,
    });
  }
  checkTotals(chain, head, log);
  return chain.committed + chain.rejected;
}

function readPage(view: View, snapshot: Snapshot, head: Head, chain: Chain, log: AuditLog): void {
  const range = { start: positionKey(chain.position + 1), end: positionKey(head.position + 1), limit: pageRecords };
  for (const { key, value } of snapshot.range('log', range)) {
    const position = keyPosition(key);
    if (position !== chain.position + 1) {
      log.add({
        code: 'LOG_GAP',
        place: `log/${chain.position + 1}`,
        reason: `positions ${chain.position + 1} to ${position - 1} are missing`,
        position: chain.position + 1,
      });
    }
    if (!equal(chainDigest(chain.digest, value), recordDigest(value))) {
      log.add({
        code: 'CHAIN_BROKEN',
        place: `log/${position}`,
        reason: 'the record does not continue the chain: it, or one before it, was changed',
        position,
      });
    }
    countOne(view, snapshot, position, value, { chain, log });
    chain.position = position;
    chain.digest = Uint8Array.from(recordDigest(value));
    chain.bytes += value.length;
  }
}

function countOne(
  view: View,
  snapshot: Snapshot,
  position: number,
  bytes: Uint8Array,
  { chain, log }: { chain: Chain; log: AuditLog },
): void {
  try {
    checkType(view, snapshot, position, bytes, { chain, log });
    chain[view.catalog.decode(snapshot, position, bytes).outcome] += 1;
  } catch (error) {
    if (!(error instanceof TxlogError)) throw error;
    log.add({ code: 'RECORD_DAMAGED', place: `log/${position}`, reason: error.message, position });
  }
}

/** The table of types only repeats what the first record of each says. */
function checkType(
  view: View,
  snapshot: Snapshot,
  position: number,
  bytes: Uint8Array,
  { chain, log }: { chain: Chain; log: AuditLog },
): void {
  const { type } = decodeHeader(bytes);
  if (chain.types.has(type)) return;
  chain.types.add(type);
  const named = namedType(position, bytes);
  const row = snapshot.get('types', typeKey(type));
  const found = row && keyText(row);
  if (named) view.catalog.learn(named);
  if (named && found === named.name) return;
  const place = `types/${type}`;
  const reason = named
    ? `the table says ${found ?? 'nothing'}, its first record says ${named.name}`
    : 'its first record does not name it';
  log.add({ code: 'INDEX_DIFFERS', place, reason, position });
}

function checkTotals(chain: Chain, head: Head, log: AuditLog): void {
  const { committed, rejected, logBytes } = head.counts;
  const totals = [
    ['committed', committed, chain.committed],
    ['rejected', rejected, chain.rejected],
    ['bytes', logBytes, chain.bytes],
  ] as const;
  for (const [name, said, found] of totals) {
    if (said !== found)
      log.add({
        code: 'COUNT_WRONG',
        place: 'meta/head',
        reason: `the head counts ${said} ${name}, the log holds ${found}`,
      });
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return toHex(a) === toHex(b);
}
