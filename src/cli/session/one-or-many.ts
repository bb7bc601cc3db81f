import type { OperationResult } from '../../core/log/operation.ts';
import type { Environment } from '../../environment/environment.ts';
import type { BulkOperation } from '../../index.ts';
import { TxlogError } from '../../index.ts';
import { toOperationJson } from '../../shapes/session.ts';
import { doOne } from './do-one.ts';
import type { SessionsValues } from './many-flags.ts';
import { formatDone } from './operation-result.ts';
import { OperationsCommand, selectsSessions } from './operations-command.ts';

/** The values of the flags of a command for one session or many. */
export interface OneOrManyValues extends SessionsValues {
  /** That of the lead of the one session. */
  readonly epoch?: number | undefined;
}

/** A command that does an operation on one session, and tells of its record; or on many, by way of a plan. */
export abstract class OneOrManyCommand extends OperationsCommand {
  /** Whether the command line names one session, and asks for no plan. Errors: USAGE of what only one has. */
  protected isOne(names: readonly string[], flags: OneOrManyValues): boolean {
    const { plan, out, apply, rate, epoch } = flags;
    const isAlone = names.length === 1 && names[0] !== '-' && !selectsSessions(flags);
    const isOne = isAlone && !plan && [out, apply, rate].every((value) => value === undefined);
    if (!isOne && epoch !== undefined) throw new TxlogError('USAGE', '--epoch is that of one session, which is named');
    return isOne;
  }

  /** Does an operation on one session, as `doOne`, and tells of its record. Errors: as `doOne`. */
  protected async operateOne(
    op: BulkOperation['op'],
    named: string | undefined,
    work: (env: Environment, id: string) => Promise<OperationResult>,
  ): Promise<void> {
    // Its index rows go with it, so that nothing is left to be folded later.
    await this.changeEnv({ writesLittle: true }, async (env) => {
      const done = await doOne(env, named, work);
      this.out.mustArrive = true;
      await this.print(toOperationJson(op, done), formatDone(op, done));
    });
  }
}
