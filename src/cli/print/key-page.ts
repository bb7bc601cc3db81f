import type { KeyEntry, KeyPage, RejectedRecord } from '../../pages/key.ts';
import type { ListLook } from '../../text/colors.ts';
import { type Cell, FitTable, type Layout } from '../../text/fit-table.ts';
import { formatValue, plural, printable } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { formatPairs } from '../../text/table.ts';
import { timeText } from '../../text/time.ts';
import { columnTime } from './column-time.ts';
import { deltaText } from './delta-text.ts';
import { linkText } from './transaction-page.ts';

const entriesLayout: Layout = {
  columns: [{}, {}, {}, {}, {}, { cut: 'end' }],
  steps: [
    [3, 13],
    [2, 14],
    [5, 36],
    [3, 0],
    [2, 0],
  ],
};

const rejectedLayout: Layout = {
  columns: [{}, {}, {}, {}, {}],
  steps: [
    [3, 13],
    [2, 14],
  ],
};

/** Columns for the change of one transaction, where no terminal is narrower. */
const deltaColumns = 72;

/** The same for people, and what to look at next. */
export function formatKeyPage(page: KeyPage, colors: ListLook): string {
  const { key, state, entries, rejections } = page;
  const kind = state ? `${state.kind}, version ${state.version}` : 'no value now';
  const parts = [`${colors.strong('key')} ${colors.key(printable(key))}  ${kind}`, formatPairs(stateOf(page), '  ')];
  if (entries.length > 0) {
    parts.push('', `${plural(entries.length, 'applied transaction')}, oldest first:`);
    parts.push(new FitTable(entriesLayout, colors.columns).format(entries.map((entry) => entryCells(entry, colors))));
  }
  if (rejections.length > 0) {
    parts.push('', 'newest requests that were refused for it:');
    const cells = rejections.map((record) => rejectedCells(record, colors));
    parts.push(new FitTable(rejectedLayout, colors.columns).format(cells));
  }
  return [...parts.filter((part, i) => part !== '' || i > 1), ...nextOf(page)].join('\n');
}

function stateOf({ state }: KeyPage): [string, string][] {
  if (!state) return [];
  const pairs: [string, string][] = [['value', formatValue(state.value, 100)]];
  if (state.owner) pairs.push(['owner', linkText(state.owner)]);
  if (state.pending) {
    const { until, expired } = state.pending;
    pairs.push(['reserved', `${expired ? 'ran out at' : 'to be confirmed by'} ${timeText(until)}`]);
  }
  if (state.applied !== undefined) pairs.push(['applied', plural(state.applied, 'transaction')]);
  return pairs;
}

function entryCells(entry: KeyEntry, look: ListLook): Cell[] {
  const { position, time, type, id, ops, before, after, compensatedBy } = entry;
  return [
    `  ${position}`,
    { text: columnTime(time, look), paint: look.dim },
    printable(type),
    printable(id),
    ops.join('+'),
    `${deltaText(before, after, deltaColumns)}${compensatedBy === undefined ? '' : `  undone by ${compensatedBy}`}`,
  ];
}

function rejectedCells({ position, time, type, id, rejection }: RejectedRecord, look: ListLook): Cell[] {
  return [
    `  ${position}`,
    { text: columnTime(time, look), paint: look.dim },
    printable(type),
    printable(id),
    { text: printable(rejection?.code ?? ''), paint: look.bad },
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
