import type { Completion, ThemeName } from '../../src/core/log/operation.ts';
import { responseOf } from '../../src/pipeline/3-decide-operation.ts';

/** How a request ends the session that brought it, and where its response goes. */
export interface Ending {
  readonly session: string;
  readonly epoch: number;
  readonly respond?: ThemeName;
}

/** The same, as the engine takes it. */
export function completing({ session, epoch, respond }: Ending): Completion {
  return {
    session,
    epoch,
    operations(outcome) {
      const removal = { op: 'remove', session, epoch } as const;
      if (respond === undefined) return [removal];
      const data = responseOf(outcome);
      return [removal, { op: 'new', session: `txlog.response/${outcome.id}`, theme: respond, chunk: { data } }];
    },
  };
}
