import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { present } from '../../core/base/assert.ts';
import { columnsOf, widthOf } from '../../text/width.ts';
import { Output } from './output.ts';

/** Pagers that only pass on what they get. */
const none: ReadonlySet<string> = new Set(['', 'cat']);
/** Text that is kept for the terminal, should the pager prove not to be there. */
const keptChars = 1024 * 1024;
/** Exit codes by which a shell says that it found no such program, or may not run it. */
const notStarted: ReadonlySet<number | null> = new Set([126, 127]);

/** The pager that the environment names, as git does; undefined for none. */
export function pagerCommand({ TXLOG_PAGER, PAGER, TERM }: NodeJS.ProcessEnv): string | undefined {
  const command = (TXLOG_PAGER ?? PAGER ?? 'less').trim();
  return none.has(command) || TERM === 'dumb' ? undefined : command;
}

/** Prints something that is read as a whole: on a terminal through a pager, where it is longer than that and one is wanted. */
export async function printPaged<T>(out: Output, isWanted: boolean, print: (out: Output) => Promise<T>): Promise<T> {
  const command = process.stdout.isTTY && isWanted ? pagerCommand(process.env) : undefined;
  if (command === undefined) return print(out);
  const terminal = new PagedTerminal(process.stdout, command);
  try {
    return await print(new Output(terminal));
  } finally {
    await terminal.finish();
  }
}

/**
 * A terminal that text is read on: up to a screenful goes there as it is, more goes through a pager. Who leaves the pager
 * early has read enough: writing fails with EPIPE then. Ctrl-C is the pager's meanwhile.
 */
export class PagedTerminal extends Writable {
  private readonly terminal: NodeJS.WriteStream;
  private readonly command: string;
  private pager: ChildProcess | undefined;
  private held = '';
  private rows = 0;
  /** Whether there proved to be no such pager: all that was held went to the terminal, and the rest goes there. */
  private isMissing = false;

  constructor(terminal: NodeJS.WriteStream, command: string) {
    super({ decodeStrings: false });
    this.terminal = terminal;
    this.command = command;
  }

  /** Waits until all is read: until the pager is left, where there is one. */
  async finish(): Promise<void> {
    const { pager, terminal } = this;
    if (!pager) {
      if (this.held !== '') await new Promise<void>((resolve) => terminal.write(this.held, () => resolve()));
      return;
    }
    pager.stdin?.end();
    await ended(pager);
    process.off('SIGINT', ignore);
    if (notStarted.has(pager.exitCode)) await this.showHeld();
  }

  private async showHeld(): Promise<void> {
    if (this.isMissing) return;
    this.isMissing = true;
    // There is no pager to which Ctrl-C belongs.
    process.off('SIGINT', ignore);
    await new Promise<void>((resolve) => this.terminal.write(this.held, () => resolve()));
    this.held = '';
  }

  override _write(text: string, _: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.isMissing) {
      this.terminal.write(text, done);
      return;
    }
    // After so much there is a reader.
    if (this.held.length < keptChars) this.held += text;
    if (this.pager) {
      this.pass(text, done);
      return;
    }
    this.rows += rowsOf(text, columnsOf(this.terminal));
    // The prompt takes a row as well.
    if (this.rows < (this.terminal.rows || rowsDefault)) {
      done();
      return;
    }
    this.pager = this.start();
    this.pass(this.held, done);
  }

  private pass(text: string, done: (error?: Error | null) => void): void {
    this.pager?.stdin?.write(text, (error) => {
      if (error) void this.passElsewhere().then(done);
      else done();
    });
  }

  /** After the pager took no more: a pager that is not there loses nothing, of one that was left the reader is gone. */
  private async passElsewhere(): Promise<Error | undefined> {
    const pager = present(this.pager, 'a pager');
    await ended(pager);
    if (!notStarted.has(pager.exitCode)) return Object.assign(new Error('the pager was left'), { code: 'EPIPE' });
    await this.showHeld();
    return undefined;
  }

  private start(): ChildProcess {
    process.on('SIGINT', ignore);
    const pager = spawn(this.command, {
      shell: true,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { ...process.env, LESS: process.env.LESS ?? 'FRX', LV: process.env.LV ?? '-c' },
    });
    // Told by the write that failed.
    pager.stdin?.on('error', ignore);
    pager.on('error', ignore);
    return pager;
  }
}

async function ended(pager: ChildProcess): Promise<void> {
  if (pager.exitCode === null && pager.signalCode === null) await once(pager, 'close');
}

const rowsDefault = 24;

function rowsOf(text: string, columns: number): number {
  const lines = stripVTControlCharacters(text).split('\n').slice(0, -1);
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
}

function ignore(): void {}
