import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../core/base/system-error.ts';
import { rightsIn } from '../machine/file-rights.ts';
import { hasEnded, readDigits, thisProcess, toDigits } from '../machine/process-name.ts';

/** In the directory of a generation: names the process that makes its checkpoints. */
const fileName = 'checkpointer';

/** Whether the process that makes the checkpoints of a generation has not ended, as far as can be told. */
export function isCheckpointerAlive(generationDir: string): boolean {
  const named = readNamed(generationDir);
  const here = readDigits(toDigits(thisProcess()));
  return named !== undefined && here !== undefined && !hasEnded(named, here);
}

/**
 * Makes this process the one that makes the checkpoints, unless another one does; then false. Two that come at the same
 * moment may both be it, which costs work and nothing else.
 */
export function becomeCheckpointer(generationDir: string): boolean {
  if (isCheckpointerAlive(generationDir)) return false;
  const path = join(generationDir, fileName);
  const fresh = `${path}-${process.pid}`;
  writeFileSync(fresh, toDigits(thisProcess()), { mode: rightsIn(generationDir).file });
  renameSync(fresh, path);
  return true;
}

/** Says that this process makes no more checkpoints. */
export function retireCheckpointer(generationDir: string): void {
  const named = readNamed(generationDir);
  if (named && toDigits(named) === toDigits(thisProcess())) rmSync(join(generationDir, fileName), { force: true });
}

function readNamed(generationDir: string) {
  try {
    return readDigits(readFileSync(join(generationDir, fileName), 'latin1').trim());
  } catch (error) {
    // The file may be gone, or no descriptor free: checkpoints are a matter of speed.
    if (systemCode(error) === '') throw error;
    return undefined;
  }
}
