import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemCode, systemReason } from '../../core/base/system-error.ts';
import { makeDirs } from '../../machine/make-dirs.ts';

const linesMax = 1_000;

/** The file of the lines that were typed: `XDG_STATE_HOME/txlog/history`, else `~/.local/state/txlog/history`. */
export function historyFile(): string {
  return join(process.env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'txlog/history');
}

/** The lines that were typed before, newest first, as readline keeps them; none where the file cannot be read. */
export function readTyped(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines
      .filter((line) => line !== '')
      .reverse()
      .slice(0, linesMax);
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return [];
  }
}

/** Writes the lines, newest first, for their user alone. Tells why they could not be kept; undefined when they were. */
export function writeTyped(file: string, lines: readonly string[]): string | undefined {
  try {
    makeDirs(dirname(file), 0o700);
    const kept = lines.slice(0, linesMax).toReversed();
    writeFileSync(file, kept.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    return undefined;
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return systemReason(error);
  }
}
