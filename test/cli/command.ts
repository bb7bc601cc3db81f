import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** A finished command. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
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

/** Runs a command to its end. */
export function run(env: string, ...args: readonly string[]): Promise<Finished> {
  return finish(start(env, args));
}
