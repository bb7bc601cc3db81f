import { existsSync } from 'node:fs';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { v4 as randomId } from 'uuid';
import { TxlogError } from '../../core/base/errors.ts';
import { ownerOnly } from '../../machine/file-rights.ts';
import type { LmdbEnv } from './open-env.ts';

/**
 * Copies the newest state to a new file, durable when it resolves. LMDB's copy is consistent but not synced, and wants a
 * directory: made beside the target, synced, then renamed.
 *
 * Errors: BACKUP_EXISTS, STORAGE_FAILED.
 */
export async function copyTo(env: LmdbEnv, target: string, isOneFile: boolean): Promise<void> {
  if (existsSync(target))
    throw new TxlogError('BACKUP_EXISTS', `${target} exists already; a backup never overwrites anything`);
  const partial = `${target}.partial-${randomId()}`;
  try {
    await mkdir(partial, { mode: ownerOnly.dir });
    const copy = join(partial, 'data.mdb');
    // LMDB copies an environment that is one file to a file, any other into a directory.
    await env.root.backup(isOneFile ? copy : partial, true);
    await chmod(copy, ownerOnly.file);
    await sync(copy);
    await rename(copy, target);
    await sync(dirname(target));
  } catch (cause) {
    throw new TxlogError('STORAGE_FAILED', `copy to ${target} failed: ${(cause as Error).message}`, { cause });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
