import type { Logger } from 'pino';
import type { Environment } from '../../environment/environment.ts';
import type { ResponseQueue } from '../../index.ts';
import type { GatheredCalls } from './gathered-calls.ts';
import type { LogFeed } from './log-feed.ts';
import type { Metrics } from './metrics.ts';
import type { OverviewWatch } from './overview-watch.ts';
import type { QueueDepths } from './queue-depths.ts';
import type { RateLimit } from './rate-limit.ts';

/** The parts of a running frontend, for those who answer requests. */
export interface Frontend {
  readonly env: Environment;
  readonly name: string;
  /** Whether it decides requests itself; else it queues them for workers. */
  readonly isDirect: boolean;
  /** Whether it takes over dumps of other environments. */
  readonly takesDumps: boolean;
  /** Whether it serves pages for people. */
  readonly hasPage: boolean;
  readonly calls: GatheredCalls;
  readonly feed: LogFeed;
  readonly responses: ResponseQueue;
  readonly depths: QueueDepths;
  /** Absent where clients may ask as often as they want. */
  readonly rate?: RateLimit;
  readonly metrics: Metrics;
  /** How the environment stands, for people. */
  readonly overviews: OverviewWatch;
  readonly log: Logger;
  /** Aborted by the order to stop: no more is begun that has no end. */
  readonly stopping: AbortSignal;
  /** Aborted when those who still wait are to be answered. */
  readonly ending: AbortSignal;
  /** Ends the frontend for an error after which it can never go on. */
  fail(error: Error): void;
}

/** The response queue of a frontend. */
export function responseTheme(name: string): string {
  return `frontend/${name}`;
}
