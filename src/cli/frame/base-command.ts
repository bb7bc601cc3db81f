import { Command, Flags, type Interfaces } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import { type OpenOptions, openBriefly, openEnvironment } from '../../engine.ts';
import type { Environment } from '../../environment/environment.ts';
import { type Colors, makeColors } from '../../text/colors.ts';
import { jsonText } from '../../text/printable.ts';
import { columnsOf } from '../../text/width.ts';
import { environmentFlag } from './environment-flag.ts';
import type { ExitCode } from './exit-codes.ts';
import { Output } from './output.ts';
import { redirectConsole, say } from './stderr.ts';
import { withEnvironment } from './with-environment.ts';

/** Flags of commands that list: with them, the same list is one document, or one object per line. */
export const listFlags = {
  ndjson: Flags.boolean({ summary: 'One JSON object per line, as they come.', exclusive: ['json'] }),
};

/** The flag of every command that changes an environment (test/cli/dry-run.unit.test.ts). */
export const dryRunFlag = {
  'dry-run': Flags.boolean({ summary: 'Tell what it would do, and write nothing.' }),
};

/** The flags of every command. */
export interface GlobalFlags {
  readonly env: string;
  readonly json: boolean;
  readonly ndjson?: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly 'no-color': boolean;
  readonly 'dry-run'?: boolean;
}

/** How the items of a list are printed. */
export interface ListFormat<T> {
  json(item: T): JsonValue;
  /** One item for people, in one or more lines; or a page of items, when they are to be aligned. */
  people(page: readonly T[]): string;
  /** Told to people on stderr when there is none. */
  readonly empty?: string;
  /** Whether each item is passed on at once: for what is followed live. */
  readonly live?: boolean;
}

/** Items that are aligned together, for people. */
const pageItems = 500;

/**
 * What all commands share. stdout is data, through `out`; stderr is talk, through `talk`. `--json` prints exactly one
 * document, `--ndjson` (of commands that list) one object per line; the same data either way, on a terminal and in a
 * pipe. Errors are thrown: `runCli` prints them and chooses the exit code.
 */
export abstract class BaseCommand extends Command {
  static override baseFlags = {
    env: environmentFlag,
    json: Flags.boolean({ summary: 'Print one JSON document; errors too are JSON.', helpGroup: 'GLOBAL' }),
    quiet: Flags.boolean({ char: 'q', summary: 'No talk on stderr, only errors.', helpGroup: 'GLOBAL' }),
    verbose: Flags.boolean({ summary: 'Print the stack of an error.', helpGroup: 'GLOBAL' }),
    'no-color': Flags.boolean({ summary: 'No colours (also NO_COLOR, TERM=dumb).', helpGroup: 'GLOBAL' }),
  };

  protected readonly out = new Output(process.stdout);
  /** Whether all that is done is done on a copy, and told as such. */
  protected isRehearsal = false;
  protected globals: GlobalFlags = { env: '.txlog', json: false, quiet: false, verbose: false, 'no-color': false };

  protected override async parse<
    F extends Record<string, unknown>,
    B extends Record<string, unknown>,
    A extends Record<string, unknown>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    redirectConsole();
    const parsed = await super.parse(options, argv);
    this.globals = parsed.flags as unknown as GlobalFlags;
    return parsed;
  }

  /** Colours for stdout; none under `--json`, in a pipe, with `--no-color`, NO_COLOR or TERM=dumb. */
  protected get colors(): Colors {
    const { json, ndjson } = this.globals;
    return makeColors(process.stdout.isTTY === true && !json && !ndjson && !this.globals['no-color']);
  }

  /** Width of the terminal that people read the output on; undefined where the output is no terminal. */
  protected get columns(): number | undefined {
    return process.stdout.isTTY ? columnsOf(process.stdout) : undefined;
  }

  /**
   * Opens the environment of `--env`, works with it, and closes it whatever happens. A command that lives long loads all
   * code before it begins: what it lacks later, such as file descriptors, breaks nothing for good.
   */
  protected async withEnv<T>(
    { livesLong = false, ...options }: OpenOptions & { readonly livesLong?: boolean },
    work: (env: Environment) => Promise<T>,
  ): Promise<T> {
    const open = livesLong ? openEnvironment : openBriefly;
    const env = await open(this.globals.env, options).catch((error) => {
      throw this.withSource(error);
    });
    return withEnvironment(env, work);
  }

  /** As `withEnv`, of a command that changes: under `--dry-run` it works on a copy, of which nothing is kept. */
  protected async changeEnv<T>(
    options: OpenOptions & { readonly livesLong?: boolean },
    work: (env: Environment) => Promise<T>,
  ): Promise<T> {
    this.isRehearsal = this.globals['dry-run'] === true;
    if (!this.isRehearsal) return this.withEnv(options, work);
    return this.withEnv({ ...options, readOnly: true }, (env) => env.withFork(work));
  }

  /** Names the variable that led to an environment which is none. */
  private withSource(error: unknown): unknown {
    const isAbsent = error instanceof TxlogError && (error.code === 'ENV_NOT_FOUND' || error.code === 'ENV_FOREIGN');
    const isNamed = this.argv.some((arg) => arg === '--env' || arg.startsWith('--env='));
    if (!isAbsent || isNamed || !process.env.TXLOG_ENV) return error;
    const hint = ['TXLOG_ENV names this directory.', error.details.hint].filter(Boolean).join(' ');
    return new TxlogError(error.code, error.message, { ...error.details, hint });
  }

  /** Prints one answer: a JSON document, or text for people. */
  protected async print(json: JsonObject, people: string): Promise<void> {
    if (this.globals.json || this.globals.ndjson)
      await this.out.json(this.isRehearsal ? { ...json, dryRun: true } : json);
    else if (people !== '') await this.out.line(`${people}${this.rehearsalMark(people)}`);
    await this.out.flush();
  }

  /** Says behind a text that it tells of a dry run; not behind ids alone. */
  protected rehearsalMark(text: string): string {
    if (!this.isRehearsal || this.globals.quiet) return '';
    return `${text.includes('\n') ? '\n' : ' '}(dry run: nothing was written)`;
  }

  /** Prints a list of any length, and returns how many items it had. Under `--json`: `{"v":1,"items":[…]}`. */
  protected async printList<T>(items: AsyncIterable<T> | Iterable<T>, format: ListFormat<T>): Promise<number> {
    let count = 0;
    let page: T[] = [];
    const { json, ndjson } = this.globals;
    if (json) await this.out.add('{"v":1,"items":[');
    for await (const item of items) {
      count += 1;
      if (json) await this.out.add(`${count === 1 ? '' : ','}${jsonText(format.json(item))}`);
      else if (ndjson) await this.out.json(format.json(item));
      else page.push(item);
      if (page.length > 0 && (format.live || page.length >= pageItems)) {
        await this.out.line(format.people(page));
        page = [];
      }
      if (format.live) await this.out.flush();
    }
    if (json) await this.out.line(']}');
    if (page.length > 0) await this.out.line(format.people(page));
    await this.out.flush();
    if (count === 0 && !json && !ndjson && format.empty !== undefined) this.talk(format.empty);
    return count;
  }

  /** Tells people something on stderr; silent with `--quiet` and `--json`. Text from data goes through `printable` first. */
  protected talk(text: string): void {
    if (this.talks) say(`${text}\n`);
  }

  /** Whether people are told how it goes. */
  protected get talks(): boolean {
    const { quiet, json, ndjson } = this.globals;
    return !quiet && !json && !ndjson;
  }

  /** Chooses the exit code of a command that ends without an error. */
  protected exitWith(code: ExitCode): void {
    process.exitCode = code;
  }

  protected override async catch(error: Error): Promise<never> {
    // oclif would turn every code into 1 under --json, and print a dump of its configuration.
    throw error;
  }
}
