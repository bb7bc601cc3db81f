import type { OperationResult } from '../../core/log/operation.ts';
import type { Environment } from '../../environment/environment.ts';
import type { OpenOptions } from '../../index.ts';
import { endLease } from '../../pages/shell-lease.ts';
import { toOperationJson } from '../../shapes/session.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { formatDone, operationOrThrow } from './operation-result.ts';

/** A command that does one operation on one session, and prints what it did. */
export abstract class OperationCommand extends BaseCommand {
  /**
   * Does `op` on a session (undefined where it is made); `work` is told its whole id. The turn of a shell ends with Store,
   * Remove or Park: its lease does as well.
   *
   * Errors: SESSION_GONE, SESSION_FENCED, SESSION_ACTIVE, SESSION_BUSY; those of the engine.
   */
  protected async operate(
    { op, session: named }: { readonly op: string; readonly session: string | undefined },
    work: (env: Environment, id: string) => Promise<OperationResult>,
    options: OpenOptions = {},
  ): Promise<void> {
    // Each start is one operation: its index rows go with it, so that nothing is left to be folded later.
    await this.changeEnv({ checkpointRecords: 0, ...options }, async (env) => {
      const session = named === undefined ? undefined : await env.completeId(named, 'session');
      const before = session === undefined ? undefined : await env.sessions.get(session);
      const done = operationOrThrow(await work(env, session ?? ''), session ?? '');
      if (before?.status === 'active' && done.now?.status !== 'active') endLease(env, before.operator);
      this.out.mustArrive = true;
      await this.print(toOperationJson(op, done), formatDone(op, done));
    });
  }
}
