import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellQuote } from '../../src/text/shell-quote.ts';
import { type Shell, Talk } from '../cli/txlog.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** How often what is on the screen is looked at, in ms. */
const lookMs = 20;
/** A screen that never shows what is waited for is broken, not slow. */
const patienceMs = 20_000;

/** Keys as a terminal sends them. */
export const keys = {
  enter: '\r',
  esc: '\u001b',
  down: '\u001b[B',
  up: '\u001b[A',
  tab: '\t',
  ctrlZ: '\u001a',
  ctrlC: '\u0003',
};

/**
 * The program on a pseudo-terminal of util-linux's `script`. What it writes is played on a screen of the size that the
 * terminal has: what a person would see.
 */
export class Terminal {
  readonly shell: Shell;
  readonly talk: Talk;
  private size = { columns: 80, rows: 24 };

  constructor(shell: Shell, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    this.shell = shell;
    const own = `echo $$ > pid; tty > tty; exec ${commandLine(args)}`;
    const script = `stty cols 80 rows 24; stty -a > before; sh -c ${shellQuote(own)}; echo $? > code; stty -a > after`;
    this.talk = onTerminal(shell, script, { NO_COLOR: '', ...env });
  }

  /** What has been written so far. */
  get bytes(): string {
    return this.talk.stdout;
  }

  /** What a person sees now. */
  get screen(): string {
    return played(this.bytes, this.size).join('\n');
  }

  press(...typed: readonly string[]): this {
    this.talk.child.stdin?.write(typed.join(''));
    return this;
  }

  /** Presses one key after the other, as a person does: what comes with an escape at once is one key. */
  async pressEach(...typed: readonly string[]): Promise<void> {
    for (const one of typed) {
      this.press(one);
      await pause(150);
    }
  }

  async sees(text: string | RegExp): Promise<string> {
    const isThere = () => (typeof text === 'string' ? this.screen.includes(text) : text.test(this.screen));
    const until = performance.now() + patienceMs;
    while (!isThere()) {
      if (performance.now() > until || this.talk.child.exitCode !== null)
        throw new Error(`the screen never showed ${text}:\n${this.screen}`);
      await pause(lookMs);
    }
    return this.screen;
  }

  async resize(columns: number, rows: number): Promise<void> {
    const { spawnSync } = await import('node:child_process');
    this.size = { columns, rows };
    spawnSync('stty', ['-F', this.file('tty'), 'cols', String(columns), 'rows', String(rows)]);
  }

  /** The process id of the program. */
  get pid(): number {
    return Number(this.file('pid'));
  }

  /** Its exit code, and whether the terminal is as it was before. */
  async ended(): Promise<{ readonly code: number; readonly isRestored: boolean }> {
    await this.talk.ended;
    const isBack = ['\u001b[?1049l', '\u001b[?25h', '\u001b[?7h'].every(
      (code) =>
        this.bytes.lastIndexOf(code) >
        this.bytes.lastIndexOf(code.replace(/[lh]$/, (end) => (end === 'l' ? 'h' : 'l'))),
    );
    return { code: Number(this.file('code')), isRestored: isBack && this.file('before') === this.file('after') };
  }

  private file(name: string): string {
    const path = join(this.shell.dir, name);
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  }
}

/** The words that start the program in a shell. */
export function commandLine(args: readonly string[] = []): string {
  return [process.execPath, bin, 'tui', ...args].map(shellQuote).join(' ');
}

/** Runs something on a pseudo-terminal of its own. */
export function onTerminal(shell: Shell, script: string, env: NodeJS.ProcessEnv = {}): Talk {
  const given = { ...shell.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', CI: '', ...env };
  return new Talk(spawn('script', ['-qefc', script, '/dev/null'], { cwd: shell.dir, env: given }));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// A code with numbers and a letter, one that is for another than the screen, and any character.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is played
const codes = /\u001b\[([?\d;]*)([A-Za-z])|\u001b\][^\u0007]*\u0007|[^\u001b]/gu;

/**
 * Plays what a program wrote on a screen: moves of the cursor, text, the end of a line that is erased. Anything else that
 * would change the screen is a mistake of the program.
 */
export function played(
  output: string,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): string[] {
  const screen = Array.from({ length: rows }, () => [] as string[]);
  let [row, column] = [0, 0];
  const from = output.lastIndexOf('\u001b[?1049h');
  const parts = output.slice(Math.max(0, from)).matchAll(codes);
  for (const [text, numbers = '', code] of parts) {
    if (code === 'H') [row, column] = numbers.split(';').map((number) => Number(number) - 1) as [number, number];
    else if (code === 'K') screen[row]?.splice(column);
    else if (code === undefined && !text.startsWith('\u001b') && text >= ' ') {
      const line = screen[row];
      // Lines do not wrap: in the last column, the cursor stays there.
      if (line) line[column] = text;
      column = Math.min(column + 1, columns - 1);
    } else if (code !== undefined && !'mhl'.includes(code)) throw new Error(`a program wrote ${JSON.stringify(text)}`);
  }
  return screen.map((line) =>
    Array.from(line, (text) => text ?? ' ')
      .join('')
      .trimEnd(),
  );
}
