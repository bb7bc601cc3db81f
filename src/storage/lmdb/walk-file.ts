import { fileBytes } from './file-bytes.ts';
import { findCut, findEarlierState, type LastCommit } from './last-commit.ts';
import { findMetaProblems, hasOverlappingSync, readNewestMeta } from './pages/meta-pages.ts';
import { PageFile } from './pages/page-file.ts';
import { CheckedPages } from './pages/tree.ts';
import { walkPages } from './pages/walk.ts';

/**
 * Walks all pages of a data file; yields now and then what it found since. Reads with the system's own calls: whatever is in
 * the file, this ends in order. The caller holds a snapshot meanwhile, so that the pages of the newest state stay.
 */
export function* walkFile(path: string, lastCommit: LastCommit | undefined): Generator<readonly string[]> {
  const seen = lastCommit?.read();
  const file = open(path);
  try {
    const problems = findMetaProblems(file);
    yield problems;
    if (problems.length > 0) return;
    if (hasOverlappingSync(file)) yield ['it was opened with overlappingSync: acknowledged data could be lost'];
    const pages = new CheckedPages(file, readNewestMeta(file));
    const now = { transaction: pages.meta.transaction, bytes: file.length() };
    if (now.bytes % pages.meta.pageBytes !== 0) yield [`it ends within a page, after ${now.bytes} bytes`];
    for (const problem of [findEarlierState(now, seen), findCut(now, seen)]) if (problem !== undefined) yield [problem];
    for (const found of walkPages(pages)) yield found.map(({ error }) => error.message);
  } finally {
    file.close();
  }
}

/** Errors: ENV_MOVED when a rebuild removed the file, so that only who has it open still reads it. */
function open(path: string): PageFile {
  try {
    return new PageFile(path);
  } catch (error) {
    fileBytes(path);
    throw error;
  }
}
