import { TxlogError } from '../core/base/errors.ts';
import { asBuffer } from '../layout/bytes.ts';
import { fromHex, toHex } from '../layout/hex.ts';
import { keyPosition, keyText, positionKey } from '../layout/keys.ts';
import type { Head } from '../layout/meta.ts';
import { chainDigest, decodeHeader, firstDigest, namedType, recordDigest } from '../layout/record-codec.ts';
import { typeKey } from '../layout/type-registry.ts';
import type { Snapshot } from '../ports/storage.ts';
import type { Cut } from '../view/cut.ts';
import type { Progress, ViewReader } from '../view/reader.ts';
import { type LoopTurn, largeRowBytes } from '../view/turns.ts';
import type { AuditLog } from './audit-report.ts';

const pageRecords = 5_000;
/** Records that are read for one look at the clock. */
const recordsPerLook = 4;

/** Where problems go, and who hears of each page and of the attachments that a committed record names. */
interface ChainOptions {
  readonly log: AuditLog;
  readonly onProgress?: Progress | undefined;
  readonly onNamed?: ((digests: readonly string[], position: number) => void) | undefined;
}

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
export async function verifyChain(
  env: ViewReader,
  head: Head,
  { log, onProgress, onNamed }: ChainOptions,
): Promise<number> {
  const chain: Chain = { position: 0, digest: firstDigest, committed: 0, rejected: 0, bytes: 0, types: new Set() };
  while (chain.position < head.position) {
    const before = chain.position;
    await env.read((cut, turn) => readPage(cut, { head, chain, log, turn, onNamed }));
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
  await env.read(({ snapshot }) => checkTypeRows(snapshot, chain, log));
  return chain.committed + chain.rejected;
}

interface Verifying extends Pick<ChainOptions, 'log' | 'onNamed'> {
  readonly head: Head;
  readonly chain: Chain;
  readonly turn: LoopTurn;
}

function readPage(cut: Cut, { head, turn, ...verifying }: Verifying): void {
  const { chain, log } = verifying;
  const range = { start: positionKey(chain.position + 1), end: positionKey(head.position + 1), limit: pageRecords };
  let read = 0;
  let isLarge = false;
  for (const { key, value } of cut.snapshot.range('log', range)) {
    if (read > 0 && (isLarge || read % recordsPerLook === 0) && turn.isOver) return;
    read += 1;
    isLarge = value.length >= largeRowBytes;
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
    countOne(cut, { position, bytes: value }, verifying);
    chain.position = position;
    chain.digest = Uint8Array.from(recordDigest(value));
    chain.bytes += value.length;
  }
}

function countOne(
  cut: Cut,
  { position, bytes }: { readonly position: number; readonly bytes: Uint8Array },
  { chain, log, onNamed }: Pick<Verifying, 'chain' | 'log' | 'onNamed'>,
): void {
  try {
    checkType(cut, { position, bytes }, { chain, log });
    const { outcome, attachments } = cut.typeRegistry.decode(cut.snapshot, position, bytes);
    chain[outcome] += 1;
    if (attachments && outcome === 'committed') onNamed?.(attachments, position);
  } catch (error) {
    if (!(error instanceof TxlogError)) throw error;
    log.add({ code: 'RECORD_DAMAGED', place: `log/${position}`, reason: error.message, position });
  }
}

/** The table of types only repeats what the first record of each says. */
function checkType(
  cut: Cut,
  { position, bytes }: { readonly position: number; readonly bytes: Uint8Array },
  { chain, log }: { chain: Chain; log: AuditLog },
): void {
  const { type } = decodeHeader(bytes);
  if (chain.types.has(type)) return;
  chain.types.add(type);
  const named = namedType(position, bytes);
  const row = cut.snapshot.get('types', typeKey(type));
  const found = row && keyText(row);
  if (named) cut.typeRegistry.learn(named);
  if (named && found === named.name) return;
  const place = `types/${type}`;
  const reason = named
    ? `the table says ${found ?? 'nothing'}, its first record says ${named.name}`
    : 'its first record does not name it';
  log.add({ code: 'INDEX_DIFFERS', place, reason, position });
}

/** Rows that no record explains; that of a type which others added meanwhile comes after all that were there. */
function checkTypeRows(snapshot: Snapshot, chain: Chain, log: AuditLog): void {
  const newest = Math.max(0, ...chain.types);
  for (const { key } of snapshot.range('types')) {
    const type = key.length === 2 ? asBuffer(key).readUInt16BE(0) : 0;
    if (type > newest || chain.types.has(type)) continue;
    log.add({ code: 'INDEX_DIFFERS', place: `types/${type}`, reason: 'no record of the log has this type' });
  }
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
