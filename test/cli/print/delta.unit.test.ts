// Goal: the history of a key shows what each transaction changed, and never the same cut text twice. Method: a table of
// states before and after; long ones of each kind.
import { expect, it } from 'vitest';
import { deltaText } from '../../../src/cli/print/delta-text.ts';
import type { JsonValue } from '../../../src/core/base/json.ts';
import type { StateReading } from '../../../src/index.ts';

function state(value: JsonValue | undefined, owner?: string): StateReading | undefined {
  if (value === undefined) return undefined;
  const more = owner === undefined ? {} : { owner: { id: owner, position: 1 } };
  return { key: 'k', kind: 'shared', version: 1, position: 1, value, ...more } as StateReading;
}

const list = Array.from({ length: 20 }, (_, i) => `ACTIVITY_${i}`);
const wide = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`field${i}`, i]));

it.each<[JsonValue | undefined, JsonValue | undefined, string]>([
  [undefined, 1, '(none) → 1'],
  [1, 2, '1 → 2'],
  [list, [...list, 'SENT'], '+ "SENT" (21 items)'],
  [list, [...list.slice(0, -1), 'OTHER'], '[19]: "ACTIVITY_19" → "OTHER"'],
  [wide, { ...wide, field7: 'seven' }, 'field7: 7 → "seven"'],
  [wide, { ...wide, added: { a: 1 } }, '+ added: {"a":1}'],
  [{ ...wide, inner: { a: 1, b: list } }, { ...wide, inner: { a: 2, b: list } }, 'inner.a: 1 → 2'],
  [`${'x'.repeat(90)}old`, `${'x'.repeat(90)}new`, '…xxxxxxold" → …xxxxxxnew"'],
])('the text of a change shows what changed: case %#', (before, after, text) => {
  expect(deltaText(state(before), state(after), 60)).toBe(text);
});

it('the text of a change counts the fields that it leaves out, and says who owns the key now', () => {
  const all = Object.fromEntries(Object.keys(wide).map((name) => [name, null]));
  expect(deltaText(state(wide), state(all), 80)).toMatch(/^field0: 0 → null, .*, 17 more$/);
  expect(deltaText(state(wide, 'a'), state(wide, 'b'), 60)).toBe('owner a → b');
});
