import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { start } from '../cli/command.ts';

/** A line of the log of a frontend. */
type LogLine = Readonly<Record<string, unknown>>;

/** `txlog serve` in a process of its own. */
export interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly log: LogLine[];
  /** Ends it by a signal; its exit code, or the name of the signal. */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

/** Starts a frontend, and waits until it listens. Errors: its log, when it ends before. */
export async function startServe(env: string, ...args: readonly string[]): Promise<Started> {
  const child = start(env, ['serve', ...(args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']), ...args]);
  const log: LogLine[] = [];
  const texts: string[] = [];
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr as NonNullable<typeof child.stderr> }).on('line', (text) => {
      texts.push(text);
      if (!text.startsWith('{')) return;
      const line = JSON.parse(text) as LogLine;
      log.push(line);
      if (line.event === 'listening') resolve(String(line.url));
    });
    void ended.then(() => reject(new Error(texts.join('\n'))));
  });
  return {
    ...{ child, url, log },
    end: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const [code, by] = await ended;
      return code ?? String(by);
    },
  };
}
