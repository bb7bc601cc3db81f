import { closeSync, openSync, readSync } from 'node:fs';
import { fileBytes } from './file-bytes.ts';
import { type LmdbEnv, lmdbMagic, metaMagicAt } from './open-env.ts';

interface TreeStats {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
  readonly entryCount: number;
}

interface EnvStats extends TreeStats {
  readonly root: TreeStats;
  readonly free: TreeStats;
  readonly lastPageNumber: number;
}

const overlappingSyncFlag = 0x1000;

/**
 * Looks at what can be seen without walking every page: the meta pages, the file's length, and whether the tables' trees
 * fit into it.
 */
export function findPageProblems(env: LmdbEnv, file: string): string[] {
  const problems: string[] = [];
  const stats = env.root.getStats() as unknown as EnvStats;
  const pageBytes = stats.root.pageSize;
  const size = fileBytes(file);
  let pages = 2 + pagesOf(stats.root) + pagesOf(stats.free);
  for (const table of env.tables.values()) pages += pagesOf(table.getStats() as unknown as TreeStats);
  if (pages > stats.lastPageNumber + 1)
    problems.push(`the trees claim ${pages} pages, the last one is ${stats.lastPageNumber}`);
  if (pages * pageBytes > size) problems.push(`the trees claim ${pages} pages, the file has only ${size} bytes`);
  return [...problems, ...findMetaProblems(file, pageBytes)];
}

function pagesOf(stats: TreeStats): number {
  return stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages;
}

/** Only data.mdb is opened here: opening and closing lock.mdb would drop this process's reader locks. */
function findMetaProblems(file: string, pageBytes: number): string[] {
  const problems: string[] = [];
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(pageBytes * 2);
    readSync(handle, bytes, 0, bytes.length, 0);
    for (const page of [0, 1]) {
      const at = page * pageBytes + metaMagicAt;
      if (bytes.readUInt32LE(at) !== lmdbMagic) problems.push(`meta page ${page} does not have LMDB's magic number`);
      // The free-list database's flags, after magic, version, address and map size.
      if (bytes.readUInt16LE(at + 28) & overlappingSyncFlag)
        problems.push('it was opened with overlappingSync: acknowledged data could be lost');
    }
  } finally {
    closeSync(handle);
  }
  return problems;
}
