import { TxlogError } from './errors.ts';

/** Numbers of the system's errors that mean "no room". */
const noRoom = new Set([27, 28, 122]);
/** Those that mean "too much for the limits of this process, or of the machine": memory, open files. */
const limits = new Set([12, 23, 24]);

/**
 * Runs one operation of a storage and names its failure. A TxlogError passes as it is.
 *
 * Errors: STORAGE_FULL, STORAGE_FAILED, ENV_PERMISSION, ENV_READ_ONLY, STORAGE_CORRUPT, SYSTEM_LIMIT.
 */
export function toStorageError<T>(operation: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw storageError(operation, error);
  }
}

/** The error that `toStorageError` throws for one of the system or of LMDB. */
export function storageError(operation: string, error: unknown): TxlogError {
  return error instanceof TxlogError ? error : named(operation, error as Error & { code?: unknown });
}

function named(operation: string, error: Error & { code?: unknown; errno?: number }): TxlogError {
  const { errno = 0 } = error;
  // LMDB adds sizes of its own buffers, some of them never set, which mean nothing to anybody.
  const message = error.message.replace(/: Attempting to write page .*/s, '');
  // LMDB's errors have the system's number as code, Node's own have a name, and the number negated.
  const code = typeof error.code === 'string' ? -errno : error.code;
  if (code === 13 || code === 1) {
    return new TxlogError('ENV_PERMISSION', `no permission to ${operation}`, { cause: error, next: ['txlog doctor'] });
  }
  if (code === 30)
    return new TxlogError('ENV_READ_ONLY', `cannot ${operation}: the file system is read-only`, { cause: error });
  if (code === -30793 || code === -30796 || code === -30797) {
    return new TxlogError('STORAGE_CORRUPT', `cannot ${operation}: ${message}`, {
      cause: error,
      next: ['txlog doctor', 'txlog verify'],
    });
  }
  if (typeof code === 'number' && noRoom.has(code)) {
    return new TxlogError('STORAGE_FULL', `cannot ${operation}: no room on the disk (${message})`, { cause: error });
  }
  if (typeof code === 'number' && limits.has(code)) {
    return new TxlogError('SYSTEM_LIMIT', `cannot ${operation}: ${message}`, {
      cause: error,
      hint: 'Nothing was written. The system does not give this process more open files or more memory.',
      next: ['ulimit -a', 'txlog doctor'],
    });
  }
  // EIO and all else that the device, the kernel or LMDB refuses.
  return new TxlogError('STORAGE_FAILED', `cannot ${operation}: ${message}`, {
    cause: error,
    hint: 'The outcome of what was under way is unknown; submitting it again with the same id is safe.',
    next: ['txlog doctor', 'txlog verify'],
  });
}
