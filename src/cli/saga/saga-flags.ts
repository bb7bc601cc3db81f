import { Args, Flags } from '@oclif/core';
import { type SagaPhase, sagaPhases } from '../../core/app/saga.ts';
import { given } from '../../core/base/given.ts';
import type { Intervention } from '../../index.ts';
import { type BulkValues, bulkFlags } from '../bulk/bulk-flags.ts';
import { stuckAppFlag } from '../frame/environment-flag.ts';
import { dryRunFlag } from '../frame/global-flags.ts';
import { sagaExample, whereFlags } from '../output/where-flag.ts';

/** The saga that a command is about. */
export const sagaArgs = {
  id: Args.string({ description: 'The id of the saga.', required: true, ignoreStdin: true }),
};

/** Makes lists of sagas shorter. */
export const sagaFilterFlags = {
  type: Flags.string({ char: 't', summary: 'Select only sagas of this type.', helpValue: 'TYPE' }),
  phase: Flags.option({ summary: 'Select only sagas in this phase.', options: sagaPhases as SagaPhase[] })(),
};

/** The actor of an intervention, and the reason. */
export const byFlags = {
  reason: Flags.string({ summary: 'Record this reason.', helpValue: 'TEXT' }),
  actor: Flags.string({ summary: 'Record this name as the one who did it.', helpValue: 'NAME' }),
};

/** Sagas by id, one or many. */
export const sagasArgs = {
  ids: Args.string({
    description: 'The ids of the sagas; - reads them from stdin.',
    multiple: true,
    ignoreStdin: true,
  }),
};

/** The ids are picked from a list where no filter and no plan stands for them. */
export const sagasPicks = { argument: 'ids', unless: ['type', 'phase', 'where', 'stuck', 'apply'] };

/** Flags of the commands that intervene in sagas. */
export const interveneFlags = {
  ...sagaFilterFlags,
  ...whereFlags(sagaExample),
  ...bulkFlags,
  ...byFlags,
  reason: Flags.string({
    summary: 'Record this reason. It is required, unless it is in the plan file.',
    helpValue: 'TEXT',
  }),
  ...stuckAppFlag,
  ...dryRunFlag,
};

/** The values of the flags above. */
export interface InterveneValues extends BulkValues {
  readonly type?: string | undefined;
  readonly phase?: SagaPhase | undefined;
}

/** Whether the flags select sagas. */
export function selectsSagas({ type, phase, where, stuck }: InterveneValues): boolean {
  return [type, phase, where].some((value) => value !== undefined) || stuck;
}

/** Reads the actor and the reason from the flags. */
export function toIntervention({ reason, actor }: Pick<InterveneValues, 'reason' | 'actor'>): Intervention {
  return given({ reason, actor });
}
