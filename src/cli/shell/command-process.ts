import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Where and how the commands of a shell run. */
export interface CommandPlace {
  /** Directory of the environment. */
  readonly env: string;
  /** Whether commands that change are refused. */
  readonly readOnly: boolean;
  /** Whether commands read what is typed; a script's lines are none of theirs. */
  readonly readsStdin: boolean;
}

/**
 * A process that is warm: it has loaded the command line, and runs one command after another. Each opens the environment
 * and closes it, as it does on its own, so that the prompt holds nothing between two commands. A command that ends it, or that Ctrl-C ends with it, costs the next one a start and nothing else.
 */
export class CommandProcess {
  private readonly place: CommandPlace;
  private child: ChildProcess | undefined;

  constructor(place: CommandPlace) {
    this.place = place;
  }

  /** Starts it, so that the first command finds it warm. */
  warmUp(): void {
    this.child ??= this.start();
  }

  /** Runs a command with the terminal of this process; gives its exit code. */
  async run(words: readonly string[]): Promise<number> {
    this.warmUp();
    const child = this.child as ChildProcess;
    const code = await new Promise<number>((resolve) => {
      child.once('message', (message) => resolve((message as { readonly code: number }).code));
      child.once('error', () => resolve(70));
      child.once('exit', (exit, signal) => resolve(exit ?? 128 + (signal ? constants.signals[signal] : 0)));
      child.send({ words });
    });
    child.removeAllListeners();
    // A process that was interrupted once takes that for the rest of its life.
    if (code > 128 || child.exitCode !== null || child.signalCode !== null || !child.connected) this.close();
    return code;
  }

  /** Lets it end. */
  close(): void {
    if (this.child?.connected) this.child.disconnect();
    this.child = undefined;
  }

  private start(): ChildProcess {
    const { env, readOnly, readsStdin } = this.place;
    const [, program = ''] = process.argv;
    return spawn(process.execPath, [...process.execArgv, program, 'shell', '--serve'], {
      stdio: [readsStdin ? 'inherit' : 'ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, TXLOG_ENV: env, ...(readOnly ? { TXLOG_READ_ONLY: '1' } : {}) },
    });
  }
}
