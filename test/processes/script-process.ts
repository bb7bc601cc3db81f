import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** How a process ended, and all that it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

/** A script in plain JavaScript, running as a process of its own. */
export class ScriptProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<Ended>;
  private output = '';
  private errors = '';
  private isOver = false;

  /** `shell` stands before the command of Node, in a shell, such as `ulimit -f 100;`. */
  constructor(script: string, args: readonly string[], shell?: string) {
    const [command, commandArgs] =
      shell === undefined
        ? [process.execPath, [script, ...args]]
        : ['sh', ['-c', `${shell} exec "$@"`, 'sh', process.execPath, script, ...args]];
    this.child = spawn(command, commandArgs, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
    // A process that is killed before it read all of its input is no failure of the test.
    this.child.stdin.on('error', () => {});
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      this.isOver = true;
      return { code, signal, output: this.output, errors: this.errors };
    });
  }

  /** Lines so far; one that is not finished is left out. */
  get lines(): string[] {
    return this.output.split('\n').slice(0, -1);
  }

  /** Resolves when it has printed so many lines. Rejects when it ends before. */
  async printed(lines: number): Promise<void> {
    while (this.lines.length < lines) {
      if (this.isOver) {
        const { code, signal } = await this.ended;
        throw new Error(`it ended with ${signal ?? code} after ${this.lines.length} lines: ${this.errors}`);
      }
      await Promise.race([once(this.child.stdout, 'data'), this.ended]);
    }
  }

  /** Sends a line. */
  tell(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  /** Kills it, and waits until it is gone. */
  async kill(): Promise<Ended> {
    this.child.kill('SIGKILL');
    return this.ended;
  }

  /** Its output once it ended by itself with code 0. Throws with what it said otherwise. */
  async done(): Promise<string> {
    const { code, signal, output, errors } = await this.ended;
    if (code !== 0) throw new Error(`it ended with ${signal ?? code}: ${errors}`);
    return output;
  }
}
