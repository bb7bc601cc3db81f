import type { JsonValue } from '../../core/base/json.ts';
import type { Change } from '../../core/fold/change.ts';
import type { StateReading } from '../../index.ts';
import { formatValue, printable } from '../../text/printable.ts';
import { sessionChangeText } from './engine-key.ts';

/** Formats a change without its key, for people: its value, its owner, how long it is reserved. */
export function changeText(change: Change, columns = 60): string {
  const { op, value, owner, pending, reducer, result } = change;
  if (op === 'restore') return restoredText(result, columns);
  if (op.startsWith('session.')) return sessionChangeText(value, columns);
  const parts = [
    reducer === undefined ? '' : printable(reducer),
    value === undefined ? '' : formatValue(value, columns),
    owner === undefined ? '' : `owned by ${printable(owner)}`,
    pending === undefined ? '' : `to be confirmed within ${pending} s`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** A state in few words, for people: its value, its owner, and whether that is not confirmed yet. */
export function stateText(state: StateReading | undefined, columns = 60): string {
  if (!state) return '(none)';
  const owner = state.owner ? ` owned by ${printable(state.owner.id)}` : '';
  const pending = state.pending ? (state.pending.expired ? ' (ran out)' : ' (not confirmed)') : '';
  return `${formatValue(state.value, columns)}${owner}${pending}`;
}

/** A value that may be absent, for people. */
export function valueText(value: JsonValue | undefined, columns = 60): string {
  return value === undefined ? '(none)' : formatValue(value, columns);
}

function restoredText(result: JsonValue | undefined, columns: number): string {
  const restored = result as { readonly exists?: boolean; readonly value?: JsonValue } | undefined;
  return restored?.exists ? formatValue(restored.value, columns) : '(none)';
}
