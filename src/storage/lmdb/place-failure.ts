import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ErrorCode } from '../../core/base/error-codes.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import { systemCode, systemReason } from '../../core/base/system-error.ts';

const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['EACCES', 'ENV_PERMISSION'],
  ['EPERM', 'ENV_PERMISSION'],
  ['EROFS', 'ENV_READ_ONLY'],
  ['ENOSPC', 'STORAGE_FULL'],
  ['EDQUOT', 'STORAGE_FULL'],
  // There can be no environment at such a place.
  ['ENOENT', 'ENV_FOREIGN'],
  ['EEXIST', 'ENV_FOREIGN'],
  ['ENOTDIR', 'ENV_FOREIGN'],
  ['EISDIR', 'ENV_FOREIGN'],
  ['ENAMETOOLONG', 'ENV_FOREIGN'],
  ['ELOOP', 'ENV_FOREIGN'],
  ['EINVAL', 'ENV_FOREIGN'],
]);

/** Why something cannot be done with the directory of an environment, or a file in it: by what the system answered. */
export function placeFailure(what: string, path: string, cause: unknown): TxlogError {
  const code = codes.get(systemCode(cause)) ?? 'STORAGE_FAILED';
  const look = code === 'STORAGE_FULL' ? 'df -h' : 'ls -ld';
  return new TxlogError(code, `cannot ${what} ${path}: ${systemReason(cause)}`, {
    cause,
    next: [`${look} ${shellWord(nearest(path))}`],
  });
}

/** Finds what exists of a path: itself, or the closest directory above it. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}
