import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { withFlags } from './shell-settings.ts';

/** How the commands of a shell run. */
export interface CommandPlace {
  /** Flags of every line that does not have them itself. */
  readonly flags: readonly string[];
  /** Whether commands read what is typed; a script's lines are none of theirs. */
  readonly readsStdin: boolean;
  /** The context or directory that people know they work on; asked for before each line. */
  name(): string;
}

/** How a command ended, and whether the process that ran it should run no other. */
interface Ran {
  readonly code: number;
  readonly isWorn: boolean;
}

/**
 * A process that is warm: it has loaded the command line, and runs one command after another. Each opens the environment
 * and closes it, as it does on its own, so that the prompt holds nothing between two commands. A command that ends it, that
 * Ctrl-C ends with it, or that ran the code of an app, costs the next one a start and nothing else.
 */
export class CommandProcess {
  private readonly place: CommandPlace;
  private child: ChildProcess | undefined;

  constructor(place: CommandPlace) {
    this.place = place;
  }

  /**
   * Starts it unless it is there, and waits until its program begins: from then on the mode of the terminal may change. A
   * process of Node gives the terminal back, where it exits by itself, in the mode that it found.
   */
  async warmUp(): Promise<ChildProcess> {
    // It may have ended since, by Ctrl-C or by a kill.
    if (this.child?.connected) return this.child;
    const child = this.start();
    this.child = child;
    await new Promise<void>((resolve) => {
      for (const event of ['message', 'error', 'exit']) child.once(event, () => resolve());
    });
    child.removeAllListeners();
    return child;
  }

  /** Runs a command with the terminal of this process; gives its exit code. */
  async run(words: readonly string[]): Promise<number> {
    const child = await this.warmUp();
    const { code, isWorn } = await new Promise<Ran>((resolve) => {
      child.once('message', (message) => resolve(message as Ran));
      child.once('error', () => resolve({ code: 70, isWorn: true }));
      child.once('exit', (exit, signal) =>
        resolve({ code: exit ?? 128 + (signal ? constants.signals[signal] : 0), isWorn: true }),
      );
      child.send({ words: withFlags(words, this.place.flags), name: this.place.name() });
    });
    child.removeAllListeners();
    // A process that was interrupted once takes that for the rest of its life.
    if (isWorn || code > 128 || child.exitCode !== null || child.signalCode !== null || !child.connected) this.close();
    return code;
  }

  /** Ends it, between two commands: it holds nothing. */
  close(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  private start(): ChildProcess {
    const [, program = ''] = process.argv;
    return spawn(process.execPath, [...process.execArgv, program, 'shell', '--serve'], {
      stdio: [this.place.readsStdin ? 'inherit' : 'ignore', 'inherit', 'inherit', 'ipc'],
    });
  }
}
