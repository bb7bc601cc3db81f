import { type StoredRecord, toTime } from '../../index.ts';
import type { KeyEntry, KeyPage } from '../../pages/key.ts';
import type { Colors } from '../../text/colors.ts';
import { formatValue, plural, printable, shorten } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { formatPairs, formatTable } from '../../text/table.ts';
import { stateText } from './change-text.ts';
import { linkText } from './transaction-page.ts';

/** The same for people, and what to look at next. */
export function formatKeyPage(page: KeyPage, colors: Colors): string {
  const { key, state, entries, rejections } = page;
  const kind = state ? `${state.kind}, version ${state.version}` : 'no value now';
  const parts = [`${colors.strong('key')} ${colors.key(printable(key))}  ${kind}`, formatPairs(stateOf(page), '  ')];
  if (entries.length > 0) {
    parts.push('', `${plural(entries.length, 'applied transaction')}, oldest first:`);
    parts.push(formatTable(entries.map((entry) => entryCells(entry, colors))));
  }
  if (rejections.length > 0) {
    parts.push('', 'newest requests that were refused for it:');
    parts.push(formatTable(rejections.map((record) => rejectedCells(record, colors))));
  }
  return [...parts.filter((part, i) => part !== '' || i > 1), ...nextOf(page)].join('\n');
}

function stateOf({ state }: KeyPage): [string, string][] {
  if (!state) return [];
  const pairs: [string, string][] = [['value', formatValue(state.value, 100)]];
  if (state.owner) pairs.push(['owner', linkText(state.owner)]);
  if (state.pending) {
    const { until, expired } = state.pending;
    pairs.push(['reserved', `${expired ? 'ran out at' : 'to be confirmed by'} ${toTime(until)}`]);
  }
  if (state.applied !== undefined) pairs.push(['applied', plural(state.applied, 'transaction')]);
  return pairs;
}

function entryCells(entry: KeyEntry, colors: Colors): string[] {
  const { position, time, type, id, ops, before, after, compensatedBy } = entry;
  const undone = compensatedBy === undefined ? '' : colors.warn(`  undone by ${compensatedBy}`);
  return [
    `  ${position}`,
    colors.dim(toTime(time)),
    shorten(printable(type), 28),
    shorten(printable(id), 36),
    ops.join('+'),
    `${stateText(before, 24)} → ${stateText(after, 24)}${undone}`,
  ];
}

function rejectedCells({ position, time, type, id, rejection }: StoredRecord, colors: Colors): string[] {
  return [
    `  ${position}`,
    colors.dim(toTime(time)),
    shorten(printable(type), 28),
    shorten(printable(id), 36),
    colors.bad(printable(rejection?.code ?? '')),
  ];
}

function nextOf({ key, state, entries, earlier, next }: KeyPage): string[] {
  const word = shellQuote(key);
  const commands = [];
  if (earlier) commands.push(`txlog inspect --key ${word} --from 1`);
  if (next !== undefined) commands.push(`txlog inspect --key ${word} --from ${next}`);
  const id = state?.owner?.id ?? entries.at(-1)?.id;
  if (id !== undefined) commands.push(`txlog inspect --id ${shellQuote(id)}`);
  return commands.length === 0 ? [] : ['', ...commands.map((command) => `next: ${command}`)];
}
