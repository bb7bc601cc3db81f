import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { callCommand, type Ended } from '../kit/commands.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** A finished command. */
export interface Finished extends Ended {
  readonly signal: NodeJS.Signals | null;
}

/** Starts the built command line on an environment. */
export function start(env: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, [bin, ...args, '--env', env], { stdio: ['ignore', 'pipe', 'pipe'], ...options });
}

/** Waits for a command to end, and gathers what it prints. */
export async function finish(child: ChildProcess): Promise<Finished> {
  const out: string[] = [];
  const err: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => err.push(text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout: out.join(''), stderr: err.join('') };
}

/** Runs a command to its end: a call of the process that a test file shares (kit/README.md). */
export function run(env: string, ...args: readonly string[]): Ended {
  return callCommand([...args, '--env', env], { dir: process.cwd(), env: process.env });
}
