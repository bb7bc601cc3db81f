import type { Decided, DecidedAgain, JsonValue } from '../../../index.ts';
import { line, rule, type Span, type StyledLine, span } from '../../line/styled-line.ts';
import type { ScreenRow } from '../../model/screen.ts';
import { jsonLines } from '../../parts/json-lines.ts';
import { clockOf, textRow } from '../../parts/row-parts.ts';

/** The page of a decision: how it came out and how it would, what it read, what it answered, what it would change. */
export function debuggerRows(
  again: DecidedAgain,
  { columns, isAscii }: { readonly columns: number; readonly isAscii: boolean },
): ScreenRow[] {
  const title = (text: string): ScreenRow => ({
    ...textRow(`title ${text}`, rule(span(text, 'strong'), columns - 2, isAscii)),
    isTitle: true,
  });
  const lines = (name: string, all: readonly StyledLine[]) => all.map((one, i) => textRow(`${name} ${i}`, one));
  return [
    ...lines('standing', standing(again)),
    title(`Read (${again.read.length})`),
    ...again.read.map((one) => readRow(one)),
    title('Answered'),
    ...lines('answer', answerLines(again)),
    title('Would change'),
    ...again.keys.map((one) => keyRow(one)),
    ...(again.keys.length === 0 ? [textRow('nothing', line(span(' nothing', 'dim')))] : []),
    title('Request'),
    ...lines('request', jsonLines(again.record.payload)),
  ];
}

function standing({ record, was, would, differs }: DecidedAgain): StyledLine[] {
  const { position, time, type, id, actor } = record;
  return [
    line(span(' request ', 'dim'), span(String(position), 'key'), `  ${clockOf(time)}  ${type} ${id}`),
    ...(actor === undefined ? [] : [line(span(' actor   ', 'dim'), actor)]),
    line(span(' was     ', 'dim'), outcome(was)),
    would
      ? line(span(' would   ', 'dim'), outcome(would), '  ', verdict(differs))
      : line(span(' would   ', 'dim'), span('! this app cannot decide it', 'warn')),
  ];
}

function verdict(differs: DecidedAgain['differs']): Span {
  if (differs === 'outcome') return span('!! it flips', 'bad');
  if (differs === 'changes') return span('! the same outcome, other changes', 'warn');
  return span('it comes out the same', 'good');
}

function outcome({ outcome: name, code, reason }: Decided): Span {
  if (name === 'committed') return span(name, 'good');
  return span(`rejected ${code ?? ''}: ${reason ?? ''}`, 'bad');
}

function readRow({ key, version, value, owner }: DecidedAgain['read'][number]): ScreenRow {
  const of = owner === undefined ? '' : `, owner ${owner}`;
  return {
    ...textRow(`read ${key}`, line(' ', span(key, 'key'), span(`  version ${version}${of}  `, 'dim'), shown(value))),
    link: { screen: 'state', key },
  };
}

function answerLines({ answer }: DecidedAgain): StyledLine[] {
  if ('lacking' in answer) return [line(' ', span(`the app has ${answer.lacking}`, 'warn'))];
  if ('rejection' in answer) {
    const { code, reason, key } = answer.rejection;
    return [line(' ', span(`${code}: ${reason}`, 'bad'), key === undefined ? '' : `  ${key}`)];
  }
  return answer.changes.map(({ op, key, value }) =>
    line(` ${op} `, span(key, 'key'), value === undefined ? '' : ` ${shown(value)}`),
  );
}

function keyRow({ key, before, after }: DecidedAgain['keys'][number]): ScreenRow {
  return {
    ...textRow(`key ${key}`, line(' ', span(key, 'key'), `  ${shown(before)} -> `, span(shown(after), 'strong'))),
    link: { screen: 'state', key },
  };
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? '(none)' : JSON.stringify(value);
}
