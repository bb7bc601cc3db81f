import { given } from '../../core/base/given.ts';
import type { JsonObject } from '../../core/base/json.ts';
import type { Environment } from '../../environment/environment.ts';
import { type Intervened, type InterventionPlan, type SagaCommand, TxlogError } from '../../index.ts';
import { toIntervenedJson } from '../../shapes/intervened.ts';
import { plural, printable } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { readPlan, writePlan } from '../compensate/plan-file.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { confirmMany, requireAnswer } from '../frame/confirm.ts';
import { type ExitCode, exitCodeOfCode } from '../frame/exit-codes.ts';
import { idsOf } from '../frame/ids-of.ts';
import { errorJson, firstLineOf } from '../frame/report-error.ts';
import { countSagaPlan, formatIntervened, formatSagaPlan, formatSagaPlanTotals } from '../print/saga-plan-page.ts';
import { checkInterveneFlags, type InterveneValues, toIntervention } from './saga-flags.ts';

/** A command that intervenes in sagas: in those that are named, in those that a filter selects, or in those of a plan. */
export abstract class InterveneCommand extends BaseCommand {
  /** Says it, or shows what it would do. Errors: that of the only saga; USAGE; those of a plan. */
  protected async intervene(
    word: SagaCommand,
    given: string | readonly string[] | undefined,
    flags: InterveneValues,
  ): Promise<void> {
    const named = ([] as string[]).concat(given ?? []);
    checkInterveneFlags(word.kind, named, flags);
    const writes = !flags.plan && !flags['dry-run'];
    const asks = writes && named.length === 0;
    if (asks) requireAnswer(`${capital(word.kind)} many sagas?`, this.isSure);
    await this.withEnv({ checkpointRecords: 0 }, async (env) => {
      if (flags.apply !== undefined) return this.apply(env, { word, file: flags.apply }, flags);
      const ids = named.length > 0 ? await idsOf(env, named) : await selectIds(env, flags);
      if (flags.plan) return this.showPlan(await env.sagas.plan(word, ids), flags.out);
      if (flags['dry-run']) return this.tell(wouldBe(await env.sagas.plan(word, ids)), word);
      if (asks && !(await this.agreed(word, ids.length))) return;
      await this.tell(env.sagas.say(word, ids, toIntervention(flags)), word, named.length === 1 && named[0] !== '-');
    });
  }

  private async apply(
    env: Environment,
    { word, file }: { readonly word: SagaCommand; readonly file: string },
    flags: InterveneValues,
  ): Promise<void> {
    const { plan, count } = readPlan(file);
    const planned = (plan as { readonly word?: SagaCommand } | null)?.word;
    if (planned?.kind !== undefined && JSON.stringify(planned) !== JSON.stringify(word)) throw otherWord(file, planned);
    const dryRun = flags['dry-run'];
    if (!dryRun && !(await this.agreed(word, count))) return;
    await this.tell(env.sagas.applyPlan(plan, { ...toIntervention(flags), dryRun }), word);
  }

  private async agreed(word: SagaCommand, count: number): Promise<boolean> {
    const agreed =
      count === 0 || (await confirmMany(`${capital(word.kind)} ${plural(count, 'saga')}?`, count, this.isSure));
    if (!agreed) this.talk('nothing was done');
    return agreed;
  }

  private async showPlan(plan: InterventionPlan, file: string | undefined): Promise<void> {
    if (file === undefined) {
      await this.print(plan as unknown as JsonObject, formatSagaPlan(plan, this.colors));
    } else {
      writePlan(file, plan);
      const next = `txlog saga ${commandOf(plan.word)} --apply ${shellQuote(file)} --reason "…"`;
      await this.print({ v: 1, file, head: plan.head, ...countSagaPlan(plan), next: [next] }, '');
      this.talk(`${formatSagaPlanTotals(plan, this.colors)}, in ${printable(file)}\nnext: ${next}`);
    }
    if (plan.items.some(({ refused }) => refused)) this.exitWith(1);
  }

  private async tell(
    results: AsyncIterable<Intervened> | Iterable<Intervened>,
    word: SagaCommand,
    isOnly = false,
  ): Promise<void> {
    const refused: TxlogError[] = [];
    const watched = watch(results, (error) => {
      if (isOnly) throw error;
      refused.push(error);
    });
    this.out.mustArrive = true;
    const count = await this.printAll(watched, {
      json: (result) => toIntervenedJson(result, word, errorJson),
      people: (page) => page.map((result) => lineOf(result, word)).join('\n'),
      columns: ['saga', 'word', 'phase', 'error.code'],
      empty: 'No saga.',
      live: true,
    });
    this.exitWith(exitCodeOf(refused, count));
  }
}

function lineOf(result: Intervened, word: SagaCommand): string {
  if ('error' in result) return firstLineOf(result.error);
  return formatIntervened(result, word);
}

/** Words of the command line that say what a plan says. */
function commandOf(word: SagaCommand): string {
  if (word.kind === 'force') return `force --outcome ${word.outcome}`;
  return word.kind === 'skip' && word.step !== undefined ? `skip --step ${shellQuote(word.step)}` : word.kind;
}

function otherWord(file: string, word: SagaCommand): TxlogError {
  const command = `txlog saga ${commandOf(word)} --apply ${shellQuote(file)} --reason "…"`;
  return new TxlogError('PLAN_INVALID', `${file} is a plan of another command`, { next: [command] });
}

/** Those of a type, and of a phase; without a phase, those that have not ended. */
async function selectIds(env: Environment, { type, phase }: InterveneValues): Promise<readonly string[]> {
  const ids: string[] = [];
  const options = {
    ...given({ type }),
    ...(phase === undefined ? { incomplete: true } : { phase }),
  };
  for await (const { id } of env.sagas.list(options)) ids.push(id);
  return ids;
}

function wouldBe({ items }: InterventionPlan): readonly Intervened[] {
  return items.map(({ id, refused, phase }): Intervened => {
    if (!refused) return { id, planned: true, ...given({ phase }) };
    const next = [`txlog saga show ${shellQuote(id)}`];
    return {
      id,
      error: new TxlogError(refused.code === 'SAGA_NOT_FOUND' ? 'SAGA_NOT_FOUND' : 'SAGA_STATE', refused.reason, {
        next,
      }),
    };
  });
}

async function* watch(
  results: AsyncIterable<Intervened> | Iterable<Intervened>,
  hear: (error: TxlogError) => void,
): AsyncGenerator<Intervened> {
  for await (const result of results) {
    if ('error' in result) hear(result.error);
    yield result;
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
