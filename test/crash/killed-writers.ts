import { appendFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ScriptProcess } from '../processes/script-process.ts';

/** How one writer works; see writer.mjs. */
export interface WriterOptions {
  readonly dir: string;
  readonly name: string;
  readonly seed: number;
  /** Records after which it writes the indexes; undefined for the default. */
  readonly bound: number | undefined;
  /** Index rows in one commit of a checkpoint; undefined for the default. */
  readonly sliceRows: number | undefined;
  readonly rebuilds: boolean;
  readonly journal: boolean;
}

const writer = fileURLToPath(new URL('./writer.mjs', import.meta.url));
const verifier = fileURLToPath(new URL('./verifier.mjs', import.meta.url));

/** Starts a writer; it loads the library, says so in its first line, and waits. */
export function startWriter(options: WriterOptions): ScriptProcess {
  return new ScriptProcess(writer, [JSON.stringify(options)]);
}

/** When a writer dies: once it has told so many receipts, and so many milliseconds later. */
export interface Death {
  readonly receipts: number;
  readonly ms: number;
}

const patienceMs = 60_000;

/**
 * Lets a writer begin, kills it, and adds the receipts that it told to the file. Throws when it ended by
 * itself: a writer works until it is killed.
 */
export async function killAfter(child: ScriptProcess, { receipts, ms }: Death, acknowledged: string): Promise<void> {
  // A lock can lose a wake-up when one who waits for it is killed (docs/decisions/0003): who waits on dies as well.
  const working = work(child, receipts);
  working.catch(() => undefined);
  await Promise.race([working, after(patienceMs, undefined, { ref: false })]);
  await after(ms);
  const { signal, errors } = await child.kill();
  appendFileSync(
    acknowledged,
    child.lines
      .slice(1)
      .map((line) => `${line}\n`)
      .join(''),
  );
  if (signal !== 'SIGKILL') throw new Error(`a writer ended by itself: ${errors}`);
}

async function work(child: ScriptProcess, receipts: number): Promise<void> {
  await child.printed(1);
  child.tell('go');
  await child.printed(1 + receipts);
}

/** Runs verifier.mjs on an environment; gives the number of its records. Throws when something is wrong. */
export async function verify(dir: string, acknowledged: string, mode: 'read-only' | 'writable'): Promise<number> {
  const output = await new ScriptProcess(verifier, [dir, acknowledged, mode]).done();
  return (JSON.parse(output) as { records: number }).records;
}
