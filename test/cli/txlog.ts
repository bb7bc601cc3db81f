import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callCommand, type Ended } from '../kit/commands.ts';

export type { Ended };

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** The built command line in a directory of its own, with an environment in it. */
export class Shell {
  readonly dir = mkdtempSync(join(tmpdir(), 'txlog-cli-'));
  readonly env = { ...process.env, TXLOG_ENV: 'env', DEBUG: '' };

  constructor() {
    this.run(['init']);
  }

  /** Runs to its end: a call of the process that a test file shares (kit/README.md). */
  run(args: readonly string[], input = ''): Ended {
    return callCommand(args, this, input);
  }

  /** Runs to its end in a process of its own. */
  runAlone(args: readonly string[], input = ''): Ended {
    const { stdout, stderr, status } = spawnSync(process.execPath, [bin, ...args], {
      ...{ cwd: this.dir, env: this.env, encoding: 'utf8', input },
      maxBuffer: 256 * 1024 * 1024,
    });
    return { stdout, stderr, code: status };
  }

  /** Runs with its stdout in a pipe to `reader`; the last line of stdout is the exit code of the command line. */
  pipe(args: string, reader: string): Ended {
    const script = `set -o pipefail; "$0" "$1" ${args} | ${reader}; echo "$?"`;
    const { stdout, stderr, status } = spawnSync('bash', ['-c', script, process.execPath, bin], {
      ...{ cwd: this.dir, env: this.env, encoding: 'utf8' },
    });
    return { stdout, stderr, code: status };
  }

  /** The value of a key. */
  value(key: string): unknown {
    return JSON.parse(this.run(['get', key, '--json']).stdout).value;
  }

  /** Starts, for a test that talks with it. */
  start(args: readonly string[]): Talk {
    return new Talk(spawn(process.execPath, [bin, ...args], { cwd: this.dir, env: this.env }));
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A running command line. */
export class Talk {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    // What is written after the end is no concern of the tests.
    child.stdin?.on('error', () => {});
    this.ended = new Promise((resolve) => {
      child.on('close', (code) => resolve({ stdout: this.stdout, stderr: this.stderr, code }));
    });
  }

  /** Resolves once stdout has so many lines. */
  async lines(count: number): Promise<readonly string[]> {
    while (this.stdout.split('\n').length <= count) {
      await new Promise((resolve) => this.child.stdout?.once('data', resolve));
    }
    return this.stdout.split('\n').slice(0, count);
  }
}

/** Requests that each add 1 to a counter, as NDJSON. */
export function additions(count: number, from = 0): string {
  const line = (i: number) => `{"id":"add-${i}","type":"add","changes":[{"op":"add","key":"n","value":1}]}\n`;
  return Array.from({ length: count }, (_, i) => line(from + i)).join('');
}
