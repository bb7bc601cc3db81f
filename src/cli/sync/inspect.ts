import { given } from '../../core/base/given.ts';
import type { DumpSummary, JsonObject } from '../../index.ts';
import { printable } from '../text/text.ts';

/** What a dump is, as JSON. */
export function toSummaryJson({ manifest, end, ...rest }: DumpSummary): JsonObject {
  const { after, head, to, filter, ...more } = manifest;
  return {
    v: 1,
    ok: true,
    ...rest,
    complete: end.complete,
    cursor: end.cursor,
    counts: JSON.parse(end.counts) as JsonObject,
    manifest: {
      ...more,
      after: `${after.origin}:${after.position}:${after.digest}`,
      head: `${head.origin}:${head.position}:${head.digest}`,
      ...given({ to, filter }),
    },
  };
}

/** What a dump is, for people. */
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
