import type { TxlogError } from '../../core/base/errors.ts';
import { ifGiven } from '../../core/base/given.ts';
import type { JsonObject } from '../../core/base/json.ts';
import type { Environment } from '../../environment/environment.ts';
import type { ApplyOptions, BulkOutcome, PlanOptions, PlanTarget } from '../../index.ts';
import { formatCount, plural, printable } from '../../text/printable.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { confirmMany, requireAnswer } from '../frame/confirm.ts';
import { type ExitCode, exitCodeOfCode } from '../frame/exit-codes.ts';
import { idsOf } from '../frame/ids-of.ts';
import { showWork } from '../frame/progress-line.ts';
import { onInterrupt } from '../frame/signals.ts';
import type { ListFormat } from '../output/list-writer.ts';
import { countBulkPlan, formatBulkPlan, formatBulkTotals, type PlanWords } from '../print/bulk-plan-page.ts';
import type { BulkValues } from './bulk-flags.ts';
import { writePlan } from './plan-file.ts';
import { applying, readPlanOf } from './plan-owner.ts';
import { atOnceOf, isDoneNow, paced, parseRate } from './rate.ts';
import { type BulkTold, withLeftOut, withTargets } from './told.ts';

type AnyPlan = PlanWords['plan'];

/** Something that is done to many sessions or sagas. */
export interface BulkWork<P extends AnyPlan> {
  /** Words and flags of the command that its plans are of, such as `session park`. */
  readonly owner: string;
  readonly noun: 'session' | 'saga';
  /** The word of it for people: `park`. */
  readonly does: string;
  /** More words, behind the noun: ` to be compensated`. */
  readonly how?: string;
  /** Those that the flags select, as they stand. */
  select(env: Environment): Promise<readonly PlanTarget[]>;
  plan(env: Environment, targets: readonly PlanTarget[], options: PlanOptions): Promise<P>;
  apply(env: Environment, plan: unknown, options: ApplyOptions): AsyncIterable<BulkOutcome>;
  /** Hears of each that was done. */
  done?(env: Environment, told: BulkTold): void;
  readonly list: ListFormat<BulkTold>;
}

/** Targets that people see before they are asked. */
const sampleMost = 10;

/** A command that does something to many sessions or sagas: to those named, to those that a filter selects, or to those of a plan. */
export abstract class BulkCommand extends BaseCommand {
  private interrupted: 130 | 143 | undefined;

  /**
   * Makes the plan, or reads it; then shows it, writes it, or carries it out once people agree.
   *
   * Errors: that of the only one that is named; USAGE; those of a plan.
   */
  protected async runBulk<P extends AnyPlan>(
    work: BulkWork<P>,
    names: readonly string[],
    flags: BulkValues,
  ): Promise<void> {
    const each = ifGiven(flags.rate, (text) => parseRate('--rate', text));
    const isShown = flags.plan || flags.out !== undefined;
    const asks = !isShown && !flags['dry-run'] && names.length === 0;
    if (asks) requireAnswer(`${capital(work.does)} all ${work.noun}s that the filter selects?`, this.isSure);
    await this.withEnv(flags.stuck ? this.appOptions() : {}, async (env) => {
      const run = { env, work, flags, each };
      if (flags.apply !== undefined) return this.applyFile(run, flags.apply);
      const plan = await this.makePlan(run, names);
      if (isShown) return this.showPlan(work, plan, flags.out);
      if (asks && !(await this.agreed(work, plan))) return;
      const outcomes = this.carried(run, plan, countBulkPlan(plan).count);
      const isOnly = names.length === 1 && names[0] !== '-' && !flags['dry-run'];
      await this.tell(run, withLeftOut(plan, outcomes), isOnly);
    });
  }

  private async makePlan<P extends AnyPlan>(run: BulkRun<P>, names: readonly string[]): Promise<P> {
    const { env, work, flags } = run;
    const targets = names.length > 0 ? await idsOf(env, names) : await work.select(env);
    const { onProgress, stop } = showWork('planning', targets.length > 0 && this.shown);
    const { reason, actor } = flags;
    const by = { ...(reason !== undefined && { reason }), ...(actor !== undefined && { actor }) };
    return work.plan(env, targets, { ...by, onProgress }).finally(stop);
  }

  private async applyFile<P extends AnyPlan>(run: BulkRun<P>, file: string): Promise<void> {
    const { work, flags } = run;
    const { plan, count } = readPlanOf(file, work.owner);
    if (!flags['dry-run'] && !(await this.agreedTo(work, count))) return;
    await this.tell(run, withTargets(plan, this.carried(run, plan, count)), false);
  }

  /** The outcomes of a plan as they come, no faster than was asked for; how far it is, on stderr. */
  private async *carried<P extends AnyPlan>(
    { env, work, flags, each }: BulkRun<P>,
    plan: unknown,
    count: number,
  ): AsyncGenerator<BulkOutcome> {
    const { reason, actor } = flags;
    const by = { ...(reason !== undefined && { reason }), ...(actor !== undefined && { actor }) };
    const interruption = onInterrupt();
    const { signal } = interruption;
    const options = { ...by, dryRun: flags['dry-run'], atOnce: atOnceOf(each), signal };
    const { onProgress, stop } = showWork(work.owner, this.shownBesideLines);
    let taken = 0;
    try {
      for await (const outcome of paced(work.apply(env, plan, options), each, { counts: isDoneNow, signal })) {
        yield outcome;
        onProgress(++taken, count);
      }
    } finally {
      stop();
      interruption.release();
      this.interrupted = interruption.exitCode();
      if (this.interrupted !== undefined)
        this.tellInterrupted(work.owner, { taken, count, goesOn: flags.apply !== undefined });
    }
  }

  /** All that was done is told when it is interrupted; so is how far it came. */
  private tellInterrupted(
    owner: string,
    { taken, count, goesOn }: { readonly taken: number; readonly count: number; readonly goesOn: boolean },
  ): void {
    const came = taken === 0 ? 'it had not begun' : `it came to ${formatCount(taken)} of ${formatCount(count)}`;
    this.talk(`interrupted ${owner}: ${came}${goesOn ? '; the same command goes on there' : ''}`);
  }

  /** Shows people what would be done, and asks them. */
  private async agreed<P extends AnyPlan>(work: BulkWork<P>, plan: P): Promise<boolean> {
    const { count } = countBulkPlan(plan);
    if (count > 0 && !this.isSure) this.talk(formatBulkPlan(wordsOf(work, plan), this.colors, sampleMost));
    return this.agreedTo(work, count);
  }

  private async agreedTo(
    { does, how = '', noun }: Pick<PlanWords, 'does' | 'how' | 'noun'>,
    count: number,
  ): Promise<boolean> {
    const agreed =
      count === 0 || (await confirmMany(`${capital(does)} ${plural(count, noun)}${how}?`, count, this.isSure));
    if (!agreed) this.talk('nothing was done');
    return agreed;
  }

  private async showPlan<P extends AnyPlan>(work: BulkWork<P>, plan: P, file: string | undefined): Promise<void> {
    const words = wordsOf(work, plan);
    const { count, refused, unchanged } = countBulkPlan(plan);
    if (file === undefined) {
      await this.print(plan as unknown as JsonObject, formatBulkPlan(words, this.colors));
    } else {
      writePlan(file, plan);
      const next = applying(work.owner, file, plan);
      const counts = { [`${work.noun}s`]: count, refused, ...(unchanged > 0 && { unchanged }) };
      await this.print({ v: 1, file, head: plan.head, ...counts, next: [next] }, '');
      this.talk(`${formatBulkTotals(words, this.colors)}, in ${printable(file)}\nnext: ${next}`);
    }
    if (refused > 0) this.exitWith(1);
  }

  /** Prints one result each. Errors: that of the only one. */
  protected async tell<P extends AnyPlan>(
    { env, work }: Pick<BulkRun<P>, 'env' | 'work'>,
    results: AsyncIterable<BulkTold>,
    isOnly: boolean,
  ): Promise<void> {
    const refused: TxlogError[] = [];
    const heard = watched(isOnly ? await soleOf(results) : results, (told) => {
      work.done?.(env, told);
      if ('error' in told) refused.push(told.error);
    });
    this.out.mustArrive = true;
    const count = await this.printAll(heard, { ...work.list, live: true });
    this.exitWith(this.interrupted ?? exitCodeOf(refused, count));
  }
}

/** A command under way. `each`: ms from one to the next. */
interface BulkRun<P extends AnyPlan> {
  readonly env: Environment;
  readonly work: BulkWork<P>;
  readonly flags: BulkValues;
  readonly each: number | undefined;
}

function wordsOf({ noun, does, how }: Pick<PlanWords, 'noun' | 'does' | 'how'>, plan: AnyPlan): PlanWords {
  return { plan, noun, does, how };
}

/** The result for the only one. Errors: that of it. */
async function soleOf(results: AsyncIterable<BulkTold>): Promise<readonly BulkTold[]> {
  const all: BulkTold[] = [];
  for await (const told of results) {
    if ('error' in told) throw told.error;
    all.push(told);
  }
  return all;
}

async function* watched(
  results: AsyncIterable<BulkTold> | Iterable<BulkTold>,
  hear: (told: BulkTold) => void,
): AsyncGenerator<BulkTold> {
  for await (const told of results) {
    hear(told);
    yield told;
  }
}

/** 6 when some were refused, and the code of the first one when all were. */
function exitCodeOf(refused: readonly TxlogError[], count: number): ExitCode {
  const [first] = refused;
  if (!first) return 0;
  return refused.length < count ? 6 : exitCodeOfCode(first.code);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
