import { causedBy } from '../../src/core/log/links.ts';
import type { Completion, ThemeName } from '../../src/core/log/operation.ts';
import { responseOf } from '../../src/pipeline/3-decide-operation.ts';

/** How a request ends the session that brought it, and where its response goes. */
export interface Ending {
  readonly session: string;
  readonly epoch: number;
  readonly respond?: ThemeName;
}

/** The same, as the engine takes it. */
export function completing({ session: ended, epoch, respond }: Ending): Completion {
  return {
    session: ended,
    epoch,
    operations(outcome) {
      const removal = { op: 'remove', session: ended, epoch } as const;
      if (respond === undefined) return [removal];
      const data = responseOf(outcome);
      const session = `txlog.response/${outcome.id}`;
      const links = causedBy(outcome.id, outcome);
      return [removal, { op: 'new', session, theme: respond, chunk: { data }, links }];
    },
  };
}
