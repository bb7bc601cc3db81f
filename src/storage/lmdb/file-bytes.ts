import { statSync } from 'node:fs';
import { TxlogError } from '../../core/base/errors.ts';

/** Bytes of a data file. Errors: ENV_MOVED when a rebuild removed it, so that only who has it open still reads it. */
export function fileBytes(file: string): number {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats) return stats.size;
  throw new TxlogError('ENV_MOVED', `${file} is gone: the environment moved to another generation`);
}

/** Tells one file of a place from another: 0 when there is none, undefined when the system does not tell. */
export function fileNumber(file: string): number | undefined {
  try {
    return statSync(file).ino;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 0 : undefined;
  }
}
