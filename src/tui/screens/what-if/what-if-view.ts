import type { CompensationPlan } from '../../../index.ts';
import { line, rule, type StyledLine, span } from '../../line/styled-line.ts';
import type { ScreenRow } from '../../model/screen.ts';
import { textRow } from '../../parts/row-parts.ts';

/** The world without a transaction: the plan that would undo it, key by key. */
export function planRows(plan: CompensationPlan, columns: number, isAscii: boolean): ScreenRow[] {
  const lines = JSON.stringify(plan.items, undefined, 2).split('\n').slice(0, 400);
  return [
    {
      ...textRow(
        'title',
        rule(span('What would be undone, and what would stand in its place', 'strong'), columns - 2, isAscii),
      ),
      isTitle: true,
    },
    ...lines.map((text, i) => textRow(`plan ${i}`, coloured(text))),
  ];
}

function coloured(text: string): StyledLine {
  const [, name, rest] = /^(\s*"(?:was|would|before|after|key|refused)":)(.*)$/.exec(text) ?? [];
  return name === undefined || rest === undefined ? line(` ${text}`) : line(span(` ${name}`, 'key'), rest);
}
