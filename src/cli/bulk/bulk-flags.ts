import { Flags } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import { rateValue } from './rate.ts';

/** The flags of every command that makes plans for sessions or sagas, and carries them out. */
export const bulkFlags = {
  stuck: Flags.boolean({ summary: 'Select only those that need help to go on.' }),
  plan: Flags.boolean({ summary: 'Show the plan, and write nothing.' }),
  out: Flags.string({ char: 'O', summary: 'Write the plan to this file, and do nothing else.', helpValue: 'FILE' }),
  apply: Flags.string({
    summary: 'Carry out the plan in this file. The same command again goes on where it stopped.',
    helpValue: 'FILE',
  }),
  rate: Flags.string({ summary: 'Do no more than this in a second, a minute or an hour.', helpValue: rateValue }),
};

/** The values of the flags above, and of those that go with them. */
export interface BulkValues {
  readonly where?: string | undefined;
  readonly stuck: boolean;
  readonly plan: boolean;
  readonly out?: string | undefined;
  readonly apply?: string | undefined;
  readonly rate?: string | undefined;
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
  readonly 'dry-run': boolean;
}

/** A command line, as far as its flags may exclude each other. */
export interface BulkAsked {
  /** The words of the command, such as `session park`. */
  readonly command: string;
  readonly names: number;
  /** Whether any flag selects: `--where`, `--theme` and the like. */
  readonly selects: boolean;
  /** The flags that select, for people. */
  readonly selecting: string;
  /** Whether nothing is done without a reason, and none is given in a plan. */
  readonly needsReason: boolean;
  /** Flags that were given and that a plan holds itself, such as `--force`. */
  readonly inPlan: readonly string[];
}

/** Refuses what does not go together. Errors: USAGE. */
export function checkBulkFlags(asked: BulkAsked, flags: BulkValues): void {
  const { command, names, selects, selecting, needsReason, inPlan } = asked;
  const { plan, out, apply, reason } = flags;
  const shows = plan || out !== undefined;
  const given = [names > 0, selects, apply !== undefined].filter(Boolean).length;
  const wrong = [
    given === 0 && `give IDS, or select some with ${selecting}`,
    given > 1 && 'IDS, a filter and --apply exclude each other',
    apply !== undefined && inPlan.length > 0 && `${inPlan[0]} is in the plan: leave it out`,
    shows && apply !== undefined && '--plan and --apply exclude each other',
    shows && flags['dry-run'] && '--plan and --dry-run exclude each other',
    needsReason &&
      reason === undefined &&
      !shows &&
      !flags['dry-run'] &&
      'give a reason with --reason: the log keeps it',
  ].find((problem) => typeof problem === 'string');
  if (wrong !== undefined) throw new TxlogError('USAGE', wrong, { next: [`txlog ${command} --help`] });
}
