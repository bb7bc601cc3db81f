import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shellWord } from '../../../src/core/base/shell-word.ts';
import { exitCode } from '../../kit/exit-code.ts';

/** A command that is interrupted: after so many seconds, or once its output holds a text. */
export interface Interruption {
  readonly args: readonly string[];
  readonly signal: 'SIGINT' | 'SIGTERM';
  /** Whether it runs on a terminal of its own; in pipes otherwise. */
  readonly terminal: boolean;
  readonly after?: number;
  readonly seen?: string;
}

/** How it ended: `ms` after it was told to. */
export interface Interrupted {
  readonly code: number;
  readonly ms: number;
  readonly output: string;
}

const patienceMs = 60_000;

/** Runs a command line, interrupts it, and tells how it ended. */
export async function interrupt(
  argv: readonly string[],
  { args, signal, terminal, after, seen }: Interruption,
  place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Interrupted> {
  const own = mkdtempSync(join(tmpdir(), 'interrupt-'));
  const pidFile = join(own, 'pid');
  const command = `echo $$ > ${shellWord(pidFile)}; exec ${[...argv, ...args].map(shellWord).join(' ')}`;
  const [program, words] = terminal ? ['script', ['-qec', command, '/dev/null']] : ['sh', ['-c', command]];
  const child = spawn(program, words as string[], { ...place, stdio: 'pipe' });
  try {
    let output = '';
    const heard = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          if (seen !== undefined && output.includes(seen)) resolve();
        });
      }
    });
    const ended = new Promise<number>((resolve) => {
      child.on('close', (code, killedBy) => resolve(exitCode(code, killedBy)));
    });
    await Promise.race([ended, heard, pause(after === undefined ? patienceMs : after * 1_000)]);
    const told = performance.now();
    tell(child, { signal, terminal, pidFile });
    const patience = setTimeout(() => process.kill(pidIn(pidFile), 'SIGKILL'), patienceMs);
    const code = await ended;
    clearTimeout(patience);
    return { code, ms: performance.now() - told, output };
  } finally {
    rmSync(own, { recursive: true });
  }
}

/** Ctrl-C is typed where there is a terminal to type it at. */
function tell(child: ChildProcess, how: { signal: NodeJS.Signals; terminal: boolean; pidFile: string }): void {
  if (how.signal === 'SIGINT' && how.terminal) child.stdin?.write('\u0003');
  else if (existsSync(how.pidFile)) process.kill(pidIn(how.pidFile), how.signal);
}

function pidIn(file: string): number {
  return Number(readFileSync(file, 'utf8'));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
