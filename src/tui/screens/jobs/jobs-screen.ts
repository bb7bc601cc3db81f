import type { BuildReading, PlanReading } from '../../../index.ts';
import { stateOfPlan } from '../../../shapes/plan.ts';
import type { AppState } from '../../model/app-state.ts';
import type { Job } from '../../model/job.ts';
import type { Place } from '../../model/places.ts';
import type { Screen, ScreenRow } from '../../model/screen.ts';
import { buildLine, jobDetail, jobLine, jobsHead, planDetail, planLine } from './jobs-view.ts';

type Here = Extract<Place, { readonly screen: 'jobs' }>;

/** Plans of this screen, builds of indexes under way, and the plans of other processes that the log tells of. */
export const jobsScreen: Screen<Here> = {
  title: () => 'jobs',
  wants: () => [],
  rows: (state) => [
    ...state.jobs.map((job, i) => rowOfJob(job, i, state.now)).toReversed(),
    ...(state.overview?.builds ?? []).map((build) => rowOfBuild(build, state.now)),
    ...othersPlans(state).map((plan) => rowOfPlan(plan, timeOf(state))),
  ],
  head: (_, __, { columns: total }) => [jobsHead(total)],
  detail(state, row, { columns: total }) {
    const { look } = state;
    const job = jobOfRow(state, row);
    if (job) return jobDetail(job, total, look);
    const plan = othersPlans(state).find(({ id }) => row?.id === `plan ${id}`);
    return plan ? planDetail(plan, timeOf(state), { total, look }) : [];
  },
  empty: () => 'No plan was carried out from this screen, and none is among the newest records of sessions.',
  commands: ['stop job'],
};

/** Whether there is anything to show. */
export function hasJobs(state: Pick<AppState, 'overview' | 'jobs'>): boolean {
  return state.jobs.length > 0 || othersPlans(state).length > 0 || (state.overview?.builds ?? []).length > 0;
}

/** The plans that this screen does not carry out itself. */
function othersPlans({ overview, jobs }: Pick<AppState, 'overview' | 'jobs'>): readonly PlanReading[] {
  const own = new Set(jobs.map(({ plan }) => plan));
  return (overview?.plans ?? []).filter(({ id }) => !own.has(id));
}

/** The time of the engine, by which the times of the log are compared. */
function timeOf({ overview, now }: AppState): number {
  return overview?.time ?? now;
}

/** The job of a row. */
export function jobOfRow({ jobs }: Pick<AppState, 'jobs'>, row: ScreenRow | undefined): Job | undefined {
  const index = /^job (\d+)$/.exec(row?.id ?? '')?.[1];
  return index === undefined ? undefined : jobs[Number(index)];
}

function rowOfJob(job: Job, index: number, now: number): ScreenRow {
  const { action, status, refused, reason } = job;
  return {
    id: `job ${index}`,
    fields: { job: action.verb, state: status, refused, reason },
    draw: (total) => jobLine(job, now, total),
  };
}

function rowOfBuild(build: BuildReading, now: number): ScreenRow {
  const { process, since } = build;
  return {
    id: `build ${process} ${since}`,
    fields: { job: 'build indexes', state: 'running', by: `process ${process}` },
    draw: (total) => buildLine(build, now, total),
  };
}

function rowOfPlan(plan: PlanReading, now: number): ScreenRow {
  const { id, does, actor = '', reason = '', time, position } = plan;
  return {
    id: `plan ${id}`,
    fields: { job: does, state: stateOfPlan(plan, now), by: actor, reason, moved: now - time },
    draw: (total) => planLine(plan, now, total),
    link: { screen: 'record', position, part: 'changes' },
  };
}
