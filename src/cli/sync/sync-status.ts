import type { OriginStatus, SyncStatus } from '../../index.ts';
import { formatCount } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';
import { timeText } from '../../text/time.ts';

/** Where an environment stands, for people. */
export function formatSyncStatus({ unit, cursor, mirror, origins }: SyncStatus): string {
  const lines = [
    `unit    ${unit}`,
    `cursor  ${cursor}`,
    mirror ? `mirror  of ${mirror.origin}, since ${timeText(mirror.since)}` : 'mirror  no: it takes requests',
  ];
  if (origins.length === 0) return lines.join('\n');
  const head = ['ORIGIN', 'MODE', 'POSITION', 'BEHIND', 'SECONDS', 'HEARD'];
  return [...lines, formatTable([head, ...origins.map(row)])].join('\n');
}

function row({ origin, mode, cursor, lag, heard }: OriginStatus): string[] {
  const position = cursor.split(':')[1] ?? '';
  return [origin, mode, position, formatCount(lag.records), String(Math.round(lag.seconds)), timeText(heard)];
}
