import { Command, type Interfaces } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import { isFrontendAddress } from '../../core/base/frontend-address.ts';
import { given } from '../../core/base/given.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { type BriefOptions, openBriefly, openEnvironment } from '../../engine.ts';
import {
  type ChosenEnvironment,
  chooseEnvironment,
  chooseNewEnvironment,
  contextOf,
} from '../../environment/choose-environment.ts';
import { findApp } from '../../environment/config.ts';
import { type Context, Contexts } from '../../environment/contexts.ts';
import type { Environment } from '../../environment/environment.ts';
import { type ListLook, makeColors } from '../../text/colors.ts';
import { formatCount } from '../../text/printable.ts';
import { showTimesAs } from '../../text/time.ts';
import { columnsOf } from '../../text/width.ts';
import type { Condition } from '../output/condition.ts';
import { documentText } from '../output/document-text.ts';
import { firstOf, heard } from '../output/first-of.ts';
import { formatOf, isJsonFormat, type OutputFormat } from '../output/format-words.ts';
import { terminalLimit } from '../output/limit-flag.ts';
import { type ListFormat, type ListStyle, ListWriter } from '../output/list-writer.ts';
import { Output } from '../output/output.ts';
import { printPaged } from '../output/pager.ts';
import { readStyle } from '../output/read-style.ts';
import { readToken } from '../reach/frontend-token.ts';
import { type Reached, reachDirectory } from '../reach/reached.ts';
import { type CommandEffect, refuseWriting, willWrite } from './command-effect.ts';
import { canAsk } from './confirm.ts';
import type { ExitCode } from './exit-codes.ts';
import { type GlobalFlags, globalFlags } from './global-flags.ts';
import type { Shown } from './progress-line.ts';
import { guardProtected, tellContext } from './protection.ts';
import { type RemoteUse, refuseOnFrontend } from './remote-use.ts';
import type { ScanProgress } from './scan-progress.ts';
import { onInterrupt, type SignalInterrupt } from './signals.ts';
import { SlowWork } from './slow-work.ts';
import { redirectConsole, say } from './stderr.ts';
import { withEnvironment, withSource } from './with-environment.ts';

/** The answer of a dry run: on a copy nothing is durable. */
function rehearsed(json: JsonObject): JsonObject {
  return { ...json, ...(json.durability !== undefined && { durability: 'none' }), dryRun: true };
}

/**
 * What all commands share. stdout is data, through `out`; stderr is talk, through `talk`. `-o` says in which form the
 * answer is printed, the same on a terminal and in a pipe (docs/guide/conventions.md). Errors are thrown: `runCli`
 * prints them and chooses the exit code.
 */
export abstract class BaseCommand extends Command {
  /** The effect of the command on an environment. Each command says it of itself (test/cli/effects.e2e.test.ts). */
  static effect: CommandEffect = 'reads';

  /** Whether the command works on a frontend as well (remote-use.ts). */
  static remote: RemoteUse = false;

  /** An argument that people at a terminal pick where it is missing and none of these flags stands for it; required ones are picked anyway. */
  static picks: { readonly argument: string; readonly unless: readonly string[] } | undefined;

  static override baseFlags = globalFlags;

  protected readonly out = new Output(process.stdout);
  /** Whether all that is done is done on a copy, and told as such. */
  protected isRehearsal = false;
  protected readonly contexts = new Contexts();
  protected chosen: ChosenEnvironment = { dir: '.txlog', origin: 'default' };
  protected globals: GlobalFlags = {
    ...{ env: '.txlog', 'read-only': false, verbose: false, 'no-color': false, 'no-pager': false, wide: false },
    ...{ time: 'local', progress: 'auto' },
  };
  private condition: Condition | undefined;
  private style: ListStyle = { format: 'table', fields: undefined, template: undefined };

  protected override async parse<
    F extends Record<string, unknown>,
    B extends Record<string, unknown>,
    A extends Record<string, unknown>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    redirectConsole();
    const parsed = await this.parsePicking(options, argv ?? this.argv);
    const { effect } = this.ctor as typeof BaseCommand;
    const flags = parsed.flags as unknown as GlobalFlags & Record<string, unknown>;
    this.globals = flags;
    showTimesAs(flags.time);
    this.style = await readStyle(flags, this.words);
    if (flags['read-only']) refuseWriting(effect, flags, this.words);
    if (effect === 'none') return parsed;
    const typed = (name: string) => parsed.raw.some((token) => token.type === 'flag' && token.flag === name);
    const named = (name: 'env' | 'context') => (typed(name) ? String(flags[name]) : undefined);
    const choose = effect === 'makes' ? chooseNewEnvironment : chooseEnvironment;
    this.chosen = choose({ env: named('env'), context: named('context') }, this.contexts);
    Object.assign(flags, { env: this.chosen.dir });
    const { remote } = this.ctor as typeof BaseCommand;
    if (this.isRemote) refuseOnFrontend(remote, { command: this.words, typed, address: this.chosen.dir }, this.config);
    await this.announce(willWrite(effect, flags));
    return parsed;
  }

  /** Parses; at a terminal people pick the arguments that are missing. */
  private async parsePicking<
    F extends Record<string, unknown>,
    B extends Record<string, unknown>,
    A extends Record<string, unknown>,
  >(options: Interfaces.Input<F, B, A> | undefined, argv: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv).catch(async (error) => {
      const [missing] = (error as { readonly args?: readonly unknown[] }).args ?? [];
      const isNamed = typeof missing === 'object' && missing !== null;
      const picked = isNamed ? await this.pick((missing as { readonly name: string }).name, argv) : undefined;
      if (picked === undefined) throw error;
      return this.parsePicking(options, [...argv, picked]);
    });
    const { picks } = this.ctor as typeof BaseCommand;
    const flags = parsed.flags as Record<string, unknown>;
    const isGiven = (name: string) => flags[name] !== undefined && flags[name] !== false;
    if (!picks || parsed.args[picks.argument] !== undefined || picks.unless.some(isGiven)) return parsed;
    const picked = await this.pick(picks.argument, argv);
    return picked === undefined ? parsed : this.parsePicking(options, [...argv, picked]);
  }

  /** Asks people at a terminal for an argument; undefined where nobody can be asked, and when they pick none. */
  private async pick(argument: string, argv: readonly string[]): Promise<string | undefined> {
    if (!canAsk()) return undefined;
    // Code that is needed at a terminal alone, and there rarely.
    const { pickArgument } = await import('./pick-argument.ts');
    return pickArgument([...this.words.split(' '), ...argv], argument, this.config.root);
  }

  /** Says on which environment it works, where that is not plain; before it changes a protected one, people agree. */
  protected async announce(writes: boolean): Promise<void> {
    const isTerminal = process.stderr.isTTY === true;
    const hasColor = isTerminal && !this.globals['no-color'];
    if (this.talks && (writes || isTerminal)) tellContext(this.chosen, this.contexts, hasColor);
    if (writes) await guardProtected(this.chosen, this.contexts, { agreed: this.isSure, hasColor });
  }

  /** Whether its environment is behind a frontend. */
  protected get isRemote(): boolean {
    return isFrontendAddress(this.globals.env);
  }

  /** The app of its environment: the one that is named (`appFlag`), else its own; a frontend has its own. Errors: as `findApp`. */
  protected appOptions(): { readonly app?: string } {
    return this.isRemote ? {} : given({ app: findApp(this.globals.env, this.globals.app) });
  }

  /** Whether people have agreed beforehand, by --yes. */
  protected get isSure(): boolean {
    return this.globals.yes === true;
  }

  /** Whether nothing is to be written. */
  protected get isDryRun(): boolean {
    return this.globals['dry-run'] === true;
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

  /** Prints lines of JSON unless the command line says otherwise: for data that goes on to another command. */
  protected preferLines(): void {
    const isAsked = formatOf(this.globals) !== undefined || this.style.template !== undefined;
    if (!isAsked) this.style = { ...this.style, format: 'ndjson' };
  }

  /** The form of the answer. */
  protected get format(): OutputFormat {
    return this.style.format;
  }

  /** Whether the answer, and what is told beside it, is JSON. */
  protected get isJson(): boolean {
    return isJsonFormat(this.format);
  }

  /** Whether people read the answer, as it is laid out for them. */
  protected get isTable(): boolean {
    return this.format === 'table' && this.style.template === undefined;
  }

  /** Width and colours for stdout; colours only in tables on a terminal, without `--no-color`, NO_COLOR or TERM=dumb. */
  protected get colors(): ListLook {
    const colors = makeColors(process.stdout.isTTY === true && this.isTable && !this.globals['no-color']);
    return { ...colors, columns: this.columns };
  }

  /** Width of the terminal that a table is cut to; undefined where nothing is cut: off a terminal, and with `--wide`. */
  protected get columns(): number | undefined {
    return process.stdout.isTTY && !this.globals.wide ? columnsOf(process.stdout) : undefined;
  }

  /**
   * Opens the command's environment, works with it, and closes it whatever happens; read-only unless the command says
   * that it writes. A command that lives long loads all code before it begins: what it lacks later, such as file
   * descriptors, breaks nothing for good.
   */
  protected async withEnv<T>(
    { livesLong = false, ...options }: BriefOptions & { readonly livesLong?: boolean },
    work: (env: Environment) => Promise<T>,
  ): Promise<T> {
    const open = livesLong ? openEnvironment : openBriefly;
    const readOnly = !this.writes || options.readOnly === true;
    const env = await open(this.globals.env, { ...options, readOnly }).catch((error) => {
      throw withSource(error, this.chosen);
    });
    return withEnvironment(env, work);
  }

  /** As `withEnv`, of a command that works on frontends as well. */
  protected async reach<T>(
    options: BriefOptions & { readonly livesLong?: boolean },
    work: (reached: Reached) => Promise<T>,
  ): Promise<T> {
    if (!this.isRemote) return this.withEnv(options, (env) => work(reachDirectory(env)));
    // Code that no command on a directory needs.
    const { reachFrontend } = await import('../frontend/reach-frontend.ts');
    return work(reachFrontend(this.globals.env, () => readToken(this.globals['token-file'], this.context)));
  }

  /** As `withEnv`, of a command that changes: under `--dry-run` it works on a copy, of which nothing is kept. */
  protected async changeEnv<T>(
    options: BriefOptions & { readonly livesLong?: boolean },
    work: (env: Environment) => Promise<T>,
  ): Promise<T> {
    this.isRehearsal = this.isDryRun;
    if (!this.isRehearsal) return this.withEnv(options, work);
    return this.withEnv({ ...options, readOnly: true }, (env) => env.withFork(work));
  }

  /** Prints one answer in the form that is asked for; `people` is the table. */
  protected async print(json: JsonObject, people: string): Promise<void> {
    const told = this.isRehearsal ? rehearsed(json) : json;
    const text = documentText(told, people === '' ? '' : `${people}${this.rehearsalMark(people)}`, this.style);
    await this.paged(async (out) => {
      if (text !== '') await out.line(text);
      await out.flush();
    });
  }

  /** Says behind a text that it tells of a dry run. */
  protected rehearsalMark(text: string): string {
    if (!this.isRehearsal) return '';
    return `${text.includes('\n') ? '\n' : ' '}(dry run: nothing was written)`;
  }

  /** From now on lists have only the items that fit a condition in CEL. Errors: FILTER_INVALID with the column. */
  protected async selectWhere(where: string | undefined): Promise<void> {
    if (where === undefined) return;
    const [{ Condition }, { outputs }] = await Promise.all([
      import('../output/condition.ts'),
      import('../../shapes/schema/command-outputs.ts'),
    ]);
    this.condition = await Condition.read(where, outputs[this.words] ?? {});
  }

  /** Begins a list whose items are known one by one. */
  protected list<T>(format: ListFormat<T>, out = this.out): ListWriter<T> {
    return new ListWriter(out, format, this.style);
  }

  /**
   * Prints a list of any length, up to `--limit`, and returns how many items were printed. Under `-o json` it is one
   * document, also where an error ends the list.
   */
  protected async printList<T>(items: AsyncIterable<T> | Iterable<T>, format: ListFormat<T>): Promise<number> {
    const { limit, condition } = this;
    let isCut = false;
    const onMore = () => {
      isCut = true;
    };
    const search = condition && (await this.searching());
    const slow = new SlowWork('reading', search ? false : this.shown);
    const hear = () => {
      slow.came();
      (search ?? slow).printed();
    };
    const fitting = search ? condition.select(items, format.json, search) : items;
    const count = await this.printAll(firstOf(heard(fitting, hear), limit, onMore), {
      ...format,
      empty: condition ? undefined : format.empty,
    }).finally(() => slow.stop());
    if (condition && count === 0) this.talk(condition.emptyText(format.noun ?? 'item'));
    if (isCut) this.tellMore(`the first ${formatCount(limit)} are shown`);
    return count;
  }

  /** Shows how far a search through a list is, once it takes longer than a moment. */
  protected async searching(): Promise<ScanProgress> {
    const { ScanProgress } = await import('./scan-progress.ts');
    return new ScanProgress(this.shown);
  }

  /** Shows that work goes on, until it is done, once it takes longer than a moment. */
  protected async slowly<T>(what: string, work: () => Promise<T>): Promise<T> {
    const slow = new SlowWork(what, this.shown);
    return work().finally(() => slow.stop());
  }

  /** Prints a list of any length, all of it. */
  protected async printAll<T>(items: AsyncIterable<T> | Iterable<T>, format: ListFormat<T>): Promise<number> {
    const print = async (out: Output) => {
      const list = this.list(format, out);
      try {
        for await (const item of items) await list.add(item);
      } catch (error) {
        // A document is one, whatever ended it.
        await list.end().catch(() => undefined);
        throw error;
      }
      await list.end();
      return list.count;
    };
    const count = await (format.live ? print(this.out) : this.paged(print));
    if (count === 0 && format.empty !== undefined) this.talk(format.empty);
    return count;
  }

  /** Prints something that is read as a whole: on a terminal through a pager, where it is longer than that. */
  private paged<T>(print: (out: Output) => Promise<T>): Promise<T> {
    return printPaged(this.out, !this.globals['no-pager'], print);
  }

  /** Begins to follow what comes, until Ctrl-C; `what` follows. Errors: USAGE under `-o json`: what has no end is no document. */
  protected follow(what = '--follow'): SignalInterrupt {
    if (this.format === 'json') {
      throw new TxlogError('USAGE', `${what} never ends, so it cannot print one JSON document`, {
        hint: 'Use --ndjson: one object per line.',
      });
    }
    return onInterrupt();
  }

  /** Items that a list may have. */
  protected get limit(): number {
    const { limit } = this.globals;
    return limit ?? (process.stdout.isTTY && this.format === 'table' ? terminalLimit : Number.POSITIVE_INFINITY);
  }

  /** Says that a list was cut to what a terminal shows, and how to see the rest. */
  protected tellMore(shown: string): void {
    if (this.globals.limit === undefined) this.talk(`${shown}; -n N shows more, -n all shows all`);
  }

  /** Tells people something that no script reads: on a terminal alone. */
  protected note(text: string | undefined): void {
    if (text !== undefined && process.stderr.isTTY) this.talk(text);
  }

  /** Tells people something on stderr; silent in the forms for machines. Text from data goes through `printable` first. */
  protected talk(text: string): void {
    if (this.talks) say(`${text}\n`);
  }

  /** How it is told on stderr how it goes: for people, as JSON, or not at all. Off a terminal NDJSON is no sign of a script. */
  protected get told(): 'people' | 'json' | undefined {
    if (this.globals.progress === 'none' || this.format === 'ids') return undefined;
    return formatOf(this.globals) !== undefined && this.isJson ? 'json' : 'people';
  }

  /** How long work is shown on stderr. */
  protected get shown(): Shown {
    return this.globals.progress === 'json' ? 'json' : this.talks;
  }

  /** The same beside lines for people, which a bar on their terminal would be drawn over. */
  protected get shownBesideLines(): Shown {
    return process.stdout.isTTY === true && this.shown === true ? 'interruption' : this.shown;
  }

  /** Whether people are told how it goes. */
  protected get talks(): boolean {
    return this.told === 'people';
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
