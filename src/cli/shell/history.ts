import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemCode, systemReason } from '../../core/base/system-error.ts';
import { makeDirs } from '../../machine/make-dirs.ts';
import { xdgDir } from '../../machine/xdg-dir.ts';

/** Lines that a prompt knows. */
const linesKnown = 1_000;
/** From so many lines on the file is cut to those that a prompt knows. */
const linesMax = 10_000;

/** The file of the lines that were typed; undefined where this user has no home. */
export function historyFile(): string | undefined {
  const dir = xdgDir('state');
  return dir && join(dir, 'history');
}

/** The lines that were typed before, newest first, as readline keeps them; none where the file cannot be read. */
export function readTyped(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const known = lines.slice(-linesKnown);
    if (lines.length > linesMax) cutTo(known, file);
    return [...new Set(known.toReversed())];
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return [];
  }
}

/**
 * Adds a line that was typed, for its user alone; what other prompts add stays. Tells why it could not be kept; undefined
 * when it was.
 */
export function addTyped(file: string, line: string): string | undefined {
  try {
    makeDirs(dirname(file), 0o700);
    appendFileSync(file, textOf([line]), { mode: 0o600 });
    return undefined;
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return systemReason(error);
  }
}

/** Where it cannot be cut, it stays long. */
function cutTo(lines: readonly string[], file: string): void {
  // Process numbers are not one's own across containers.
  const fresh = `${file}.${randomBytes(8).toString('hex')}`;
  try {
    writeFileSync(fresh, textOf(lines), { mode: 0o600, flag: 'wx' });
    renameSync(fresh, file);
  } catch (error) {
    if (systemCode(error) === '') throw error;
    rmSync(fresh, { force: true });
  }
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
