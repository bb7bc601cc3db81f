import { Args, Flags } from '@oclif/core';
import { type SessionStatus, sessionStatuses } from '../../core/fold/session.ts';
import { type BulkValues, bulkFlags } from '../bulk/bulk-flags.ts';
import { stuckAppFlag } from '../frame/environment-flag.ts';
import { sessionExample, whereFlags } from '../output/where-flag.ts';
import { authorityFlags, sessionFilterFlags } from './session-flags.ts';

/** Sessions by id, one or many. */
export const manyArgs = {
  ids: Args.string({
    description: 'The ids of the sessions; - reads them from stdin.',
    multiple: true,
    ignoreStdin: true,
  }),
};

/** The ids are picked from a list where no filter and no plan stands for them. */
export const manyPicks = { argument: 'ids', unless: ['theme', 'order', 'status', 'where', 'stuck', 'apply'] };

/** Flags that select sessions, as `session list` does. */
export const selectFlags = {
  ...sessionFilterFlags,
  status: Flags.option({
    summary: 'Select only sessions with this status.',
    options: sessionStatuses as SessionStatus[],
  })(),
};

const { epoch: _, ...byWhom } = authorityFlags;

/** Flags of the commands that do something to many sessions. */
export const manyFlags = { ...selectFlags, ...whereFlags(sessionExample), ...bulkFlags, ...byWhom, ...stuckAppFlag };

/** The values of the flags above. */
export interface SessionsValues extends BulkValues {
  readonly theme?: string | undefined;
  readonly order?: string | undefined;
  readonly status?: SessionStatus | undefined;
  readonly force?: boolean;
  /** That of a turn that failed. */
  readonly error?: string | undefined;
}
