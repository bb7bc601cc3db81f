import prettyBytes from 'pretty-bytes';
import type { Need, Overview, QueueReading } from '../../../index.ts';
import { rateOf } from '../../../shapes/overview.ts';
import { totalOf } from '../../../shapes/saga-counts.ts';
import { reasonsOf } from '../../../shapes/session-counts.ts';
import { formatCount } from '../../../text/printable.ts';
import { sparkline } from '../../../text/sparkline.ts';
import { type Column, drawRow, headOf } from '../../line/columns.ts';
import { fitTo, line, rule, type Span, type StyledLine, span } from '../../line/styled-line.ts';
import type { Look } from '../../model/app-state.ts';
import type { Room } from '../../model/screen.ts';
import { ageOf, countOf, markOf, trendOf } from '../../parts/row-parts.ts';

const columns: readonly Column[] = [
  { title: 'QUEUE' },
  { title: 'DEPTH', width: 7, align: 'right' },
  { title: 'OLDEST', width: 8, align: 'right' },
  { title: '', width: 2 },
  { title: 'IN/S', width: 6, align: 'right' },
  { title: 'OUT/S', width: 6, align: 'right' },
  { title: 'LED', width: 5, align: 'right', from: 100 },
  { title: 'PARKED', width: 6, align: 'right', from: 100 },
  { title: 'WORKERS', width: 7, align: 'right' },
  { title: 'STATE', width: 14 },
];

/** Health and throughput. */
export function overviewHead(overview: Overview, look: Look, { columns: total }: Room): StyledLine[] {
  const { needs, throughput, head, counts, size, workers } = overview;
  const bad = needs.filter(({ level }) => level === 'bad').length;
  const health = bad > 0 ? span(`!! ${bad} ${bad === 1 ? 'needs' : 'need'} you`, 'bad') : span('OK', 'good');
  const chart = Math.max(10, Math.min(60, total - 40));
  return [
    rule('Health', total, look.isAscii),
    fitTo(line(' ', health, ...stuckParts(overview), ...sagaParts(overview)), total),
    fitTo(
      line(
        ' ',
        span(sparkline(throughput, chart, look.isAscii), 'key'),
        ` ${rateOf(overview)}/s  last minute; ${formatCount(counts.rejected)} rejected of ${formatCount(head.position)}`,
      ),
      total,
    ),
    fitTo(line(span(` ${prettyBytes(size.fileBytes)} on disk, ${workers.length} workers alive`, 'dim')), total),
  ];
}

/** The titles of the queues. */
export function queueHead(total: number): StyledLine {
  return headOf(columns, total);
}

function stuckParts({ stuck }: Overview): Span[] {
  const reasons = Object.entries(reasonsOf(stuck)).map(([reason, count]) => `${count} ${reason}`);
  return [span(reasons.length === 0 ? '  none stuck' : `  stuck: ${reasons.join(', ')}`)];
}

function sagaParts({ sagas }: Overview): Span[] {
  if (!sagas) return [];
  const phases = [...sagas.phases].map(([phase, count]) => `${countOf(count)} ${phase}`).join(', ');
  return [span(`  sagas: ${totalOf(sagas.phases) === 0 ? 'all ended' : phases}`)];
}

/** One queue. */
export function queueLine(
  queue: QueueReading,
  { time, look, left }: { readonly time: number; readonly look: Look; readonly left: number },
  total: number,
): StyledLine {
  const { name, counts, oldest, rates, workers } = queue;
  return drawRow(
    columns,
    [
      span(name, 'key'),
      countOf(counts.ready + counts.behind + counts.stored),
      oldest ? ageOf(time - oldest.due) : '-',
      trendOf(rates, look),
      String(rates.in),
      String(rates.out),
      countOf(counts.active),
      counts.parked > 0 ? span(countOf(counts.parked), 'warn') : '0',
      String(workers.length),
      stateOf(queue, time, left),
    ],
    total,
  );
}

/** A queue whose next session was due so long ago, while nobody works on it, has no worker. */
const neglectedMs = 60_000;

/** `left` of its sessions are led by who is no more: it does not run because of these. */
function stateOf({ paused, counts, oldest, workers }: QueueReading, time: number, left: number): Span {
  if (paused) return span('PAUSED', 'warn');
  if (left > 0) return span(`!! ${countOf(left)} left`, 'bad');
  if (workers.length === 0 && oldest && time - oldest.due > neglectedMs) return span('!! NO WORKER', 'bad');
  if (counts.parked > 0) return span(`! ${countOf(counts.parked)} parked`, 'warn');
  if (counts.active > 0) return span('RUN', 'good');
  return span(counts.ready > 0 || oldest ? 'waits' : 'idle', 'dim');
}

/** Something that needs a person. */
export function needLine({ level, about, text, age, next }: Need, total: number): StyledLine {
  const since = age === undefined ? '' : ` ${ageOf(age)}`;
  const command = ` -> ${next}`;
  const room = Math.max(20, total - Math.min(command.length, Math.floor(total / 2)));
  const what = fitTo(line(markOf(level), ' ', span(about.name, 'key'), span(since, 'dim'), ` ${text}`), room);
  return fitTo([...what, span(command, 'dim')], total);
}
