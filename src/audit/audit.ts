import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import type { Head } from '../layout/meta.ts';
import { TypeRegistry } from '../layout/type-registry.ts';
import type { AttachmentStore } from '../ports/attachment-store.ts';
import type { Storage } from '../ports/storage.ts';
import { Refold } from '../replay/refold.ts';
import { Cut } from '../view/cut.ts';
import type { Progress, ViewReader } from '../view/reader.ts';
import type { LoopTurns, Steps } from '../view/turns.ts';
import { View } from '../view/view.ts';
import { AttachmentAudit } from './audit-attachments.ts';
import { AuditLog, type AuditReport, addDamage } from './audit-report.ts';
import { compareIndexes } from './compare-indexes.ts';
import { readRaw } from './raw-reading.ts';
import { verifyChain } from './verify-chain.ts';
import { verifyTables } from './verify-tables.ts';

/** How to verify, beside the log: whether attachments are here, and with `onBytes` also their bytes, all of them. */
export interface VerifyParts {
  readonly attachments: AttachmentStore;
  readonly onProgress?: Progress | undefined;
  readonly onBytes?: Progress | undefined;
}

/**
 * Reads the log once and checks it and its totals, the storage's pages, and that attachments are here which committed records
 * name: fast, and changes nothing. Only with `onBytes` it reads the attachments as well.
 */
export async function verify(
  storage: Storage,
  turns: LoopTurns,
  { attachments, onProgress, onBytes }: VerifyParts,
): Promise<AuditReport> {
  const log = new AuditLog();
  const named = new AttachmentAudit(attachments, log);
  // First of all: what is read after that lies on these pages.
  await turns.run(verifyPages(storage, log));
  const raw = readRaw(storage, turns);
  const head = await raw.read(({ head }) => head);
  await raw.read(({ snapshot }) => verifyTables(snapshot, log));
  const onNamed = named.look.bind(named);
  const records = await verifyLog(raw, head, { log, onProgress, onNamed });
  if (onBytes) await named.readAll(onBytes);
  return { ...log.report(records, head), ...given({ attachments: named.count || undefined }) };
}

/** The chain, as far as the log can be read. */
async function verifyLog(raw: ViewReader, head: Head, options: Parameters<typeof verifyChain>[2]): Promise<number> {
  const { log } = options;
  try {
    return await verifyChain(raw, head, options);
  } catch (error) {
    addDamage(log, 'log', error);
    return 0;
  }
}

function* verifyPages(storage: Storage, log: AuditLog): Steps<void> {
  for (const problems of storage.findPageProblems()) {
    for (const reason of problems) log.add({ code: 'PAGES_WRONG', place: 'data.mdb', reason });
    yield;
  }
}

/** The subject of an audit. */
export interface Audited extends ViewReader {
  readonly turns: LoopTurns;
  readPinned<T>(work: (cut: Cut) => Promise<T>): Promise<T>;
}

/**
 * Folds the whole log again in `side` and compares every state, applied list and index with what the environment
 * answers, and the chain with the log.
 *
 * Errors: none for what differs, that is in the report; STORAGE_CORRUPT only when the log cannot be read at all.
 */
export async function rescanVerify(
  env: Audited,
  { storage, side }: { readonly storage: Storage; readonly side: Storage },
  onProgress?: Progress,
): Promise<AuditReport> {
  const log = new AuditLog();
  await env.turns.run(verifyPages(storage, log));
  const raw = readRaw(storage, env.turns);
  const start = await raw.read(({ head }) => head);
  await raw.read(({ snapshot }) => verifyTables(snapshot, log));
  const records = await verifyLog(raw, start, {
    log,
    onProgress: (done, total) => onProgress?.(Math.round(done / 3), total),
  });
  if (log.report(records, start).ok) {
    await refoldAndCompare(env, side, {
      log,
      onProgress: (done, total) => onProgress?.(Math.round(total / 3 + (done * 2) / 3), total),
    });
  }
  return log.report(records, start);
}

async function refoldAndCompare(
  env: Audited,
  side: Storage,
  { log, onProgress }: { readonly log: AuditLog; readonly onProgress: Progress },
): Promise<void> {
  const refold = new Refold(side, env.turns);
  try {
    await refold.copy(env, { onProgress });
  } catch (error) {
    if (!(error instanceof TxlogError)) throw error;
    log.add({
      code: 'RECORD_DAMAGED',
      place: `log/${refold.position + 1}`,
      reason: error.message,
      position: refold.position + 1,
    });
    return;
  }
  try {
    await env.readPinned((cut) => compareAll(env, cut, { side, refold, log }));
  } catch (error) {
    addDamage(log, 'indexes', error);
  }
}

async function compareAll(
  { turns }: Audited,
  cut: Cut,
  { side, refold, log }: { readonly side: Storage; readonly refold: Refold; readonly log: AuditLog },
): Promise<void> {
  // Whatever was appended meanwhile is folded from this very snapshot: both sides stand at one position.
  await turns.run(refold.copyRest(cut.snapshot, cut.typeRegistry));
  const { snapshot: sideSnapshot, release } = side.pin();
  try {
    const fresh = new View(new TypeRegistry());
    fresh.catchUp(sideSnapshot);
    await turns.run(compareIndexes(cut, new Cut(fresh, sideSnapshot), log));
    compareTotals(cut.view, fresh, log);
  } finally {
    release();
  }
}

function compareTotals(live: View, fresh: View, log: AuditLog): void {
  for (const [name, expected] of Object.entries(fresh.head.counts)) {
    const found = live.head.counts[name as keyof typeof live.head.counts];
    if (found !== expected)
      log.add({
        code: 'COUNT_WRONG',
        place: 'meta/head',
        reason: `the head counts ${found} ${name}, the log gives ${expected}`,
      });
  }
}
