import type { JsonValue, StateReading } from '../../../index.ts';
import { differencesOf } from '../../../shapes/state-diff.ts';
import { line, rule, type StyledLine, span } from '../../line/styled-line.ts';
import type { ScreenRow } from '../../model/screen.ts';
import { jsonLines } from '../../parts/json-lines.ts';
import { clockOf, textRow } from '../../parts/row-parts.ts';

/** A key at a position: its value there, what differs from the one before, and all that was applied to it. */
export interface StatePage {
  readonly key: string;
  /** As of a position of its own, or now. */
  readonly at: number | undefined;
  readonly state: StateReading | undefined;
  readonly before: StateReading | undefined;
  /** The position that `before` is of, where it is not the one before. */
  readonly from?: number;
  /** Its transactions, oldest first; the newest ones where there are many. */
  readonly steps: readonly {
    readonly position: number;
    readonly id: string;
    readonly type: string;
    readonly time: number;
  }[];
}

/** The page of a key. */
export function stateRows(
  { key, at, state, before, from, steps }: StatePage,
  columns: number,
  isAscii: boolean,
): ScreenRow[] {
  const title = (text: string): ScreenRow => ({
    ...textRow(`title ${text}`, rule(span(text, 'strong'), columns - 2, isAscii)),
    isTitle: true,
  });
  const position = at ?? state?.position ?? 0;
  const differences = differencesOf({
    key,
    from: { position: 0, state: before },
    to: { position, state },
  });
  return [
    ...standing(state).map((pieces, i) => textRow(`standing ${i}`, pieces)),
    title('Value'),
    ...jsonLines(state?.value).map((pieces, i) => textRow(`value ${i}`, pieces)),
    title(from === undefined ? 'What this position changed' : `What differs from position ${from}`),
    ...(differences.length === 0 ? [textRow('same', line(span(' nothing', 'dim')))] : []),
    ...differences.map(({ path, before: was, after }, i) =>
      textRow(`difference ${i}`, line(' ', span(path, 'key'), `  ${shown(was)} -> `, span(shown(after), 'strong'))),
    ),
    title(`Applied (${steps.length})`),
    ...[...steps].reverse().map((step) => stepRow(step, step.position === position)),
  ];
}

function standing(state: StateReading | undefined): StyledLine[] {
  if (!state) return [line(span(' no value and no owner', 'dim'))];
  const { kind, version, position, owner, pending } = state;
  return [
    line(` ${kind}, version ${version}, last changed at `, span(String(position), 'key')),
    ...(owner ? [line(' owner ', span(owner.id, 'key'), ` since ${owner.position}`)] : []),
    ...(pending
      ? [line(span(` pending until ${clockOf(pending.until)}${pending.expired ? ', expired' : ''}`, 'warn'))]
      : []),
  ];
}

function stepRow({ position, id, type, time }: StatePage['steps'][number], isShown: boolean): ScreenRow {
  return {
    ...textRow(
      `step ${position}`,
      line(
        span(`${isShown ? '*' : ' '}${String(position).padStart(9)} `, isShown ? 'strong' : 'key'),
        `${clockOf(time)} ${type} ${id}`,
      ),
    ),
    link: { screen: 'record', position, part: 'changes' },
  };
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? '(none)' : JSON.stringify(value);
}
