import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const sessionApp = fileURLToPath(new URL('./session-app.mjs', import.meta.url));

/** A line of a worker's log. */
export interface LoggedEvent {
  readonly event: string;
  readonly operator?: string;
  readonly session?: string;
  readonly theme?: string;
  readonly epoch?: number;
  readonly attempts?: number;
  readonly ended?: string;
}

/** Where workers work, and where their turns leave their effects. */
export interface WorkerPlace {
  readonly dir: string;
  readonly effects: string;
  /** Module with their advisors and sagas; that of the tests of sessions when absent. */
  readonly app?: string;
}

/** `txlog work`, as a process of its own. */
export class WorkerProcess {
  /** All that it logged so far. */
  readonly events: LoggedEvent[] = [];
  /** The names that it works under: a new one after each lease that it lost. */
  readonly operators: string[] = [];
  /** Sessions that it says it leads. */
  readonly leading = new Set<string>();
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly report: string;
  }>;
  isOver = false;
  /** Another part of the test has it in its hands. */
  isTaken = false;
  private readonly child;
  private report = '';

  constructor({ dir, effects, app = sessionApp }: WorkerPlace, ...args: readonly string[]) {
    this.child = spawn(process.execPath, [bin, 'work', '--app', app, '--json', '--env', dir, ...args], {
      env: { ...process.env, TXLOG_TEST_EFFECTS: effects },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.report += text;
    });
    const lines = createInterface(this.child.stderr).on('line', (line) => this.hear(line));
    this.ended = Promise.all([once(this.child, 'close'), once(lines, 'close')]).then(([[code, signal]]) => {
      this.isOver = true;
      return { code, signal, report: this.report };
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Resolves once it logged an event that passes. Rejects when it ends before. */
  async heard(passes: (event: LoggedEvent) => boolean): Promise<void> {
    for (let seen = 0; ; ) {
      for (; seen < this.events.length; seen++) if (passes(this.events[seen] as LoggedEvent)) return;
      if (this.isOver) throw new Error(`the worker ended: ${JSON.stringify(this.events.slice(-3))}`);
      await Promise.race([once(this.child.stderr, 'data'), this.ended]);
    }
  }

  private hear(line: string): void {
    // The last line of one that is killed may be cut.
    if (!line.endsWith('}')) return;
    const event = JSON.parse(line) as LoggedEvent;
    this.events.push(event);
    if ((event.event === 'started' || event.event === 'lease-lost') && event.operator !== undefined) {
      this.operators.push(event.operator);
    }
    if (event.event === 'led' && event.session !== undefined) this.leading.add(event.session);
    if (event.event === 'ended' && event.session !== undefined) this.leading.delete(event.session);
  }
}
