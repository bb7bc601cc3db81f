import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beginReading, type NativeEnv, openNativeEnv } from './native-env.ts';

/** A sign that its holder lives; the system takes it back when the process dies. */
export interface SignOfLife {
  end(): void;
}

/** The files of the sign, in the directory that it keeps. */
export const signFiles = ['alive.mdb', 'alive.mdb-lock'] as const;

const metaPagesBytes = 8192;
/** A sign is given this soon after its directory is made, in ms. */
const signedMs = 60_000;

/**
 * Shows all processes of the machine, those of other containers too, that this one lives and works in `dir`: it is a
 * reader of a small LMDB environment there. LMDB's file locks tell who opens it next whether anyone has it open; to one
 * who is alone it shows an empty table of readers. Process numbers mean nothing across containers, these locks do.
 */
export function giveSign(dir: string): SignOfLife {
  const env = openSign(dir);
  const reading = beginReading(env);
  return {
    end() {
      reading.abort();
      env.close();
    },
  };
}

/**
 * Whether another process shows by a sign that it works in `dir`. Not to be asked of a directory of this very process:
 * file locks belong to the process, and closing the file would drop its own.
 */
export function hasSign(dir: string): boolean {
  if (!signFiles.every((name) => existsSync(join(dir, name)))) return isYoung(dir);
  // Cut short by a crash of the machine: LMDB would trust it and end the process.
  if (statSync(join(dir, signFiles[0])).size < metaPagesBytes) return isYoung(dir);
  const env = openSign(dir);
  try {
    return env.info().numReaders > 0;
  } finally {
    env.close();
  }
}

function isYoung(dir: string): boolean {
  return Math.abs(Date.now() - statSync(dir).mtimeMs) < signedMs;
}

function openSign(dir: string): NativeEnv {
  return openNativeEnv(join(dir, signFiles[0]), { maxReaders: 4 });
}
