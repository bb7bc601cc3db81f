import type { StateReading, StoredRecord } from '../../index.ts';
import type { ShownHistory } from '../../shapes/state.ts';
import type { Colors, ListLook } from '../../text/colors.ts';
import { FitTable, type Layout } from '../../text/fit-table.ts';
import { formatValue, jsonText, plural, printable, shorten } from '../../text/printable.ts';
import { formatPairs, formatTable } from '../../text/table.ts';
import { timeText } from '../../text/time.ts';
import { changeText, stateText } from './change-text.ts';
import { columnTime } from './column-time.ts';
import { deltaText } from './delta-text.ts';
import { linkText } from './transaction-page.ts';

/** A state for people: its value, who owns it or how often it was applied to, and the newest of those. */
export function formatState(state: StateReading, newest: readonly StoredRecord[], colors: Colors): string {
  const { key, kind, value, version, position, owner, pending, applied } = state;
  const pairs: [string, string][] = [['value', formatValue(value, 2_000)]];
  if (owner) pairs.push(['owner', linkText(owner)]);
  if (pending) {
    pairs.push(['reserved', `${pending.expired ? 'ran out at' : 'to be confirmed by'} ${timeText(pending.until)}`]);
  }
  pairs.push(['version', `${version}, since position ${position}`]);
  if (applied !== undefined) pairs.push(['applied', plural(applied, 'transaction')]);
  const title = `${colors.key(printable(key))}  ${kind}`;
  return [title, formatPairs(pairs, '  '), ...newestOf(state, newest, colors)].join('\n');
}

function newestOf({ key, kind, applied = 0 }: StateReading, newest: readonly StoredRecord[], colors: Colors): string[] {
  if (kind === 'dedicated' || newest.length === 0) return [];
  const rows = newest.map(({ position, time, type, id, changes }) => [
    `    ${position}`,
    colors.dim(timeText(time)),
    shorten(printable(type), 28),
    shorten(printable(id), 36),
    changes
      .filter((change) => change.key === key)
      .map((change) => `${change.op} ${changeText(change, 40)}`.trimEnd())
      .join(', '),
  ]);
  const more = applied > newest.length ? [`    … the newest ${newest.length} of ${applied}`] : [];
  return [formatTable(rows), ...more];
}

/** Columns of states, where they are no lines for people. */
export const stateColumns = ['key', 'kind', 'version', 'position', 'owner.id', 'value'];

const statesLayout: Layout = {
  columns: [{}, {}, {}, { cut: 'end' }, {}],
  steps: [
    [4, 18],
    [3, 24],
    [0, 24],
    [4, 0],
    [1, 0],
    [3, 12],
  ],
};

/** States, one per line, aligned. */
export function formatStates(states: readonly StateReading[], look: ListLook): string {
  return new FitTable(statesLayout, look.columns).format(
    states.map(({ key, kind, version, value, owner }) => [
      { text: printable(key), paint: look.key },
      kind,
      `v${version}`,
      jsonText(value),
      { text: owner ? `owner ${printable(owner.id)}` : '', paint: look.dim },
    ]),
  );
}

/** Columns of a key's transactions, where they are no lines for people. */
export const historyColumns = ['position', 'time', 'type', 'id', 'after.version', 'after.value'];

/** Values up to this length are shown whole in a history. */
const shownWhole = 30;

const historyLayout: Layout = {
  columns: [{}, {}, {}, {}, {}, { cut: 'end' }],
  steps: [
    [3, 13],
    [2, 14],
    [5, 30],
    [3, 0],
    [2, 0],
    [5, 16],
  ],
};

/** A key's transactions, one per line, aligned: what each one left. */
export function formatHistory(entries: readonly ShownHistory[], key: string, look: ListLook): string {
  return new FitTable(historyLayout, look.columns).format(
    entries.map(({ record: { position, time, type, id, changes }, before, after }) => [
      String(position),
      { text: columnTime(time, look), paint: look.dim },
      printable(type),
      printable(id),
      [...new Set(changes.filter((change) => change.key === key).map(({ op }) => op))].join('+'),
      leftText(before, after, look),
    ]),
  );
}

/** The state that a transaction left; on a terminal, where the end of it would be cut off, what it changed. */
function leftText(before: StateReading | undefined, after: StateReading | undefined, look: ListLook): string {
  const whole = stateText(after, Number.POSITIVE_INFINITY);
  return look.columns === undefined || whole.length <= shownWhole ? whole : deltaText(before, after, look.columns);
}
