import { Command, Flags, type Interfaces } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import { type OpenOptions, openBriefly, openEnvironment } from '../../engine.ts';
import {
  type ChosenEnvironment,
  chooseEnvironment,
  chooseNewEnvironment,
  contextOf,
} from '../../environment/choose-environment.ts';
import { type Context, Contexts } from '../../environment/contexts.ts';
import type { Environment } from '../../environment/environment.ts';
import { type Colors, makeColors } from '../../text/colors.ts';
import { jsonText } from '../../text/printable.ts';
import { columnsOf } from '../../text/width.ts';
import { type CommandEffect, refuseWriting, willWrite } from './command-effect.ts';
import { canAsk } from './confirm.ts';
import { contextFlag, environmentFlag, readOnlyFlag, yesFlag } from './environment-flag.ts';
import type { ExitCode } from './exit-codes.ts';
import { Output } from './output.ts';
import { guardProtected, tellContext } from './protection.ts';
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
  readonly 'read-only': boolean;
  readonly yes?: boolean;
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

/** The answer of a dry run: on a copy nothing is durable. */
function rehearsed(json: JsonObject): JsonObject {
  return { ...json, ...(json.durability === undefined ? {} : { durability: 'none' }), dryRun: true };
}

/**
 * What all commands share. stdout is data, through `out`; stderr is talk, through `talk`. `--json` prints exactly one
 * document, `--ndjson` (of commands that list) one object per line; the same data either way, on a terminal and in a
 * pipe. Errors are thrown: `runCli` prints them and chooses the exit code.
 */
export abstract class BaseCommand extends Command {
  /** The effect of the command on an environment. Each command says it of itself (test/cli/effects.e2e.test.ts). */
  static effect: CommandEffect = 'reads';

  static override baseFlags = {
    env: environmentFlag,
    context: contextFlag,
    'read-only': readOnlyFlag,
    yes: yesFlag,
    json: Flags.boolean({ summary: 'Print one JSON document; errors too are JSON.', helpGroup: 'GLOBAL' }),
    quiet: Flags.boolean({ char: 'q', summary: 'No talk on stderr, only errors.', helpGroup: 'GLOBAL' }),
    verbose: Flags.boolean({ summary: 'Print the stack of an error.', helpGroup: 'GLOBAL' }),
    'no-color': Flags.boolean({ summary: 'No colours (also NO_COLOR, TERM=dumb).', helpGroup: 'GLOBAL' }),
  };

  protected readonly out = new Output(process.stdout);
  /** Whether all that is done is done on a copy, and told as such. */
  protected isRehearsal = false;
  protected readonly contexts = new Contexts();
  protected chosen: ChosenEnvironment = { dir: '.txlog', origin: 'default' };
  protected globals: GlobalFlags = {
    ...{ env: '.txlog', 'read-only': false, json: false, quiet: false, verbose: false, 'no-color': false },
  };

  protected override async parse<
    F extends Record<string, unknown>,
    B extends Record<string, unknown>,
    A extends Record<string, unknown>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    redirectConsole();
    const parsed = await this.parsePicking(options, argv ?? this.argv);
    const { effect } = this.ctor as typeof BaseCommand;
    const flags = parsed.flags as GlobalFlags & Record<string, unknown>;
    this.globals = flags;
    if (flags['read-only']) refuseWriting(effect, flags, this.words);
    if (effect === 'none') return parsed;
    const typed = (name: string) => parsed.raw.some((token) => token.type === 'flag' && token.flag === name);
    const named = (name: 'env' | 'context') => (typed(name) ? String(flags[name]) : undefined);
    const choose = effect === 'makes' ? chooseNewEnvironment : chooseEnvironment;
    this.chosen = choose({ env: named('env'), context: named('context') }, this.contexts);
    Object.assign(flags, { env: this.chosen.dir });
    await this.announce(willWrite(effect, flags));
    return parsed;
  }

  /** Parses; at a terminal people pick the arguments that are missing. */
  private async parsePicking<
    F extends Record<string, unknown>,
    B extends Record<string, unknown>,
    A extends Record<string, unknown>,
  >(options: Interfaces.Input<F, B, A> | undefined, argv: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    try {
      return await super.parse(options, argv);
    } catch (error) {
      const [missing] = (error as { readonly args?: readonly unknown[] }).args ?? [];
      if (typeof missing !== 'object' || missing === null || !canAsk()) throw error;
      // Code that is needed at a terminal alone, and there rarely.
      const { pickArgument } = await import('./pick-argument.ts');
      const words = [...this.words.split(' '), ...argv];
      const picked = await pickArgument(words, (missing as { readonly name: string }).name, this.config.root);
      if (picked === undefined) throw error;
      return this.parsePicking(options, [...argv, picked]);
    }
  }

  /** Says on which environment it works, where that is not plain; before it changes a protected one, people agree. */
  private async announce(writes: boolean): Promise<void> {
    if (this.talks && (writes || process.stderr.isTTY)) tellContext(this.chosen, this.contexts);
    if (writes) await guardProtected(this.chosen, this.contexts, this.globals.yes === true);
  }

  /** The context of its environment, however that was named. */
  protected get context(): Context | undefined {
    return contextOf(this.chosen, this.contexts);
  }

  /** The words of the command, such as `session list`. */
  private get words(): string {
    return (this.id ?? '').replaceAll(':', ' ');
  }

  /** Whether the command, with its flags, changes the environment. */
  protected get writes(): boolean {
    const { effect } = this.ctor as typeof BaseCommand;
    return !this.globals['read-only'] && willWrite(effect, this.globals as GlobalFlags & Record<string, unknown>);
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
   * Opens the command's environment, works with it, and closes it whatever happens; read-only unless the command says
   * that it writes. A command that lives long loads all code before it begins: what it lacks later, such as file
   * descriptors, breaks nothing for good.
   */
  protected async withEnv<T>(
    { livesLong = false, ...options }: OpenOptions & { readonly livesLong?: boolean },
    work: (env: Environment) => Promise<T>,
  ): Promise<T> {
    const open = livesLong ? openEnvironment : openBriefly;
    const readOnly = !this.writes || options.readOnly === true;
    const env = await open(this.globals.env, { ...options, readOnly }).catch((error) => {
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

  /** Names what led to an environment which is none, where the command line does not. */
  private withSource(error: unknown): unknown {
    const isAbsent = error instanceof TxlogError && (error.code === 'ENV_NOT_FOUND' || error.code === 'ENV_FOREIGN');
    const source = sourceText(this.chosen);
    if (!isAbsent || source === undefined) return error;
    const hint = [source, error.details.hint].filter(Boolean).join(' ');
    return new TxlogError(error.code, error.message, { ...error.details, hint });
  }

  /** Prints one answer: a JSON document, or text for people. */
  protected async print(json: JsonObject, people: string): Promise<void> {
    if (this.globals.json || this.globals.ndjson) await this.out.json(this.isRehearsal ? rehearsed(json) : json);
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

function sourceText({ origin, context }: ChosenEnvironment): string | undefined {
  if (origin === 'TXLOG_ENV') return 'TXLOG_ENV names this directory.';
  return context && `It is the environment of context ${context.name}.`;
}
