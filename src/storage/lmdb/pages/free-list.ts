import { type Meta, numberAt } from './meta-pages.ts';
import { keyOf } from './page.ts';
import { type CheckedPages, damagedPage, freeTree, leavesOf, readValue } from './tree.ts';

/** A run of pages that are free. */
export interface FreeRun {
  readonly page: number;
  readonly pages: number;
}

/**
 * All runs of free pages. LMDB writes on what this list names and looks at nothing first.
 *
 * Shape: rows of a transaction's number in 8 bytes, and numbers of 8 bytes: how many follow, then pages; a negative number
 * says how many pages the run of the next one has; 0 is no page.
 * Errors: STORAGE_CORRUPT.
 */
export function* freeRuns(pages: CheckedPages): Generator<FreeRun> {
  const tree = freeTree(pages.meta);
  // The newest first, as LMDB takes them.
  for (const leaf of leavesOf(pages, tree, { reverse: true })) {
    for (let i = leaf.nodes - 1; i >= 0; i--) {
      const runs = runsOf(readValue(pages, tree, { page: leaf, index: i }), pages.meta);
      const key = keyOf(leaf, i);
      const isKey = key.length === 8 && numberAt(key, 0) > 0 && numberAt(key, 0) <= pages.meta.transaction;
      if (runs === undefined || !isKey) throw damagedPage('free', leaf.number, `has an impossible row ${i}`);
      yield* runs;
    }
  }
}

/** The runs of one row, or undefined when it cannot be one. */
function runsOf(row: Buffer, { lastPage }: Meta): FreeRun[] | undefined {
  if (row.length < 8 || row.length % 8 !== 0) return undefined;
  const count = numberAt(row, 0);
  if (count * 8 + 8 > row.length) return undefined;
  const runs: FreeRun[] = [];
  let length = 1;
  for (let i = 1; i <= count; i++) {
    const page = row.readUInt32LE(i * 8) + row.readInt32LE(i * 8 + 4) * 0x1_0000_0000;
    if (page < 0) {
      if (length !== 1 || i === count) return undefined;
      length = -page;
      continue;
    }
    if (page === 0 ? length !== 1 : page < 2 || page + length - 1 > lastPage) return undefined;
    if (page > 0) runs.push({ page, pages: length });
    length = 1;
  }
  return runs;
}
