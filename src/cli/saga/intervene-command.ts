import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import type { Environment } from '../../environment/environment.ts';
import type { Intervened, InterventionPlan, PlanTarget, SagaCommand } from '../../index.ts';
import { listed } from '../../pages/sagas.ts';
import { toIntervenedJson } from '../../shapes/intervened.ts';
import { toListedJson } from '../../shapes/saga.ts';
import { outputs } from '../../shapes/schema/command-outputs.ts';
import { BulkCommand, type BulkWork } from '../bulk/bulk-command.ts';
import { checkBulkFlags } from '../bulk/bulk-flags.ts';
import { commandOfWord } from '../bulk/plan-owner.ts';
import type { BulkTold } from '../bulk/told.ts';
import { idsOf } from '../frame/ids-of.ts';
import { errorJson, firstLineOf } from '../frame/report-error.ts';
import { Condition } from '../output/condition.ts';
import { formatIntervened, howText } from '../print/saga-plan-page.ts';
import { type InterveneValues, selectsSagas, toIntervention } from './saga-flags.ts';

/** A command that intervenes in sagas: in those that are named, in those that a filter selects, or in those of a plan. */
export abstract class InterveneCommand extends BulkCommand {
  /** Says it, or shows what it would do. Errors: that of the only saga; USAGE; those of a plan. */
  protected async intervene(
    word: SagaCommand,
    given: string | readonly string[] | undefined,
    flags: InterveneValues,
  ): Promise<void> {
    const names = ([] as string[]).concat(given ?? []);
    const command = `saga ${word.kind}`;
    const selects = selectsSagas(flags);
    checkBulkFlags(
      {
        ...{ command, names: names.length, selects, needsReason: flags.apply === undefined, inPlan: [] },
        selecting: '--type, --phase, --where and --stuck',
      },
      flags,
    );
    const work = this.workOf(word, flags);
    const isTold = names.length > 0 && !flags.plan && !flags['dry-run'];
    if (!isTold || [flags.out, flags.rate].some((value) => value !== undefined))
      return this.runBulk(work, names, flags);
    // Those that are named are told whatever happened to them since.
    await this.withEnv({ writesLittle: true }, async (env) => {
      const said = env.sagas.say(word, await idsOf(env, names), toIntervention(flags));
      await this.tell({ env, work }, said as AsyncIterable<BulkTold>, names.length === 1 && names[0] !== '-');
    });
  }

  private workOf(word: SagaCommand, flags: InterveneValues): BulkWork<InterventionPlan> {
    return {
      owner: `saga ${commandOfWord(word)}`,
      noun: 'saga',
      does: word.kind,
      how: howText(word),
      select: (env) => this.select(env, flags),
      plan: (env, targets, options) => env.sagas.plan(word, targets, options),
      apply: (env, plan, options) => env.sagas.applyPlan(plan, reasoned(plan, options)),
      list: {
        json: (told) => toIntervenedJson(intervenedOf(told), word, errorJson),
        people: (page) => page.map((told) => lineOf(told, word)).join('\n'),
        columns: ['saga', 'word', 'phase', 'error.code'],
        empty: flags.where === undefined ? 'No saga.' : undefined,
      },
    };
  }

  /** Those that a filter selects; without a phase, those that have not ended. */
  private async select(
    env: Environment,
    { type, phase, where, stuck }: InterveneValues,
  ): Promise<readonly PlanTarget[]> {
    const condition = where === undefined ? undefined : await Condition.read(where, outputs['saga list'] ?? {});
    const all = listed(env, { type, phase, stuck, incomplete: phase === undefined });
    const targets: PlanTarget[] = [];
    for await (const { id, position } of condition ? condition.select(all, toListedJson, await this.searching()) : all)
      targets.push({ id, ...given({ position }) });
    if (condition && targets.length === 0) this.talk(condition.emptyText('saga'));
    return targets;
  }
}

/** Asks for a reason: in the plan, or on the command line. Errors: USAGE. */
function reasoned<T extends { readonly reason?: string; readonly dryRun?: boolean }>(plan: unknown, options: T): T {
  const { reason = (plan as { readonly reason?: string } | null)?.reason } = options;
  if (reason !== undefined || options.dryRun) return options;
  throw new TxlogError('USAGE', 'give a reason with --reason: the log keeps it');
}

function intervenedOf(told: BulkTold): Intervened {
  if (!('planned' in told)) return told as Intervened;
  const { phase } = (told.target ?? {}) as InterventionPlan['items'][number];
  return { id: told.id, planned: true, ...(phase !== undefined && { phase }) };
}

function lineOf(told: BulkTold, word: SagaCommand): string {
  const result = intervenedOf(told);
  if ('error' in result) return firstLineOf(result.error);
  return formatIntervened(result, word);
}
