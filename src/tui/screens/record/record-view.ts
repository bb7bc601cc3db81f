import { isJsonObject, type JsonObject } from '../../../core/base/json.ts';
import type { JsonValue, KeyReport, TransactionReport } from '../../../index.ts';
import { toRecordJson } from '../../../index.ts';
import { plural } from '../../../text/printable.ts';
import { line, rule, type StyledLine, span } from '../../line/styled-line.ts';
import type { RecordPart } from '../../model/places.ts';
import type { ScreenRow } from '../../model/screen.ts';
import { hexLines, jsonLines } from '../../parts/json-lines.ts';
import { clockOf, keyName, textRow } from '../../parts/row-parts.ts';

/** A record as a page: what it changed, its JSON, or the bytes of that. */
export function recordRows(
  report: TransactionReport,
  part: RecordPart,
  { columns, isAscii }: { readonly columns: number; readonly isAscii: boolean },
): ScreenRow[] {
  if (part === 'json') return jsonLines(toRecordJson(report.record)).map((pieces, i) => textRow(`json ${i}`, pieces));
  if (part === 'hex') {
    const bytes = Buffer.from(JSON.stringify(toRecordJson(report.record)));
    return hexLines(bytes).map((pieces, i) => textRow(`hex ${i}`, pieces));
  }
  const title = (id: string, text: StyledLine): ScreenRow => ({ ...textRow(id, text), isTitle: true });
  const keys = [...report.keys, ...report.sessions];
  return [
    ...headLines(report).map((pieces, i) => textRow(`head ${i}`, pieces)),
    ...keys.flatMap((key, i) => [
      title(`title ${i}`, rule(span(keyName(key.key), 'strong'), columns - 2, isAscii)),
      ...keyRows(key, i),
    ]),
    title('title payload', rule(span('Payload', 'strong'), columns - 2, isAscii)),
    ...jsonLines(report.record.payload).map((pieces, i) => textRow(`payload ${i}`, pieces)),
  ];
}

function headLines({ record, compensatedBy, compensates }: TransactionReport): StyledLine[] {
  const { position, time, type, id, outcome, actor, rejection, digest } = record;
  return [
    line(span(' position ', 'dim'), span(String(position), 'key'), `  ${clockOf(time)}  ${type}`),
    line(span(' id       ', 'dim'), id, actor === undefined ? '' : `  by ${actor}`),
    line(span(' outcome  ', 'dim'), span(outcome, outcome === 'rejected' ? 'bad' : 'good')),
    ...(rejection ? [line(span(' why      ', 'dim'), span(`${rejection.code}: ${rejection.reason}`, 'bad'))] : []),
    ...(compensatedBy ? [line(span(' undone by', 'dim'), ` ${compensatedBy.position} ${compensatedBy.id}`)] : []),
    ...(compensates ? [line(span(' undoes   ', 'dim'), ` ${compensates.position} ${compensates.id}`)] : []),
    line(span(' digest   ', 'dim'), span(Buffer.from(digest).toString('hex'), 'dim')),
  ];
}

function keyRows({ key, before, after, previous, next }: KeyReport, i: number): ScreenRow[] {
  const { was, is, same } = differenceOf(before?.value, after?.value);
  const alike = span(same === 0 ? '' : `  ${plural(same, 'field')} as before`, 'dim');
  const rows = [
    textRow(`before ${i}`, line(span('  before ', 'dim'), oneLine(was), ownerOf(before))),
    textRow(`after ${i}`, line(span('  after  ', 'dim'), span(oneLine(is), 'strong'), ownerOf(after), alike)),
  ];
  const link = (name: string, to: KeyReport['next']): ScreenRow[] =>
    to
      ? [
          {
            ...textRow(
              `${name} ${i}`,
              line(span(`  ${name.padEnd(8)} `, 'dim'), span(String(to.position), 'key'), ` ${to.id}`),
            ),
            link: { screen: 'record', position: to.position, part: 'changes', key },
          },
        ]
      : [];
  return [...rows, ...link('previous', previous), ...link('next', next)];
}

/** Two values; of two objects only the fields that differ, and how many do not. */
function differenceOf(was: JsonValue | undefined, is: JsonValue | undefined) {
  if (!isJsonObject(was) || !isJsonObject(is)) return { was, is, same: 0 };
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  const differ = [...names].filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
  const only = (value: JsonObject): JsonObject =>
    Object.fromEntries(differ.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]]])));
  return { was: only(was), is: only(is), same: names.size - differ.length };
}

function oneLine(value: JsonValue | undefined): string {
  return value === undefined ? '(none)' : JSON.stringify(value);
}

function ownerOf(state: KeyReport['before']): string {
  return state?.owner ? `  owner ${state.owner.id}` : '';
}
