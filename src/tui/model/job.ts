import { limits } from '../../core/base/limits.ts';
import type { Action } from './action.ts';
import type { PlanItem } from './dialog.ts';

/** A plan of this screen that is carried out: it goes on while one looks elsewhere. */
export interface Job {
  readonly action: Action;
  readonly reason: string;
  /** When it moved last, in ms since 1970, by this machine's clock. */
  readonly moved: number;
  /** Id of its plan in the log, once it has begun. */
  readonly plan?: string;
  /** How many were seen to so far, those that were refused among them. */
  readonly seenTo: number;
  readonly refused: number;
  /** `stopped`: a person ended it half way; what was done stays done. */
  readonly status: 'running' | 'ended' | 'stopped' | 'failed';
  /** The first of those that were refused, and why. */
  readonly problems: readonly PlanItem[];
  /** Why it failed as a whole. */
  readonly problem?: string;
}

/** How far a job is. */
export interface JobProgress {
  readonly plan: string;
  readonly seenTo: number;
  readonly refused: number;
}

/** The jobs and a new one. Of those that have ended the newest are remembered; one that runs is never left out. */
export function withNewJob(jobs: readonly Job[], job: Job): readonly Job[] {
  let over = jobs.length + 1 - limits.screenJobsMax;
  return [...jobs.filter(({ status }) => status === 'running' || over-- <= 0), job];
}

/** The jobs after one has changed: known by its action. */
export function withJob(jobs: readonly Job[], action: object, change: Partial<Job>): readonly Job[] {
  return jobs.map((job) => (job.action === action ? { ...job, ...change } : job));
}

/** Whether any job is under way. */
export function isAnyRunning(jobs: readonly Job[]): boolean {
  return jobs.some(({ status }) => status === 'running');
}
