import prettyBytes from 'pretty-bytes';
import type { BuildReading, PlanReading } from '../../../index.ts';
import { farOf, stateOfPlan } from '../../../shapes/plan.ts';
import { type Column, drawRow, headOf } from '../../line/columns.ts';
import { line, rule, type StyledLine, span, wrap } from '../../line/styled-line.ts';
import { kindOf } from '../../model/action.ts';
import type { Look } from '../../model/app-state.ts';
import type { Job } from '../../model/job.ts';
import { ageOf, countOf } from '../../parts/row-parts.ts';

const columns: readonly Column[] = [
  { title: 'JOB', width: 18 },
  { title: 'STATE', width: 8 },
  { title: 'DONE', width: 16, align: 'right' },
  { title: 'REFUSED', width: 7, align: 'right' },
  { title: 'MOVED', width: 8, align: 'right' },
  { title: 'BY', width: 16, from: 100 },
  { title: 'REASON' },
];

/** The titles of the jobs. */
export function jobsHead(total: number): StyledLine {
  return headOf(columns, total);
}

/** A job of this screen, at a time in ms since 1970. */
export function jobLine(
  { action, status, seenTo, refused, reason, moved }: Job,
  now: number,
  total: number,
): StyledLine {
  const tone = { running: 'good', ended: 'plain', stopped: 'warn', failed: 'bad' } as const;
  const cells = [
    span(action.verb, 'key'),
    span(status, tone[status]),
    `${countOf(seenTo - refused)} of ${countOf(action.ids.length)}`,
    refused === 0 ? '0' : span(countOf(refused), 'bad'),
    ageOf(now - moved),
    'this screen',
    reason,
  ];
  return drawRow(columns, cells, total);
}

/** A plan of another process, as the log tells of it. */
export function planLine(plan: PlanReading, now: number, total: number): StyledLine {
  const tone = { moving: 'good', quiet: 'warn', ended: 'plain' } as const;
  const { does, noun, time, actor = '', reason = '' } = plan;
  const state = stateOfPlan(plan, now);
  const cells = [
    span(noun === 'saga' ? `${does} saga` : does, 'key'),
    span(state, tone[state]),
    farOf(plan),
    // A refusal leaves nothing in the log.
    span('-', 'dim'),
    ageOf(now - time),
    actor,
    reason,
  ];
  return drawRow(columns, cells, total);
}

/** Work of any process that builds indexes, at a time in ms since 1970. */
export function buildLine({ process, since, bytes }: BuildReading, now: number, total: number): StyledLine {
  const by = `process ${process}`;
  const cells = [
    span('build indexes', 'key'),
    span('running', 'good'),
    prettyBytes(bytes),
    '-',
    ageOf(now - since),
    by,
  ];
  return drawRow(columns, [...cells, `${by}: a rebuild, a check or a replay`], total);
}

/** The refusals of a job of this screen, and how it is stopped. */
export function jobDetail(job: Job, total: number, look: Look): readonly StyledLine[] {
  const { action, problems, problem, status, refused } = job;
  const untold = status === 'running' ? 0 : refused - problems.length;
  return [
    rule(span(`${action.verb} ${action.ids.length} ${kindOf(action.verb)}s`, 'strong'), total, look.isAscii),
    ...(status === 'running' ? [line(span(' s stops it: what is done stays done', 'dim'))] : []),
    ...(problem === undefined ? [] : [line(' ', span(problem, 'bad'))]),
    ...(untold > 0 ? [line(' ', span(`the first ${problems.length} of ${countOf(refused)} refusals`, 'warn'))] : []),
    ...problems.map(({ id, refused: why = '' }) => line(' ', span('x ', 'bad'), span(id, 'key'), ` ${why}`)),
  ];
}

const whyQuiet =
  'Nothing of it moved lately: its process was stopped, is slow, or was refused the rest. The command that began it goes on where it was: nothing is done twice.';

/** Where the plan of another process came to, and what may be done about one that is quiet. */
export function planDetail(
  plan: PlanReading,
  now: number,
  { total, look }: { readonly total: number; readonly look: Look },
) {
  const { id, noun, does, target, position } = plan;
  const state = stateOfPlan(plan, now);
  return [
    rule(
      span(`${does} ${farOf(plan)} ${noun}s, by another process or an earlier screen`, 'strong'),
      total,
      look.isAscii,
    ),
    line(' came last to ', span(target, 'key'), ` at position ${position}`),
    line(span(` plan ${id}`, 'dim')),
    ...(state === 'quiet'
      ? wrap(whyQuiet, total - 2, { most: 4, tone: 'warn' }).map((one) => [span(' '), ...one])
      : []),
  ];
}
