import type { JsonValue } from '../../core/base/json.ts';
import type { Change } from '../../core/fold/change.ts';
import { isEngineKey, sessionOfKey, themeOfKey } from '../../core/fold/session.ts';
import { formatValue, printable } from '../../text/printable.ts';
import { timeText } from '../../text/time.ts';
import { sagaEventsIn, sagaEventTexts } from './saga-text.ts';

/** The width to which a value of a saga's event is cut in the line of a record. */
const sagaColumns = 40;

/** A key for people; a session or a theme stands under its own name. */
export function engineKeyText(key: string): string {
  const session = sessionOfKey(key);
  const theme = themeOfKey(key);
  if (session !== undefined) return `session ${printable(session)}`;
  return theme === undefined ? printable(key) : `theme ${printable(theme)}`;
}

/** An operation for people: those of sessions by their own names. */
export function opText(op: string): string {
  return op.replace(/^session\./, '');
}

/**
 * Tells for people, in few words, how a record changed sessions and themes: `lead s-1`; of a saga, its command. Of many sessions
 * that the same happened to, the first are named.
 */
export function engineTexts(changes: readonly Change[]): string[] {
  const own = changes.filter(({ key }) => isEngineKey(key));
  const texts: string[] = [];
  for (let i = 0; i < own.length; ) {
    const alike = runOf(own.slice(i));
    texts.push(...(alike.length > namedMax ? [manyText(alike)] : alike.map(engineText)));
    i += alike.length;
  }
  return texts;
}

/** So many sessions of a record are named, to which the same happened. */
const namedMax = 3;

/** The first change, and those after it that do the same to other sessions, and say no more. */
function runOf([first, ...rest]: readonly Change[]): readonly Change[] {
  if (first === undefined) return [];
  const isAlike = ({ op, key, value }: Change) =>
    op === first.op &&
    sessionOfKey(key) !== undefined &&
    sagaEventsIn((value as Details | undefined)?.data) === undefined;
  if (!isAlike(first)) return [first];
  const end = rest.findIndex((change) => !isAlike(change));
  return [first, ...(end === -1 ? rest : rest.slice(0, end))];
}

function manyText(alike: readonly Change[]): string {
  const names = alike.slice(0, namedMax).map(({ key }) => printable(sessionOfKey(key) ?? key));
  return `${opText(alike[0]?.op ?? '')} sessions ${names.join(', ')} and ${alike.length - namedMax} more`;
}

function engineText({ op, key, value }: Change): string {
  const events = sagaEventsIn((value as Details | undefined)?.data);
  if (!events) return `${opText(op)} ${engineKeyText(key)}`;
  return `saga ${printable(sessionOfKey(key) ?? key)}: ${sagaEventTexts(events, sagaColumns)}`;
}

/** Formats the value of a session's operation for people. */
export function sessionChangeText(value: JsonValue | undefined, columns: number): string {
  const { data, base64, operator, lease, epoch, due, order, behind, force, error } = (value ?? {}) as Details;
  const parts = [
    operator === undefined ? '' : `by ${printable(operator)}, lease ${lease} s`,
    epoch === undefined ? '' : `epoch ${epoch}`,
    force ? 'by force' : '',
    data === undefined ? '' : dataText(data, columns),
    base64 === undefined ? '' : `${Buffer.byteLength(base64, 'base64')} bytes`,
    due === undefined ? '' : `due ${timeText(due)}`,
    order === undefined ? '' : `order ${printable(order)}`,
    behind ? 'behind another' : '',
    error === undefined ? '' : `error ${formatValue(error, columns)}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** Data for people; what they tell of a saga in words. */
function dataText(data: JsonValue, columns: number): string {
  const events = sagaEventsIn(data);
  return events ? sagaEventTexts(events, columns) : formatValue(data, columns);
}

interface Details {
  readonly data?: JsonValue;
  readonly base64?: string;
  readonly operator?: string;
  readonly lease?: number;
  readonly epoch?: number;
  readonly due?: number;
  readonly order?: string;
  readonly behind?: boolean;
  readonly force?: boolean;
  readonly error?: string;
}
