import { statfsSync } from 'node:fs';
import { TxlogError } from '../../core/base/errors.ts';
import { freeBytesOf } from '../../core/base/free-space.ts';
import { limits } from '../../core/base/limits.ts';
import type { Unready } from '../../shapes/readiness.ts';
import type { Frontend } from './frontend.ts';

/** Why a frontend can take no requests now: it stops, its environment cannot be written, or no worker decides what it queues. */
export async function findUnready({ env, isDirect, stopping }: Frontend): Promise<readonly Unready[]> {
  const found: Unready[] = [];
  if (stopping.aborted) found.push({ code: 'STOPPING', reason: 'the frontend was told to stop' });
  try {
    await env.refuseWhenGone();
    await env.head();
    if (env.handle.storage.readOnly) found.push({ code: 'ENV_READ_ONLY', reason: 'the environment is read-only' });
  } catch (error) {
    const code = error instanceof TxlogError ? error.code : 'BUG';
    found.push({ code, reason: 'the environment cannot be read' });
  }
  const free = freeBytes(env.dir);
  if (free !== undefined && free < limits.reserveBytes)
    found.push({ code: 'STORAGE_FULL', reason: `only ${free} bytes are free on the disk` });
  const decides = env.leases.all().some((state) => state.alive && state.operator.types !== undefined);
  if (!isDirect && !decides) found.push({ code: 'NO_WORKER', reason: 'no worker is alive that decides requests' });
  return found;
}

function freeBytes(dir: string): number | undefined {
  try {
    return freeBytesOf(statfsSync(dir));
  } catch {
    // Whether the environment is there was looked at before.
    return undefined;
  }
}
