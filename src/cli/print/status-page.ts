import prettyBytes from 'pretty-bytes';
import type { SagaCounts, Status } from '../../index.ts';
import type { StuckCount } from '../../shapes/session-counts.ts';
import { formatCount, plural, printable } from '../../text/printable.ts';
import { formatPairs } from '../../text/table.ts';
import { timeText } from '../../text/time.ts';
import { sagaPairs } from './sagas-summary.ts';
import { sessionPairs } from './sessions-summary.ts';

const typesListed = 10;

/** The status for people. */
export function formatStatus(status: Status, stuck: StuckCount, sagas?: SagaCounts): string {
  const { dir, format, generation, unit, head, counts, size, watermark, durability } = status;
  const each =
    head.position < 1_000 ? '' : `, ${formatCount(Math.round(size.usedBytes / head.position))} bytes for each record`;
  const lasting = durability === 'fsync' ? 'fsync: what has a receipt is on the disk' : 'memory: gone with the process';
  return formatPairs([
    ['environment', printable(dir)],
    ['unit', `${unit}, format ${format}, generation ${generation}`],
    ...copyPairs(status),
    [
      'log',
      `${plural(head.position, 'transaction')}: ${formatCount(counts.committed)} committed, ${formatCount(counts.rejected)} rejected`,
    ],
    [
      'head',
      head.position === 0 ? 'empty' : `${head.position} at ${timeText(head.time)}, digest ${head.digest.slice(0, 16)}…`,
    ],
    [
      'states',
      `${plural(counts.dedicated, 'owned key')}, ${plural(counts.shared, 'shared key')}; ${plural(counts.keys, 'key')} since the start`,
    ],
    ...sessionPairs(status.themes, stuck),
    ...sagaPairs(sagas),
    ['size', `${prettyBytes(size.fileBytes)} on disk, ${prettyBytes(size.usedBytes)} used${each}${filledText(status)}`],
    ...journalPairs(status),
    [
      'indexes',
      `written up to ${watermark}${watermark < head.position ? `, ${head.position - watermark} behind` : ''}`,
    ],
    ['readers', String(size.readers)],
    ['durability', lasting],
    ['types', typesOf(status)],
  ]);
}

/** How full the journal is, where there is one. */
function journalPairs({ size: { journal } }: Status): [string, string][] {
  if (!journal) return [];
  return [['journal', `${prettyBytes(journal.usedBytes)} used, ${prettyBytes(journal.fileBytes)} on disk`]];
}

/** How full the map is, once that is worth a thought. */
function filledText({ size }: Status): string {
  const percent = (size.usedBytes / size.mapBytes) * 100;
  return percent < 1 ? '' : `; ${percent.toFixed(1)} % of the largest size of ${prettyBytes(size.mapBytes)}`;
}

function typesOf({ types }: Status): string {
  if (types.length === 0) return 'none';
  const listed = types.slice(0, typesListed).map(({ type, count }) => `${printable(type)} ${formatCount(count)}`);
  return [...listed, ...(types.length > typesListed ? [`and ${types.length - typesListed} more`] : [])].join(', ');
}

/** That it is a copy, and of what; nothing of an original. */
function copyPairs({ copiedAt, head }: Status): [string, string][] {
  if (copiedAt === undefined) return [];
  const since = head.position === copiedAt ? 'nothing was written since' : `${head.position - copiedAt} written since`;
  return [['copy', `made at position ${copiedAt}, ${since}`]];
}
