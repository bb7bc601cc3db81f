import type { ChangedKey, Decided, Flip, WhatIfReport } from '../../index.ts';
import type { Paint } from '../text/paint.ts';
import { formatCount, plural, printable } from '../text/text.ts';
import { valueText } from './change-text.ts';

/** A decision that flips, in one line for people. */
export function formatFlip({ id, position, type, was, would }: Flip, paint: Paint): string {
  const decisions = `${decided(was)} → ${paint.warn(decided(would))}`;
  return `${paint.strong(String(position))}  ${printable(type)}  ${printable(id)}  ${decisions}`;
}

/** A key that would have another value, in one line for people. */
export function formatChangedKey({ key, was, would }: ChangedKey, paint: Paint): string {
  return `${paint.key(printable(key))}  ${valueText(was, 40)} → ${valueText(would, 40)}`;
}

/** The totals for people. */
export function formatWhatIf(report: WhatIfReport, paint: Paint): string {
  const { decided: count, flips, changedValues, newKeys, missingKeys } = report;
  const same = flips === 0 ? paint.good('no decision flips') : paint.bad(`${formatCount(flips)} of them flip`);
  const keys = `${plural(changedValues, 'value')} changed, ${plural(newKeys, 'key')} new, ${plural(missingKeys, 'key')} missing`;
  return `${plural(count, 'request')} decided again: ${same}; ${keys}`;
}

function decided({ outcome, code, reason }: Decided): string {
  if (code === undefined) return outcome;
  return `${outcome} ${printable(code)}${reason === undefined ? '' : ` (${printable(reason)})`}`;
}
