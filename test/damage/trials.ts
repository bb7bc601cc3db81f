import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '../crash/random.mjs';
import { ScriptProcess } from '../processes/script-process.ts';
import { damageOne } from './damages.ts';

const script = fileURLToPath(new URL('commands.mjs', import.meta.url));
/** Trials of one process: what LMDB leaves mapped of files that it refused adds up. */
const trialsPerProcess = 60;
const trialMsMax = 60_000;

/** How one command ended: `code` is that of an error. */
interface Ran {
  readonly exit: number;
  readonly output?: string;
  readonly code?: string;
  readonly message?: string;
}

/** Commands that answer from the environment: with exit code 0 they must answer as before, or one of the next tells. */
const reads = [
  ['get', 'd/3', '--json'],
  ['log', '-n', '100'],
  ['rescan', '--type', 'odd'],
  ['rescan', '--status', 'rejected'],
  ['state', 'list', '--ndjson'],
  ['session', 'list', '--ndjson'],
  ['inspect', '--id', 'r-7', '--json'],
  ['status', '--json'],
  ['rescan', '--checkpoint', 'reader', '--type', 'even'],
];
const checks = [
  ['doctor', '--json'],
  ['verify', '--json'],
  ['rescan', '--verify', '--json'],
];
const writes = [['submit', '--id', 'new', '--type', 'odd', '--change', 'add sum 1', '--json']];

/** What is wrong with how the commands of a trial ended, or undefined. */
export function judge(before: readonly Ran[], after: readonly Ran[]): string | undefined {
  const words = [...reads, ...checks, ...writes];
  const bug = after.findIndex(({ code, exit }) => code === 'BUG' || exit === 70);
  if (bug !== -1) return `BUG of ${words[bug]?.join(' ')}: ${after[bug]?.message ?? after[bug]?.output}`;
  const isTold = after.slice(reads.length, reads.length + checks.length).some(({ exit }) => exit !== 0);
  if (isTold) return undefined;
  const silent = reads.findIndex((_, i) => !isRefused(after[i]) && answerOf(after[i]) !== answerOf(before[i]));
  return silent === -1
    ? undefined
    : `silent: ${words[silent]?.join(' ')} answers ${JSON.stringify(after[silent])?.slice(0, 600)}`;
}

/** Whether the command says that the environment cannot be read; that something is not there is an answer. */
function isRefused(ran: Ran | undefined): boolean {
  return /^(STORAGE|ENV)_/.test(ran?.code ?? '');
}

/** Without what no one promises to stay: sizes of files, slots of readers. */
function answerOf(ran: Ran | undefined): string {
  return (ran?.code ?? ran?.output ?? '').replace(/"(fileBytes|mapBytes|usedBytes|readers)":[^,}]*/g, '');
}

/** One trial that went wrong: with its seed it can be played again. */
export interface Fault {
  readonly trial: number;
  readonly what: string;
  readonly reason: string;
}

/** Damages copies of `origin`, each in its own way, and runs the commands on them. `work` is a directory for the copies. */
export class Trials {
  private readonly origin: string;
  private readonly work: string;
  private readonly earlier: Buffer;
  private child: ScriptProcess | undefined;
  private ran = 0;

  /** `earlier` is the data file of the same environment at an earlier time. */
  constructor(origin: string, work: string, earlier: string) {
    this.origin = origin;
    this.work = work;
    this.earlier = readFileSync(earlier);
  }

  /** How the commands end where nothing is damaged. */
  async baseline(): Promise<readonly Ran[]> {
    return this.run(this.copy());
  }

  /** Runs a trial; its number and the seed give the damage. */
  async trial(seed: number, trial: number, before: readonly Ran[]): Promise<Fault | undefined> {
    const dir = this.copy();
    const what = damageOne(dir, this.earlier, new Random(seed + trial * 7_919));
    const fault = (reason: string) => ({ trial, what, reason });
    try {
      const reason = judge(before, await this.run(dir));
      return reason === undefined ? undefined : fault(reason);
    } catch (error) {
      return fault((error as Error).message);
    }
  }

  async end(): Promise<void> {
    await this.child?.kill();
    this.child = undefined;
  }

  private copy(): string {
    const dir = join(this.work, 'env');
    rmSync(dir, { recursive: true, force: true });
    cpSync(this.origin, dir, { recursive: true });
    return dir;
  }

  private async run(dir: string): Promise<readonly Ran[]> {
    if (this.ran >= trialsPerProcess) await this.end();
    if (!this.child) this.ran = 0;
    this.child ??= new ScriptProcess(script, []);
    const { child } = this;
    const lines = child.lines.length;
    child.tell(JSON.stringify({ dir, commands: [...reads, ...checks, ...writes] }));
    this.ran += 1;
    const timer = setTimeout(() => child.child.kill('SIGALRM'), trialMsMax);
    try {
      await child.printed(lines + 1);
    } catch {
      const { code, signal, errors } = await child.ended;
      this.child = undefined;
      throw new Error(`ended by ${signal ?? code}: ${errors.slice(-600)}`);
    } finally {
      clearTimeout(timer);
    }
    return JSON.parse(child.lines.at(-1) ?? '[]');
  }
}
