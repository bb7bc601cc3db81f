import { isJsonObject, type JsonValue, jsonEquals } from '../../core/base/json.ts';
import type { StateReading } from '../../index.ts';
import { formatCount, jsonText, printable } from '../../text/printable.ts';
import { cutTo } from '../../text/width.ts';
import { stateText } from './change-text.ts';

/** Differences that are told; more are counted. */
const toldMax = 3;
/** Characters shown before the first different one of a long text, so that its place is recognised. */
const contextUnits = 6;
const sideUnits = 28;

/**
 * The change of a state by one transaction, for people: the state before and after where both are short, else the parts
 * that differ, such as `total: 5 → 6` and `+ "sent" (20 items)`. Cut to `columns`.
 */
export function deltaText(before: StateReading | undefined, after: StateReading | undefined, columns: number): string {
  const whole = `${stateText(before, columns)} → ${stateText(after, columns)}`;
  if (whole.length <= columns && !whole.includes('…')) return whole;
  const values = before && after ? valueDeltas('', before.value, after.value) : [];
  const owner = before?.owner?.id === after?.owner?.id ? [] : [ownerText(before, after)];
  const all = [...values, ...owner];
  if (all.length === 0) return cutTo(whole, columns);
  const more = all.length > toldMax ? `, ${formatCount(all.length - toldMax)} more` : '';
  return `${cutTo(all.slice(0, toldMax).join(', '), columns - more.length)}${more}`;
}

function ownerText(before: StateReading | undefined, after: StateReading | undefined): string {
  const [from, to] = [before, after].map((state) => printable(state?.owner?.id ?? 'none'));
  return `owner ${from} → ${to}`;
}

function valueDeltas(path: string, before: JsonValue | undefined, after: JsonValue | undefined): readonly string[] {
  if (jsonEquals(before, after)) return [];
  const name = path === '' ? '' : `${printable(path)}: `;
  if (before === undefined) return [`+ ${name}${jsonText(after ?? null)}`];
  if (after === undefined) return [`- ${name}${jsonText(before)}`];
  if (isJsonObject(before) && isJsonObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((key) => valueDeltas(path === '' ? key : `${path}.${key}`, before[key], after[key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) return listDeltas(path, before, after);
  return [`${name}${sidesText(jsonText(before), jsonText(after))}`];
}

function listDeltas(path: string, before: readonly JsonValue[], after: readonly JsonValue[]): readonly string[] {
  const name = path === '' ? '' : `${printable(path)} `;
  const kept = before.findIndex((item, i) => !jsonEquals(item, after[i]));
  if (kept === -1) {
    const added = after.slice(before.length).map((item) => jsonText(item));
    return [`${name}+ ${added.join(' ')} (${formatCount(after.length)} items)`];
  }
  const places = Array.from({ length: Math.max(before.length, after.length) - kept }, (_, i) => kept + i);
  return places.flatMap((i) => valueDeltas(`${path}[${i}]`, before[i], after[i]));
}

/** Two texts from where they begin to differ, so that cutting them leaves what differs. */
function sidesText(before: string, after: string): string {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  const start = Math.max(0, same - contextUnits);
  const [from, to] = [before, after].map((text) => {
    const part = start > contextUnits ? `…${text.slice(start)}` : text;
    return cutTo(part, sideUnits);
  });
  return `${from} → ${to}`;
}
