import { TxlogError } from '../core/base/errors.ts';
import { Catalog } from '../layout/catalog.ts';
import { readHead } from '../layout/meta.ts';
import type { Storage } from '../ports/storage.ts';
import { Refold } from '../replay/refold.ts';
import type { Progress, Reading } from '../view/reader.ts';
import { View } from '../view/view.ts';
import { compareIndexes } from './compare-indexes.ts';
import { AuditLog, type AuditReport } from './report.ts';
import { verifyChain } from './verify-chain.ts';

/** Reads the log once and checks it and its totals, and the storage's pages: fast, and changes nothing. */
export async function verify(storage: Storage, onProgress?: Progress): Promise<AuditReport> {
  const log = new AuditLog();
  const raw = readRaw(storage);
  const head = await raw.read((view) => view.head);
  const records = await verifyChain(raw, head, log, onProgress);
  for (const reason of storage.findPageProblems()) log.add({ code: 'PAGES_WRONG', place: 'data.mdb', reason });
  return log.report(records, head);
}

/**
 * Folds the whole log again in `side` and compares every state, applied list and index with what the environment
 * answers, and the chain with the log.
 *
 * Errors: none for what differs, that is in the report; STORAGE_CORRUPT only when the log cannot be read at all.
 */
export async function rescanVerify(
  env: Reading,
  storage: Storage,
  side: Storage,
  onProgress?: Progress,
): Promise<AuditReport> {
  const log = new AuditLog();
  const raw = readRaw(storage);
  const start = await raw.read((view) => view.head);
  const records = await verifyChain(raw, start, log, (done, total) => onProgress?.(Math.round(done / 3), total));
  if (log.report(records, start).ok) {
    await refoldAndCompare(env, side, log, (done, total) =>
      onProgress?.(Math.round(total / 3 + (done * 2) / 3), total),
    );
  }
  return log.report(records, start);
}

/** Reads without folding the tail of the log first: a damaged record there must not keep it from being found. */
function readRaw(storage: Storage): Reading {
  const view = new View(new Catalog());
  return {
    read: async (work) =>
      storage.read((snapshot) => {
        view.head = readHead(snapshot);
        if (view.head.moved !== undefined)
          throw new TxlogError('ENV_MOVED', 'a rebuild took the place of this generation');
        return work(view, snapshot);
      }),
  };
}

async function refoldAndCompare(env: Reading, side: Storage, log: AuditLog, onProgress: Progress): Promise<void> {
  const refold = new Refold(side);
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
  await env.read((view, snapshot) => {
    // Whatever was appended meanwhile is folded from this very snapshot: both sides stand at one position.
    refold.copyRest(snapshot, view.catalog);
    side.read((sideSnapshot) => {
      const fresh = new View(new Catalog());
      fresh.catchUp(sideSnapshot);
      compareIndexes({ view, snapshot }, { view: fresh, snapshot: sideSnapshot }, log);
      compareTotals(view, fresh, log);
    });
  });
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
