import type { ChangedKey, Decided, Flip, WhatIfReport } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { formatCount, plural, printable } from '../../text/printable.ts';
import { valueText } from './change-text.ts';

/** A decision that flips, in one line for people. */
export function formatFlip({ id, position, type, was, would }: Flip, colors: Colors): string {
  const decisions = `${decided(was)} → ${colors.warn(decided(would))}`;
  return `${colors.strong(String(position))}  ${printable(type)}  ${printable(id)}  ${decisions}`;
}

/** A key that would have another value, in one line for people. */
export function formatChangedKey({ key, was, would }: ChangedKey, colors: Colors): string {
  return `${colors.key(printable(key))}  ${valueText(was, 40)} → ${valueText(would, 40)}`;
}

/** The totals for people. */
export function formatWhatIf(report: WhatIfReport, colors: Colors): string {
  const { decided: count, flips, changedValues, newKeys, missingKeys } = report;
  const same = flips === 0 ? colors.good('no decision flips') : colors.bad(`${formatCount(flips)} of them flip`);
  const keys = `${plural(changedValues, 'value')} changed, ${plural(newKeys, 'key')} new, ${plural(missingKeys, 'key')} missing`;
  return `${plural(count, 'request')} decided again: ${same}; ${keys}`;
}

function decided({ outcome, code, reason }: Decided): string {
  if (code === undefined) return outcome;
  return `${outcome} ${printable(code)}${reason === undefined ? '' : ` (${printable(reason)})`}`;
}
