import { sessionKey } from '../../core/fold/session.ts';
import type { RecordFilter } from '../../core/log/filter.ts';
import type { Environment } from '../../environment/environment.ts';
import type { RecordsOptions, SagaCounts, Status, StoredRecord } from '../../index.ts';
import { type KeyPage, readKeyPage } from '../../pages/key.ts';
import { readSessionPage, type SessionPage } from '../../pages/session.ts';
import { countStuck, type StuckCount } from '../../shapes/session-counts.ts';
import type { ShownHistory } from '../../shapes/state.ts';
import { toStatus } from '../../shapes/status.ts';
import type { Submitter } from './submitter.ts';

/** The calls that a directory and a frontend answer alike. */
export interface SharedCalls
  extends Pick<
    Environment,
    | 'completeId'
    | 'find'
    | 'get'
    | 'idsWithPrefix'
    | 'inspect'
    | 'linked'
    | 'now'
    | 'positionAt'
    | 'transaction'
    | 'wait'
  > {
  head(): Promise<{ readonly position: number }>;
  states(options: {
    readonly prefix?: string;
    readonly asOf?: number;
  }): AsyncIterable<Awaited<ReturnType<Environment['get']>> & object>;
  history(key: string, options: { readonly from?: number; readonly limit?: number }): AsyncIterable<ShownHistory>;
  records(filter: RecordFilter, options?: RecordsOptions): AsyncIterable<StoredRecord>;
  follow(
    filter: RecordFilter,
    options: { readonly from?: number; readonly signal?: AbortSignal },
  ): AsyncIterable<StoredRecord>;
}

/** The part of a history that is shown. */
interface PagePart {
  readonly from?: number | undefined;
  readonly limit: number;
}

/** How an environment stands, as `status` tells it. */
export interface Standing {
  readonly status: Status;
  readonly stuck: StuckCount;
  readonly sagas: SagaCounts | undefined;
}

/** An environment as commands reach it that work on a directory and on a frontend. */
export interface Reached {
  readonly calls: SharedCalls;
  readonly submitter: Submitter;
  /** Whether a frontend answers, and filters. */
  readonly isRemote: boolean;
  /** The time by the clock on the wall, in ms since 1970. */
  clockNow(): number;
  keyPage(key: string, part: PagePart): Promise<KeyPage>;
  sessionPage(id: string, part: PagePart): Promise<SessionPage>;
  standing(): Promise<Standing>;
  /** How long the log is, and which types its records have. */
  types(): Promise<Pick<Status, 'head' | 'types'>>;
  /** Whether a transaction was ever applied to a key. */
  wasUsed(key: string): Promise<boolean>;
  wasSession(id: string): Promise<boolean>;
}

/** An open environment as commands reach it. */
export function reachDirectory(env: Environment): Reached {
  const wasUsed = async (key: string) => (await env.applied(key, { limit: 1 })).length > 0;
  return {
    ...{ calls: env, submitter: env, isRemote: false, wasUsed },
    clockNow: () => env.clock.now(),
    keyPage: (key, part) => readKeyPage(env, key, part),
    sessionPage: (id, part) => readSessionPage(env, id, part),
    standing: async () => {
      const [overview, types] = [await env.monitor.overview(), await env.monitor.types()];
      const { stuck, sagas } = overview;
      return { status: toStatus(overview, types), stuck: countStuck(stuck), sagas };
    },
    types: () => env.status(),
    wasSession: (id) => wasUsed(sessionKey(id)),
  };
}
