import { Args, Flags } from '@oclif/core';
import { type SagaPhase, sagaPhases } from '../../core/app/saga.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import type { Intervention } from '../../index.ts';
import { dryRunFlag } from '../frame/global-flags.ts';

/** The saga that a command is about. */
export const sagaArgs = {
  id: Args.string({ description: 'Id of the saga.', required: true, ignoreStdin: true }),
};

/** Makes lists of sagas shorter. */
export const sagaFilterFlags = {
  type: Flags.string({ char: 't', summary: 'Only of this type.', helpValue: 'TYPE' }),
  phase: Flags.option({ summary: 'Only of this phase.', options: sagaPhases as SagaPhase[] })(),
};

/** The actor of an intervention, and the reason. */
export const byFlags = {
  reason: Flags.string({ summary: 'Why: it stays in the log.', helpValue: 'TEXT' }),
  actor: Flags.string({ summary: 'Record this name as the one who did it.', helpValue: 'NAME' }),
};

/** Sagas by id, one or many. */
export const sagasArgs = {
  ids: Args.string({ description: 'Ids of sagas; - reads them from stdin.', multiple: true, ignoreStdin: true }),
};

/** Flags of the commands that intervene in sagas. */
export const interveneFlags = {
  ...sagaFilterFlags,
  ...byFlags,
  plan: Flags.boolean({ summary: 'Show what it would do, and write nothing.' }),
  out: Flags.string({ char: 'O', summary: 'With --plan: write it to this file.', helpValue: 'FILE' }),
  apply: Flags.string({ summary: 'Carry out a plan.', helpValue: 'FILE' }),
  ...dryRunFlag,
};

/** The values of the flags above. */
export interface InterveneValues {
  readonly type?: string | undefined;
  readonly phase?: SagaPhase | undefined;
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
  readonly plan: boolean;
  readonly out?: string | undefined;
  readonly apply?: string | undefined;
  readonly 'dry-run': boolean;
}

/** Refuses what does not go together; an intervention without a reason. Errors: USAGE. */
export function checkInterveneFlags(command: string, ids: readonly string[], flags: InterveneValues): void {
  const { type, phase, plan, out, apply, reason } = flags;
  const dryRun = flags['dry-run'];
  const given = [ids.length > 0, type !== undefined || phase !== undefined, apply !== undefined].filter(Boolean).length;
  const wrong = [
    given === 0 && 'name IDS, or select some with --type and --phase',
    given > 1 && 'IDS, a filter and --apply exclude each other',
    plan && apply !== undefined && '--plan and --apply exclude each other',
    plan && dryRun && '--plan and --dry-run exclude each other',
    out !== undefined && !plan && '-O needs --plan',
    reason === undefined && !plan && !dryRun && 'give a reason with --reason: the log keeps it',
  ].find((problem) => typeof problem === 'string');
  if (wrong !== undefined) throw new TxlogError('USAGE', wrong, { next: [`txlog saga ${command} --help`] });
}

/** Reads the actor and the reason from the flags. */
export function toIntervention({ reason, actor }: Pick<InterveneValues, 'reason' | 'actor'>): Intervention {
  return given({ reason, actor });
}
