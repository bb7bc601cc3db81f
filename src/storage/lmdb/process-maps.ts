import { statSync } from 'node:fs';
import { TxlogError } from '../../core/base/errors.ts';

/** The map of one data file in this process. */
interface ProcessMap {
  readonly readOnly: boolean;
  handles: number;
}

const maps = new Map<string, ProcessMap>();

/**
 * Refuses a handle that writes where this thread has the file open for reading only. LMDB's package maps a file once in a
 * process: whoever comes later shares the map of the first, and would fail at its first transaction, as would the first.
 *
 * Errors: ENV_READ_ONLY.
 */
export function refuseReadOnlyMap(file: string): void {
  const id = idOf(file);
  if (id === undefined || !maps.get(id)?.readOnly) return;
  throw new TxlogError('ENV_READ_ONLY', 'this process has the environment open for reading only', {
    hint: 'A process that reads and writes opens it for writing first, or closes the handle that only reads.',
    next: ['txlog doctor'],
  });
}

/** Notes that a handle shares the map of a file, or made it; returns how to note that it is closed. */
export function noteMap(file: string, readOnly: boolean): () => void {
  const id = idOf(file) ?? '';
  const map = maps.get(id) ?? { readOnly, handles: 0 };
  map.handles += 1;
  maps.set(id, map);
  return () => {
    map.handles -= 1;
    if (map.handles === 0) maps.delete(id);
  };
}

function idOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
