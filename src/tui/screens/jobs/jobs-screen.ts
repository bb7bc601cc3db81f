import { type Column, drawRow, headOf } from '../../line/columns.ts';
import { line, rule, type StyledLine, span } from '../../line/styled-line.ts';
import { kindOf } from '../../model/action.ts';
import type { AppState } from '../../model/app-state.ts';
import type { Job } from '../../model/job.ts';
import type { Place } from '../../model/places.ts';
import type { Screen, ScreenRow } from '../../model/screen.ts';
import { ageOf, countOf } from '../../parts/row-parts.ts';

type Here = Extract<Place, { readonly screen: 'jobs' }>;

const columns: readonly Column[] = [
  { title: 'JOB', width: 18 },
  { title: 'STATE', width: 9 },
  { title: 'DONE', width: 16, align: 'right' },
  { title: 'REFUSED', width: 7, align: 'right' },
  { title: 'BEGAN', width: 10, align: 'right' },
  { title: 'REASON' },
];

/** Plans of this screen: those under way, and those that have ended. */
export const jobsScreen: Screen<Here> = {
  title: () => 'jobs',
  wants: () => [],
  rows: ({ jobs, now }) => jobs.map((job, i) => rowOf(job, i, now)).toReversed(),
  head: (_, __, { columns: total }) => [headOf(columns, total)],
  detail: (state, row, room) => detailOf(state, row, room.columns),
  empty: () => 'No plan was carried out from this screen.',
  commands: ['stop job'],
};

/** The job of a row. */
export function jobOfRow({ jobs }: Pick<AppState, 'jobs'>, row: ScreenRow | undefined): Job | undefined {
  const index = /^job (\d+)$/.exec(row?.id ?? '')?.[1];
  return index === undefined ? undefined : jobs[Number(index)];
}

function rowOf(job: Job, index: number, now: number): ScreenRow {
  const { action, status, seenTo, refused, reason, began } = job;
  const tone = { running: 'good', ended: 'plain', stopped: 'warn', failed: 'bad' } as const;
  const cells = [
    span(action.verb, 'key'),
    span(status, tone[status]),
    `${countOf(seenTo - refused)} of ${countOf(action.ids.length)}`,
    refused === 0 ? '0' : span(countOf(refused), 'bad'),
    `${ageOf(now - began)} ago`,
    reason,
  ];
  return {
    id: `job ${index}`,
    fields: { job: action.verb, state: status, refused, reason },
    draw: (total) => drawRow(columns, cells, total),
  };
}

function detailOf(state: AppState, row: ScreenRow | undefined, total: number): readonly StyledLine[] {
  const job = jobOfRow(state, row);
  if (!job) return [];
  const { action, problems, problem, status, refused } = job;
  const untold = status === 'running' ? 0 : refused - problems.length;
  return [
    rule(span(`${action.verb} ${action.ids.length} ${kindOf(action.verb)}s`, 'strong'), total, state.look.isAscii),
    ...(status === 'running' ? [line(span(' s stops it: what is done stays done', 'dim'))] : []),
    ...(problem === undefined ? [] : [line(' ', span(problem, 'bad'))]),
    ...(untold > 0 ? [line(' ', span(`the first ${problems.length} of ${countOf(refused)} refusals`, 'warn'))] : []),
    ...problems.map(({ id, refused: why = '' }) => line(' ', span('x ', 'bad'), span(id, 'key'), ` ${why}`)),
  ];
}
