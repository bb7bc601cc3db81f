import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { shellQuote } from '../../src/text/shell-quote.ts';
import type { Shell } from '../cli/txlog.ts';
import { commandLine } from './terminal.ts';

/** Ticks of the system's clock in a second: those that /proc counts CPU time in. */
const ticksPerSecond = 100;

/** How much an environment holds. */
export interface Amount {
  readonly records: number;
  readonly sessions: number;
  readonly stuck: number;
}

/** Fills the environment of a shell: counters, sessions in eight queues, and some that are parked. */
export async function fill({ dir }: Shell, { records, sessions, stuck }: Amount): Promise<void> {
  const env = await openEnvironment(join(dir, 'env'));
  for (let i = 0; i < records; i += 5_000) {
    const part = Array.from({ length: Math.min(5_000, records - i) }, (_, j) =>
      env.check({ type: 'stock.add', changes: [{ op: 'add', key: `stock/${(i + j) % 50_000}`, value: 1 }] }),
    );
    await env.submitChecked(part);
  }
  for (let i = 0; i < sessions; i += 500) {
    const part = Array.from({ length: Math.min(500, sessions - i) }, (_, j) => `s-${i + j}`);
    await Promise.all(part.map((id, j) => env.sessions.create(`q${j % 8}`, j, { id, delay: 86_400 })));
  }
  for (let i = 0; i < stuck; i++) await env.sessions.park(`s-${i}`, 'address unknown');
  await env.close();
}

/** The program in a window of tmux, as people use it. */
export class TmuxWindow {
  private readonly shell: Shell;
  private readonly name = `txlog-${process.pid}-${Date.now()}`;

  constructor(shell: Shell, [columns, rows]: readonly [number, number] = [120, 30]) {
    this.shell = shell;
    const line = `echo before the screen; sh -c ${shellQuote(`echo $$ > pid; exec ${commandLine()}`)}; echo after the screen; cat`;
    const size = ['-x', String(columns), '-y', String(rows)];
    this.tmux('-f', '/dev/null', 'new-session', '-d', ...size, line);
  }

  /** The window as it shows now, after its scrollback. */
  get text(): string {
    return this.tmux('capture-pane', '-p', '-S', '-');
  }

  press(...keys: readonly string[]): void {
    for (const key of keys) this.tmux('send-keys', key);
  }

  async sees(wanted: string | RegExp): Promise<string> {
    const until = performance.now() + 120_000;
    for (;;) {
      const { text } = this;
      if (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)) return text;
      if (performance.now() > until) throw new Error(`the window never showed ${wanted}:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  get pid(): number {
    return Number(readFileSync(join(this.shell.dir, 'pid'), 'utf8'));
  }

  close(): void {
    this.tmux('kill-server');
  }

  private tmux(...args: readonly string[]): string {
    const env = { ...this.shell.env, LANG: 'C.UTF-8', TMUX: '' };
    return spawnSync('tmux', ['-L', this.name, ...args], { cwd: this.shell.dir, env, encoding: 'utf8' }).stdout;
  }
}

/** The share of one core that a process takes in so many seconds, from 0 to 1. */
export async function cpuShare(pid: number, seconds: number): Promise<number> {
  const before = cpuTicks(pid);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  return (cpuTicks(pid) - before) / ticksPerSecond / seconds;
}

function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Memory that a process holds, in bytes. */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
}

/** Another process that submits so many records a second, in eight batches, until it is ended. */
export function startWriter({ dir, env }: Shell, perSecond: number): ChildProcess {
  const code = `
    import { openEnvironment } from ${JSON.stringify(new URL('../../dist/src/index.js', import.meta.url).href)};
    const env = await openEnvironment('env');
    setInterval(() => {
      for (let i = 0; i < ${Math.ceil(perSecond / 8)}; i++)
        env.submit({ type: 'stock.add', changes: [{ op: 'add', key: 'stock/' + i, value: 1 }] });
    }, 125);`;
  return spawn(process.execPath, ['--input-type=module', '-e', code], { cwd: dir, env, stdio: 'inherit' });
}

/** Writes and removes large sessions; the bytes that the file uses afterwards. */
export async function churn(env: Environment, count: number): Promise<number> {
  for (let i = 0; i < count; i++) {
    await env.sessions.create('big', String(i).padEnd(3_000, 'x'), { id: `b-${i}` });
    await env.sessions.remove(`b-${i}`);
  }
  return (await env.status()).size.usedBytes;
}
