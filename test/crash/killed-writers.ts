import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** How one writer works; see writer.mjs. */
export interface WriterOptions {
  readonly dir: string;
  readonly name: string;
  readonly seed: number;
  /** Records after which it writes the indexes; undefined for the default. */
  readonly bound: number | undefined;
  readonly rebuilds: boolean;
}

/** A writer that is loaded and waits to begin. */
export interface Writer {
  readonly options: WriterOptions;
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Resolves when it waits to begin. */
  readonly loaded: Promise<unknown>;
  /** Why it ended, once it has. */
  readonly ended: Promise<Ended>;
}

interface Ended {
  readonly signal: string | null;
  /** Receipts that it told, one a line; a line that it did not finish is left out. */
  readonly receipts: string;
  readonly errors: string;
}

const script = fileURLToPath(new URL('./writer.mjs', import.meta.url));

/** Starts a writer process; it loads the library and waits. */
export function startWriter(options: WriterOptions): Writer {
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'pipe'] });
  let told = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(child, 'close').then(([, signal]): Ended => {
    const receipts = told.slice(told.indexOf('\n') + 1, told.lastIndexOf('\n') + 1);
    return { signal: signal as string | null, receipts, errors };
  });
  // Its first line says only that it is loaded.
  return { options, child, loaded: once(child.stdout, 'data'), ended };
}

/**
 * Lets a writer begin, kills it with SIGKILL after `ms`, and adds the receipts that it told to the file.
 * Throws when it ended by itself: a writer works until it is killed.
 */
export async function killAfter({ options, child, loaded, ended }: Writer, ms: number, acknowledged: string): Promise<void> {
  await loaded;
  child.stdin.write('go\n');
  await after(ms);
  child.kill('SIGKILL');
  const { signal, receipts, errors } = await ended;
  appendFileSync(acknowledged, receipts);
  if (signal !== 'SIGKILL') throw new Error(`writer ${JSON.stringify(options)} ended by itself: ${errors}`);
}

/** Runs verifier.mjs on an environment. Throws with its words when something is wrong. */
export async function verify(dir: string, acknowledged: string, mode: 'read-only' | 'writable'): Promise<Verified> {
  const verifier = fileURLToPath(new URL('./verifier.mjs', import.meta.url));
  const child = spawn(process.execPath, [verifier, dir, acknowledged, mode], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    errors += part;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${mode} verification of ${dir} failed: ${errors}`);
  return JSON.parse(text) as Verified;
}

/** What a verification counted. */
export interface Verified {
  readonly records: number;
  readonly keys: number;
}
