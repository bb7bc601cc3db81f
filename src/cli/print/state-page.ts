import { type HistoryEntry, type StateReading, type StoredRecord, toTime } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { formatValue, plural, printable, shorten } from '../../text/printable.ts';
import { formatPairs, formatTable } from '../../text/table.ts';
import { changeText, stateText } from './change-text.ts';
import { linkText } from './transaction-page.ts';

/** A state for people: its value, who owns it or how often it was applied to, and the newest of those. */
export function formatState(state: StateReading, newest: readonly StoredRecord[], colors: Colors): string {
  const { key, kind, value, version, position, owner, pending, applied } = state;
  const pairs: [string, string][] = [['value', formatValue(value, 2_000)]];
  if (owner) pairs.push(['owner', linkText(owner)]);
  if (pending) {
    pairs.push(['reserved', `${pending.expired ? 'ran out at' : 'to be confirmed by'} ${toTime(pending.until)}`]);
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
    colors.dim(toTime(time)),
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

/** States, one per line, aligned. */
export function formatStates(states: readonly StateReading[], colors: Colors): string {
  return formatTable(
    states.map(({ key, kind, version, value, owner }) => [
      colors.key(printable(key)),
      kind,
      `v${version}`,
      formatValue(value, 60),
      owner ? colors.dim(`owner ${shorten(printable(owner.id), 36)}`) : '',
    ]),
  );
}

/** A key's transactions, one per line, aligned: what each one left. */
export function formatHistory(entries: readonly HistoryEntry[], key: string, colors: Colors): string {
  return formatTable(
    entries.map(({ record: { position, time, type, id, changes }, after }) => [
      String(position),
      colors.dim(toTime(time)),
      shorten(printable(type), 28),
      shorten(printable(id), 36),
      [...new Set(changes.filter((change) => change.key === key).map(({ op }) => op))].join('+'),
      stateText(after, 60),
    ]),
  );
}
