import CliTable from 'cli-table3';

const none = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Rows in aligned columns without lines, two spaces apart; colours and wide characters keep their columns. */
export function formatTable(rows: readonly (readonly string[])[], head?: readonly string[]): string {
  const table = new CliTable({ chars: none, style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] } });
  if (head) table.push([...head]);
  for (const row of rows) table.push([...row]);
  return table.toString().replace(/ +$/gm, '');
}

/** Names and what they are, one per line, aligned. */
export function formatPairs(pairs: readonly (readonly [string, string])[], indent = ''): string {
  const width = Math.max(0, ...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${indent}${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}
