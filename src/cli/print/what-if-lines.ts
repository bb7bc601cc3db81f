import type { JsonObject } from '../../core/base/json.ts';
import type { ChangedKey, Decided, Flip, WhatIfReport } from '../../index.ts';
import { toChangedKeyJson, toFlipJson, toWhatIfJson } from '../../shapes/what-if.ts';
import type { Colors } from '../../text/colors.ts';
import { formatCount, plural, printable } from '../../text/printable.ts';
import type { ListFormat } from '../output/list-writer.ts';
import { valueText } from './change-text.ts';

/** One line of what other handlers would decide: a decision that flips, a key with another value, the totals. */
export type WhatIfLine = { readonly flip: Flip } | { readonly key: ChangedKey } | { readonly report: WhatIfReport };

/** How these lines are printed. */
export function whatIfFormat(colors: Colors): ListFormat<WhatIfLine> {
  return {
    json: lineJson,
    people: (page) => page.map((line) => lineText(line, colors)).join('\n'),
    columns: ['kind', 'position', 'id', 'type', 'was.outcome', 'would.outcome', 'key', 'flips'],
    live: true,
  };
}

function lineJson(line: WhatIfLine): JsonObject {
  if ('flip' in line) return toFlipJson(line.flip);
  return 'key' in line ? toChangedKeyJson(line.key) : toWhatIfJson(line.report);
}

function lineText(line: WhatIfLine, colors: Colors): string {
  if ('flip' in line) return formatFlip(line.flip, colors);
  return 'key' in line ? formatChangedKey(line.key, colors) : formatWhatIf(line.report, colors);
}

/** A decision that flips, in one line for people. */
function formatFlip({ id, position, type, was, would }: Flip, colors: Colors): string {
  const decisions = `${decided(was)} → ${colors.warn(decided(would))}`;
  return `${colors.strong(String(position))}  ${printable(type)}  ${printable(id)}  ${decisions}`;
}

/** A key that would have another value, in one line for people. */
function formatChangedKey({ key, was, would }: ChangedKey, colors: Colors): string {
  return `${colors.key(printable(key))}  ${valueText(was, 40)} → ${valueText(would, 40)}`;
}

/** The totals for people. */
function formatWhatIf(report: WhatIfReport, colors: Colors): string {
  const { decided: count, undecided, flips, changedValues, newKeys, missingKeys } = report;
  const same = flips === 0 ? colors.good('no decision flips') : colors.bad(`${formatCount(flips)} of them flip`);
  const keys = `${plural(changedValues, 'value')} changed, ${plural(newKeys, 'key')} new, ${plural(missingKeys, 'key')} missing`;
  const rest =
    undecided === 0 ? '' : `; what was chosen for ${formatCount(undecided)} more stands: the app cannot decide them`;
  return `${plural(count, 'request')} decided again: ${same}; ${keys}${rest}`;
}

function decided({ outcome, code, reason }: Decided): string {
  if (code === undefined) return outcome;
  return `${outcome} ${printable(code)}${reason === undefined ? '' : ` (${printable(reason)})`}`;
}
