import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { systemCode } from '../core/base/system-error.ts';
import { checkpointing, programOf } from '../machine/own-program.ts';
import type { BackgroundCheckpoints } from '../ports/background-checkpoints.ts';
import type { Clock } from '../ports/clock.ts';
import { isCheckpointerAlive } from './checkpointer-file.ts';

/** How long a look at who makes checkpoints counts. */
const lookMs = 250;
/** It begins at a part of what the engine keeps, so that this is never full. */
const tailShare = 4;
/** How long it may take to end. */
const endMsMax = 2_000;
/** How long nobody is asked again after one ended at once. */
const restMs = 10_000;

/**
 * Checkpoints of the environment in `dir` by a process of their own, which ends with this one, or when nothing happens for a
 * while. Where the program that can be started so is not at hand, or the system starts none, the engine makes them itself.
 */
export function checkpointProcess(places: CheckpointPlaces, clock: Clock): BackgroundCheckpoints {
  return new CheckpointProcess(places, clock);
}

/** Where checkpoints are made, and how often. */
export interface CheckpointPlaces {
  readonly dir: string;
  readonly generationDir: string;
  /** Length of the tail, in records, that the engine keeps in memory. */
  readonly records: number;
}

class CheckpointProcess implements BackgroundCheckpoints {
  private readonly places: CheckpointPlaces;
  private readonly clock: Clock;
  private child: ChildProcess | undefined;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private beganAt = Number.NEGATIVE_INFINITY;
  private isSomeoneAlive = false;

  constructor(places: CheckpointPlaces, clock: Clock) {
    this.places = places;
    this.clock = clock;
  }

  isAtWork(): boolean {
    const now = this.clock.elapsed();
    if (now - this.lookedAt >= lookMs) {
      this.lookedAt = now;
      this.isSomeoneAlive = isCheckpointerAlive(this.places.generationDir);
    }
    return this.isSomeoneAlive;
  }

  begin(): void {
    if (this.child || this.isAtWork() || this.clock.elapsed() - this.beganAt < restMs) return;
    this.beganAt = this.clock.elapsed();
    const child = this.start();
    if (!child) return;
    const over = () => {
      if (this.child === child) this.child = undefined;
    };
    // Without it the engine makes its checkpoints itself.
    child.once('error', over).once('exit', over);
    child.unref();
    (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
    child.stdin?.on('error', () => undefined);
    this.child = child;
  }

  private start(): ChildProcess | undefined {
    const { dir, records } = this.places;
    const program = programOf(fileURLToPath(import.meta.url));
    if (program === undefined) return undefined;
    try {
      // It knows by its input that this process has ended. Options of this one's runtime, such as a port to debug it, are not its.
      return spawn(process.execPath, [program, checkpointing, dir, `${Math.ceil(records / tailShare)}`], {
        stdio: ['pipe', 'ignore', 'ignore'],
        // The program of an app of Electron would be that app once more, unless it is told to run as Node.
        env: { ...process.env, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' },
      });
    } catch (error) {
      if (systemCode(error) === '') throw error;
      return undefined;
    }
  }

  async end(): Promise<void> {
    const { child } = this;
    if (!child) return;
    const ended = new Promise<void>((done) => void child.once('exit', () => done()).once('error', () => done()));
    // One that is not at work yet has nothing to end, and one that hangs may be killed at any time.
    if (isCheckpointerAlive(this.places.generationDir)) child.stdin?.end();
    else child.kill('SIGKILL');
    const cancel = this.clock.after(endMsMax, () => void child.kill('SIGKILL'));
    child.ref();
    await ended;
    cancel();
    this.lookedAt = Number.NEGATIVE_INFINITY;
  }
}
