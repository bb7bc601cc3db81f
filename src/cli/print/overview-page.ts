import prettyBytes from 'pretty-bytes';
import type { Need, Overview, PlanReading } from '../../index.ts';
import { rateOf } from '../../shapes/overview.ts';
import { farOf, stateOfPlan } from '../../shapes/plan.ts';
import { countStuck } from '../../shapes/session-counts.ts';
import type { Colors } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { formatCount, plural, printable, shorten } from '../../text/printable.ts';
import { sparkline } from '../../text/sparkline.ts';
import { timeText } from '../../text/time.ts';
import { formatQueues } from './queue-page.ts';
import { sagaPairs } from './sagas-summary.ts';
import { stuckText } from './sessions-summary.ts';

const needsListed = 10;
const plansListed = 3;
const plansToldMs = 86_400_000;

/** Columns of overviews, where they are no tables for people. */
export const overviewColumns = [
  'time',
  'ok',
  'head.position',
  'committed',
  'rejected',
  'perSecond',
  'stuck.count',
  'workers',
];

/** How an environment stands, for people, as a table. */
export function formatOverview(overview: Overview, colors: Colors): string {
  const { dir, head, time, queues, stuck, workers, size, counts, throughput } = overview;
  const ago = head.position === 0 ? 'empty' : `head ${formatDuration(Math.max(0, time - head.time))} ago`;
  const rejected = `${formatCount(counts.rejected)} rejected`;
  return [
    `${colors.strong(printable(dir))}  ${plural(head.position, 'transaction')}, ${rejected}, ${ago}  ${timeText(time)}`,
    `${sparkline(throughput, 60)}  ${rateOf(overview)}/s  ${plural(workers.length, 'worker')}  ${prettyBytes(size.fileBytes)}`,
    ...sagaPairs(overview.sagas).map(([, text]) => `sagas: ${text}`),
    '',
    queues.length === 0 ? 'No queue: no session was ever made.' : formatQueues(queues, time, colors),
    '',
    ...needsLines(overview.needs, colors, stuckText(countStuck(stuck))),
    ...plansLines(overview, colors),
  ].join('\n');
}

/** Plans that have not ended; those of long ago are of no use here. */
function plansLines({ plans, time }: Overview, colors: Colors): string[] {
  const open = plans.filter((plan) => stateOfPlan(plan, time) !== 'ended' && time - plan.time < plansToldMs);
  if (open.length === 0) return [];
  return [
    '',
    colors.strong(`Plans (${open.length})`),
    ...open.slice(0, plansListed).map((plan) => planLine(plan, time)),
  ];
}

function planLine(plan: PlanReading, time: number): string {
  const { does, noun, actor } = plan;
  const by = actor === undefined ? '' : ` by ${shorten(printable(actor), 40)}`;
  const moved = formatDuration(Math.max(0, time - plan.time));
  return `   ${does} ${farOf(plan) || 'some'} ${noun}s${by}: ${stateOfPlan(plan, time)}, moved ${moved} ago`;
}

function needsLines(needs: readonly Need[], colors: Colors, stuck: string): string[] {
  if (needs.length === 0) return [colors.good(`Nothing needs you: ${stuck}.`)];
  const more = needs.length > needsListed ? [`  and ${needs.length - needsListed} more: txlog session stuck`] : [];
  const lines = needs.slice(0, needsListed).map(({ level, about, text, age, next }) => {
    const mark = level === 'bad' ? colors.bad('!!') : colors.warn(' !');
    const since = age === undefined ? '' : ` for ${formatDuration(age)}`;
    return `${mark} ${colors.key(shorten(printable(about.name), 40))}${since}: ${shorten(printable(text), 80)}  -> ${printable(next)}`;
  });
  return [colors.strong(`Needs you (${needs.length}): ${stuck}`), ...lines, ...more];
}
