import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../core/base/system-error.ts';
import { rightsIn, setRights } from '../machine/file-rights.ts';
import { hasEnded, readDigits, thisProcess, toDigits } from '../machine/process-name.ts';

/** In the directory of a generation: names the process that makes its checkpoints. */
const fileName = 'checkpointer';
/** A process that has said nothing for so long counts as gone: nobody sees the end of one in another container. */
const silentMsMax = 10_000;

/** Whether the process that makes the checkpoints of a generation has not ended, as far as can be told. */
export function isCheckpointerAlive(generationDir: string): boolean {
  const named = readDigits(readName(generationDir));
  const here = readDigits(toDigits(thisProcess()));
  return named !== undefined && here !== undefined && !hasEnded(named, here) && !isSilent(generationDir);
}

function isSilent(generationDir: string): boolean {
  const saidAt = statSync(join(generationDir, fileName), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Math.abs(Date.now() - saidAt) > silentMsMax;
}

/**
 * Makes this process the one that makes the checkpoints, unless another one does; then false. Two that come at the same
 * moment may both be it for a while, which costs work and nothing else.
 */
export function becomeCheckpointer(generationDir: string): boolean {
  if (isCheckpointerAlive(generationDir)) return false;
  const path = join(generationDir, fileName);
  const fresh = `${path}-${process.pid}`;
  const { file } = rightsIn(generationDir);
  writeFileSync(fresh, toDigits(thisProcess()), { mode: file });
  setRights(fresh, file);
  sayAlive(fresh);
  renameSync(fresh, path);
  return true;
}

/** Says that this process still makes the checkpoints; false when it does not, as another one took its place. */
export function remainCheckpointer(generationDir: string): boolean {
  if (!isNamedHere(generationDir)) return false;
  sayAlive(join(generationDir, fileName));
  return true;
}

/** By the clock of this machine: that of the file system may be another one's. */
function sayAlive(path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
}

/** Says that this process makes no more checkpoints. */
export function retireCheckpointer(generationDir: string): void {
  if (isNamedHere(generationDir)) rmSync(join(generationDir, fileName), { force: true });
}

function isNamedHere(generationDir: string): boolean {
  return readName(generationDir) === toDigits(thisProcess());
}

/** Empty when it names nobody. */
function readName(generationDir: string): string {
  try {
    return readFileSync(join(generationDir, fileName), 'latin1').trim();
  } catch (error) {
    // The file may be gone, or no descriptor free: checkpoints are a matter of speed.
    if (systemCode(error) === '') throw error;
    return '';
  }
}
