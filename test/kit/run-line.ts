import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type LinePlace, processPrelude, textOf, type WarmCommands } from './warm-commands.ts';

/** How a line ended. */
export interface EndedLine {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when a signal ended the shell. */
  readonly code: number | null;
}

/** How a line is run. */
export interface LineOptions {
  readonly shell: 'sh' | 'bash';
  /** Text for the shell that comes before the line, such as functions. */
  readonly before?: string;
  /** Whether stderr goes where stdout goes, as on a terminal. */
  readonly merged?: boolean;
}

const lineMs = 200_000;

/** Runs a line as a shell would, without stdin: in the process of `warm` where that is the same, else by a shell. */
export async function runLine(
  line: string,
  place: LinePlace,
  { shell, before = '', merged = false }: LineOptions,
  warm?: WarmCommands,
): Promise<EndedLine> {
  const printed = await warm?.run(line, place);
  if (printed) {
    if (merged) return { stdout: printed.pieces.map((piece) => piece.text).join(''), stderr: '', code: printed.code };
    return { stdout: textOf(printed, 'stdout'), stderr: textOf(printed, 'stderr'), code: printed.code };
  }
  const txlog = warm?.prelude(line, place) ?? processPrelude(place);
  const script = `${merged ? 'exec 2>&1\n' : ''}${txlog}${before}${line}`;
  const child = spawn(shell, ['-c', script], {
    ...{ cwd: place.dir, env: place.env, timeout: lineMs },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, code: code as number | null };
}
