import type { CommandCall, HttpCall, StepContext, StepOutcome } from '../core/app/saga-definition.ts';

/**
 * What steps of sagas do outside of any log. An attempt never rejects for what its callee does: all of it is an
 * outcome. Only an attempt that a worker makes runs one of these; replay and rebuild never do.
 *
 * When `context.signal` aborts, the outcome is there at once, whatever the callee does: not permanent, and it may have
 * happened. If it aborted before, nothing is begun, and nothing happened.
 */
export interface Effects {
  /** One HTTP exchange. Its result is `{ status, body }`. */
  http(call: HttpCall, context: StepContext): Promise<StepOutcome>;
  /** Users' code, in this process. Its result is what it returns. */
  run(run: (context: StepContext) => unknown, context: StepContext): Promise<StepOutcome>;
  /** One run of a program. Its result is what it wrote to stdout. */
  command(call: CommandCall, context: StepContext): Promise<StepOutcome>;
}
