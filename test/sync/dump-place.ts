import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { outputs } from '../../src/shapes/schema/command-outputs.ts';
import { Shell } from '../cli/txlog.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** An environment of many records, its dump `whole.avro`, and others that take it over by the command line in real pipes. */
export class DumpPlace {
  readonly shell = new Shell();
  private made = 0;

  constructor(count: number, textBytes: (i: number) => number) {
    const line = (i: number) =>
      `{"id":"r-${i}","type":"t${i % 3}","payload":{"text":"${'x'.repeat(textBytes(i))}"},"changes":[{"op":"add","key":"n/${i % 50}","value":${i}}]}\n`;
    this.shell.run(['submit', '-', '--receipts', 'none'], Array.from({ length: count }, (_, i) => line(i)).join(''));
    this.shell.run(['sync', 'export', '--codec', 'null', '-O', 'whole.avro']);
  }

  /** A new empty environment. */
  fresh(): string {
    const name = `to-${++this.made}`;
    this.shell.run(['init', '--env', name]);
    return name;
  }

  /** What a command prints, which is what its schema says. */
  json(args: readonly string[]) {
    const printed = JSON.parse(this.shell.run([...args, '--json']).stdout);
    const { document } = outputs[args.slice(0, 2).join(' ')] ?? outputs[args[0] ?? ''] ?? {};
    const fits = ajv.compile(document ?? {});
    expect(fits(printed) ? [] : fits.errors).toEqual([]);
    return printed;
  }

  /** Looks into an environment from here: a command line for each look would take most of the time. */
  async look<T>(env: string, work: (env: Environment) => Promise<T>): Promise<T> {
    const opened = await openEnvironment(join(this.shell.dir, env), { readOnly: true });
    return work(opened).finally(() => opened.close());
  }

  positionOf(env: string): Promise<number> {
    return this.look(env, async (opened) => (await opened.head()).position);
  }

  /** Runs a line of bash, with `txlog` as a word; its output, and the exit code of each command of the pipe. */
  bash(line: string) {
    const script = `txlog() { '${process.execPath}' '${bin}' "$@"; }; ${line}; echo "codes \${PIPESTATUS[@]}" >&2`;
    const { dir: cwd, env } = this.shell;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { cwd, env, encoding: 'utf8' });
    const codes = /codes ([\d ]+)\n$/.exec(stderr)?.[1]?.split(' ').map(Number);
    return { stdout, stderr, codes };
  }

  start(args: readonly string[], stdio: ('pipe' | 'ignore')[]): ChildProcess {
    return spawn(process.execPath, [bin, ...args], { cwd: this.shell.dir, env: this.shell.env, stdio });
  }

  /** Feeds the first bytes of the dump to an import, which holds a block that is new, and kills it once it has taken that. */
  async killImport(to: string, args: readonly string[], bytes: number): Promise<void> {
    const before = await this.positionOf(to);
    const victim = this.start(['sync', 'import', ...args, '--env', to, '-'], ['pipe', 'ignore', 'ignore']);
    victim.stdin?.on('error', () => {});
    victim.stdin?.write(readFileSync(join(this.shell.dir, 'whole.avro')).subarray(0, bytes));
    await this.look(to, async (opened) => {
      for (let looks = 0; looks < 2_000 && (await opened.head()).position === before; looks++) await pause(5);
      expect((await opened.head()).position).toBeGreaterThan(before);
    });
    victim.kill('SIGKILL');
    expect(await once(victim, 'exit')).toEqual([null, 'SIGKILL']);
  }
}
