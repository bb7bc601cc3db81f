import type { DumpSummary } from '../../index.ts';
import { printable } from '../../text/printable.ts';

/** Formats the summary of a dump for people. */
export function formatSummary(summary: DumpSummary): string {
  const { manifest, end, blocks, entries, bytes, rawBytes, codec } = summary;
  const counts = Object.entries(JSON.parse(end.counts) as Record<string, number>);
  const { origin, unit, filter, masked, after, time } = manifest;
  const lines = [
    ['origin', origin],
    ...(unit === origin ? [] : [['written by', unit]]),
    ['begun', time],
    ['after', String(after.position)],
    ['cursor', end.cursor],
    ['holds', counts.map(([kind, count]) => `${count} ${kind}`).join(', ')],
    ['filter', filter === undefined ? 'none' : printable(filter)],
    ...(masked ? [['masked', 'yes']] : []),
    ['complete', end.complete ? 'yes' : 'no'],
    ['size', `${bytes} bytes in ${blocks} blocks and ${entries} entries, ${rawBytes} unpacked (${codec})`],
  ];
  return lines.map(([name = '', value = '']) => `${name.padEnd(11)} ${printable(value)}`).join('\n');
}
