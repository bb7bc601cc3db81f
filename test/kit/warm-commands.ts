import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsePlainLine } from './plain-line.ts';

const server = fileURLToPath(new URL('./command-server.mjs', import.meta.url));
const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** All that was printed to one stream. */
export function textOf({ pieces }: Printed, wanted: 'stdout' | 'stderr'): string {
  return pieces.map(({ stream, text }) => (stream === wanted ? text : '')).join('');
}

/** Where a line is run. */
export interface LinePlace {
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  /** What a shell calls to start the command line in a process of its own; without it `txlog` is on the PATH. */
  readonly real?: string;
}

/** What a line printed, in the order in which it was printed, and its exit code. */
export interface Printed {
  readonly pieces: readonly { readonly stream: 'stdout' | 'stderr'; readonly text: string }[];
  readonly code: number;
}

/**
 * The built command line in one process that serves many commands, one after the other: bin/run.js runs anew for each
 * (command-server.mjs); only the start of Node is paid once. The same as in processes: stdout and stderr, byte for byte
 * and in order, exit codes, stdin for `-`, working directory and environment. Not the same, so that tests of it start
 * processes: the number of the process, which leases tell; signals; a reader of the output that is slow or gone; what a
 * module keeps.
 */
export class WarmCommands {
  private readonly folder = mkdtempSync(join(tmpdir(), 'txlog-warm-'));
  private readonly child: ChildProcess;
  private readonly died: Promise<never>;
  private environment = '';
  private stray = '';

  /** `program` is what runs anew for each command, as bin/run.js does. */
  constructor(program = bin) {
    execFileSync('mkfifo', [join(this.folder, 'calls'), join(this.folder, 'answers')]);
    this.child = spawn(process.execPath, [server, this.folder, program], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.stray += text;
      });
    }
    this.died = once(this.child, 'close').then(() => {
      throw new Error(`the process of the commands ended: ${this.stray}`);
    });
    this.died.catch(() => undefined);
  }

  /** Runs a line that needs no shell. Undefined, and nothing has happened, when it needs one. */
  async run(line: string, place: LinePlace): Promise<Printed | undefined> {
    const commands = needsProcess(line) ? undefined : parsePlainLine(line);
    if (!commands?.every(({ words, env }) => words[0] === 'txlog' && env.every(isPassed))) return undefined;
    const printed: { pieces: Printed['pieces'][number][]; code: number } = { pieces: [], code: 0 };
    for (const { words, env, onSuccess } of commands) {
      if (onSuccess && printed.code !== 0) continue;
      const { pieces, code } = await Promise.race([this.call(words.slice(1), place, env), this.died]);
      printed.pieces.push(...pieces);
      printed.code = code;
    }
    return printed;
  }

  /** Text for a POSIX shell that defines `txlog` for one line: as calls of the process, unless the line needs processes. */
  prelude(line: string, place: LinePlace): string {
    this.give(place.env);
    return needsProcess(line) ? processPrelude(place) : functionText(this.folder, place.real ?? 'command txlog');
  }

  /** Ends the process. Errors: when a command wrote past its streams, so that what it wrote was compared with nothing. */
  async close(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
    if (this.stray !== '') throw new Error(`a command wrote past its streams:\n${this.stray}`);
  }

  /** Runs one command, whose stdin is a text, while this process stands still. */
  callSync(args: readonly string[], { dir, env }: LinePlace, input = ''): Printed {
    this.give(env);
    const stdin = input === '' ? '' : join(this.folder, 'stdin');
    if (stdin) writeFileSync(stdin, input);
    writeFileSync(join(this.folder, 'calls'), callText(dir, args, [], stdin));
    return toPrinted(readFileSync(join(this.folder, 'answers'), 'utf8'));
  }

  private async call(args: readonly string[], { dir, env }: LinePlace, changes: readonly string[]): Promise<Printed> {
    this.give(env);
    await writeFile(join(this.folder, 'calls'), callText(dir, args, changes));
    return toPrinted(await readFile(join(this.folder, 'answers'), 'utf8'));
  }

  private give(env: NodeJS.ProcessEnv): void {
    const text = Object.entries(env)
      .map(([name, value]) => `${name}=${value}\0`)
      .join('');
    if (text !== this.environment) writeFileSync(join(this.folder, 'env'), text);
    this.environment = text;
  }
}

function callText(dir: string, args: readonly string[], changes: readonly string[] = [], stdin = ''): string {
  return [dir, ...changes, `stdin:${stdin}`, ...args].map((text) => `${text}\0`).join('');
}

function toPrinted(answer: string): Printed {
  const [code = '', ...files] = answer.trimEnd().split(' ');
  const pieces = files.map((file) => ({
    stream: file.endsWith('.1') ? ('stdout' as const) : ('stderr' as const),
    text: readFileSync(file, 'utf8'),
  }));
  return { pieces, code: Number(code) };
}

/** Text for a shell in which each `txlog` is a process of its own. */
export function processPrelude({ real }: LinePlace): string {
  return real === undefined ? '' : `txlog() { ${real} "$@"; }\n`;
}

/** Variables that a line may set for a command. */
const passed = [
  ...['TXLOG_ENV', 'TXLOG_APP', 'TXLOG_CONTEXT', 'TXLOG_READ_ONLY', 'XDG_CONFIG_HOME'],
  ...['EDITOR', 'NO_COLOR', 'TERM'],
];
const isPassed = (pair: string) => passed.some((name) => pair.startsWith(`${name}=`));

// Signals, limits and rights, whatever they stand for in the line.
const special = /(?<!-)\b(?:kill|timeout|ulimit|umask|trap|setpriv|plain_user|script|mkfifo|exec)\b/;
// A command that goes on by itself, or runs beside others; files as its stdin or stdout.
const apart = /(?<![&>])&(?![&\d])| -f\b|--follow|>\(|(?<!<)<(?!<)|(?<![2&>])>>?(?!&| ?\/dev\/null| ?\()/;
const quoted = /'[^']*'|"(?:\\.|[^"\\])*"/g;

/** Whether a line is something else when its commands share a process, or take turns. */
function needsProcess(line: string): boolean {
  const setsOther = [...line.matchAll(/\b([A-Z_]+)=/g)].some(([pair]) => !isPassed(pair));
  // What is said in quotes is data, save for a shell that gets it as its program.
  const bare = /\b(?:sh|bash|eval)\b/.test(line) ? line : line.replace(quoted, "''");
  const [, ...readers] = bare.split('|');
  const readsOther = readers.some((reader) => /\btxlog\b/.test(reader) && !/ -(?: |$)/.test(reader));
  const own = bare.split(/;|&&|\n/).filter((part) => /(?<![\w./-])txlog\b|[(){}]/.test(part));
  return special.test(bare) || apart.test(own.join('\n')) || readsOther || setsOther;
}

/** `$PWD` and the variables go with each call, and stdin where `-` asks for it. */
function functionText(folder: string, real: string): string {
  return `txlog() {
  txlog_stdin=
  for txlog_word; do
    if [ "$txlog_word" = - ] && [ -z "$txlog_stdin" ]; then txlog_stdin='${folder}/stdin'; cat > "$txlog_stdin"; fi
  done
  {
    printf '%s\\0' "$PWD" ${passed.map((name) => `"\${${name}+${name}=$${name}}"`).join(' ')} "stdin:$txlog_stdin"
    if [ $# -gt 0 ]; then printf '%s\\0' "$@"; fi
  } > '${folder}/calls'
  read -r txlog_status txlog_files < '${folder}/answers'
  for txlog_word in $txlog_files; do
    case $txlog_word in
      *.1) cat "$txlog_word" ;;
      *.2) cat "$txlog_word" >&2 ;;
    esac
  done
  if [ "$txlog_status" != decline ]; then return "$txlog_status"; fi
  if [ -n "$txlog_stdin" ]; then ${real} "$@" < "$txlog_stdin"; else ${real} "$@"; fi
}
`;
}
