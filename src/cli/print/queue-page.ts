import type { QueueReading } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { formatCount, plural, printable } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { formatPairs, formatTable } from '../../text/table.ts';
import { timeText } from '../../text/time.ts';
import { formatSessions } from './session-lines.ts';

/** Columns of queues, where they are no lines for people. */
export const queueColumns = [
  'theme',
  'ready',
  'active',
  'stored',
  'behind',
  'parked',
  'oldest.ageMs',
  'inPerSecond',
  'outPerSecond',
  'paused',
];

const heads = ['theme', 'ready', 'active', 'stored', 'behind', 'parked', 'oldest', 'in/s', 'out/s', 'workers', ''];

/** Queues for people, one per line, aligned. */
export function formatQueues(queues: readonly QueueReading[], now: number, colors: Colors): string {
  const rows = queues.map(({ name, paused, counts, oldest, rates, workers }) => [
    colors.key(printable(name)),
    ...[counts.ready, counts.active, counts.stored, counts.behind].map(formatCount),
    counts.parked > 0 ? colors.warn(formatCount(counts.parked)) : '0',
    oldest ? formatDuration(now - oldest.due) : '-',
    ...[rates.in, rates.out, workers.length].map(String),
    paused ? colors.warn('paused') : '',
  ]);
  return formatTable(
    rows,
    heads.map((head) => colors.dim(head)),
  );
}

/** One queue for people: its counts, who works on it, and what comes next. */
export function formatQueue(queue: QueueReading, now: number, colors: Colors): string {
  const { name, number, paused, counts, next, oldest, nextDue, rates, workers } = queue;
  const pairs: [string, string][] = [
    ['number', String(number)],
    ['waiting', `${formatCount(counts.ready)} ready, ${formatCount(counts.behind)} behind others of their order key`],
    ['sleeping', `${formatCount(counts.stored)} stored`],
    ['led', `${formatCount(counts.active)} active`],
    ['set aside', `${formatCount(counts.parked)} parked`],
    ['in all', `${formatCount(counts.created)} created, ${formatCount(counts.removed)} removed`],
    ['moving', `${rates.in}/s in, ${rates.out}/s out`],
  ];
  if (oldest) pairs.push(['oldest', `${printable(oldest.id)}, due for ${formatDuration(now - oldest.due)}`]);
  if (nextDue !== undefined) pairs.push(['next due', timeText(nextDue)]);
  for (const { operator, until } of workers) {
    const where = `${printable(operator.host)}, process ${operator.process}`;
    pairs.push(['worker', `${printable(operator.id)} on ${where}, lease until ${timeText(until)}`]);
  }
  const title = `${colors.strong('queue')} ${colors.key(printable(name))}${paused ? colors.warn('  paused') : ''}`;
  const waiting = next.length === 0 ? [] : ['', 'next to be led:', formatSessions(next, now, colors)];
  return [title, formatPairs(pairs, '  '), ...waiting, ...nextOf(queue)].join('\n');
}

function nextOf({ name, paused, counts }: QueueReading): string[] {
  const word = shellQuote(name);
  const commands = [
    ...(paused ? [`txlog queue resume ${word}`] : []),
    ...(counts.parked > 0 ? [`txlog session list --theme ${word} --status parked`] : []),
  ];
  return commands.length === 0 ? [] : ['', ...commands.map((command) => `next: ${command}`)];
}

/** Formats a change of a queue for people. */
export function formatPaused(theme: string, paused: boolean, active: number): string {
  if (!paused) return `${printable(theme)} goes on`;
  return `${printable(theme)} is paused: ${active === 0 ? 'none of it is led' : `${plural(active, 'session')} led until their turns end`}`;
}
