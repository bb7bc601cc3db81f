import type { OperationResult } from '../../core/log/operation.ts';
import type { BriefOptions } from '../../engine.ts';
import type { Environment } from '../../environment/environment.ts';
import { toOperationJson } from '../../shapes/session.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { doOne } from './do-one.ts';
import { formatDone } from './operation-result.ts';

/** A command that does one operation on one session, and prints what it did. */
export abstract class OperationCommand extends BaseCommand {
  /** Does `op` on a session (undefined where it is made), as `doOne`, and tells of its record. Errors: as `doOne`. */
  protected async operate(
    { op, session }: { readonly op: string; readonly session: string | undefined },
    work: (env: Environment, id: string) => Promise<OperationResult>,
    options: BriefOptions = {},
  ): Promise<void> {
    // Each start is one operation: its index rows go with it, so that nothing is left to be folded later.
    await this.changeEnv({ writesLittle: true, ...options }, async (env) => {
      const done = await doOne(env, session, work);
      this.out.mustArrive = true;
      await this.print(toOperationJson(op, done), formatDone(op, done));
    });
  }
}
