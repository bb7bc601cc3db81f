import { openEnv } from '../../src/storage/lmdb/open-env.ts';

interface TableStats {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** Bytes of the pages that each table of a closed environment takes, and of those that are free for reuse. */
export function tableBytes(dir: string): Readonly<Record<string, number>> {
  const env = openEnv({ dir, readOnly: true });
  const bytes: Record<string, number> = {};
  for (const [name, table] of env.tables) bytes[name] = bytesOf(table.getStats() as unknown as TableStats);
  const stats = env.root.getStats() as unknown as { free?: TableStats; lastPageNumber: number; pageSize: number };
  const used = Object.values(bytes).reduce((sum, part) => sum + part, 0);
  bytes.free = Math.max(0, (stats.lastPageNumber + 1) * stats.pageSize - used);
  void env.root.close();
  return bytes;
}

function bytesOf({ pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages }: TableStats): number {
  return (treeBranchPageCount + treeLeafPageCount + overflowPages) * pageSize;
}
