import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { start } from '../cli/command.ts';

/** A line of the log of a frontend. */
type LogLine = Readonly<Record<string, unknown>>;

/** `txlog serve` in a process of its own. */
export interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  /** What it has logged so far. */
  log(): readonly LogLine[];
  /** Ends it by a signal; its exit code, or the name of the signal. */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

/**
 * Starts a frontend, and waits until it listens. Its log goes to a file: a test that calls a command and stands still meanwhile
 * reads no pipe, and a frontend whose pipe is full stands still, too. Errors: its log, when it ends before.
 */
export async function startServe(env: string, ...args: readonly string[]): Promise<Started> {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-serve-log-'));
  const file = join(dir, 'log');
  const handle = openSync(file, 'a');
  const listen = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
  const child = start(env, ['serve', ...listen, ...args], { stdio: ['ignore', 'ignore', handle] });
  closeSync(handle);
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const linesIn = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .flatMap((text) => (text.startsWith('{') ? [JSON.parse(text) as LogLine] : []));
  for (;;) {
    const listening = linesIn().find(({ event }) => event === 'listening');
    if (listening) {
      return {
        ...{ child, url: String(listening.url) },
        log: linesIn,
        end: async (signal = 'SIGTERM') => {
          child.kill(signal);
          const [code, by] = await ended;
          return code ?? String(by);
        },
      };
    }
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(readFileSync(file, 'utf8'));
    await pause(20);
  }
}
