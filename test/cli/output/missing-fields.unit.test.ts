// Goal: a wrong filter does not look like an empty answer. Method: conditions with misspelt fields over small lists.
import { expect, it } from 'vitest';
import { Condition } from '../../../src/cli/output/condition.ts';
import { MissingFields } from '../../../src/cli/output/missing-fields.ts';
import type { JsonObject } from '../../../src/core/base/json.ts';
import { outputs } from '../../../src/shapes/schema/command-outputs.ts';

const items: JsonObject[] = [
  { payload: { amount: 5, customer: { name: 'Ann' } }, changes: [{ key: 'a', op: 'set' }] },
  { payload: { amount: 7 } },
];

it.each([
  ['payload.amuont > 5', ['No record of 2 has payload.amuont; did you mean payload.amount?']],
  ['payload.amount > 50', []],
  ['payload.custmer.name == "Ann"', ['No record of 2 has payload.custmer.name.']],
  ['payload.customer.nam == "x"', ['No record of 2 has payload.customer.nam; did you mean payload.customer.name?']],
  ['payload.amount.startsWith("payload.no.such")', []],
  ['changes.exists(c, c.kye == "a")', []],
  ['payload.nothing.like.it == 1', ['No record of 2 has payload.nothing.like.it.']],
])('a note tells which fields of the condition %s no item has', (where, notes) => {
  const fields = new MissingFields(where, ['payload', 'changes']);
  for (const item of items) fields.look(item);
  expect(fields.notes('record')).toEqual(notes);
});

const states: JsonObject[] = [
  { v: 1, key: 'a', kind: 'shared', value: { total: 5 }, version: 2, position: '7' },
  { v: 1, key: 'b', kind: 'dedicated', value: 'x', version: 1, position: '12', owner: { id: 'r-1', position: '12' } },
];

it.each([
  ['kind == "shared" && value.total > 4', ['a']],
  ['position > 9', ['b']],
  ['owner.id == "r-1"', ['b']],
  ['has(owner)', ['b']],
  ['!has(owner.id)', ['a']],
  ['version in [1, 2]', ['a', 'b']],
])('the condition %s selects the states that it describes', async (where, keys) => {
  const condition = await Condition.read(where, outputs['state list'] ?? {});
  const found: unknown[] = [];
  for await (const { key } of condition.select(states, (state) => state)) found.push(key);
  expect(found).toEqual(keys);
});

it('an empty answer says that no item fits, and which field was meant', async () => {
  const condition = await Condition.read('value.totl == 5', outputs['state list'] ?? {});
  for await (const _ of condition.select(states, (state) => state)) expect.unreachable();
  expect(condition.emptyText('state')).toBe(
    'None of 2 states fits.\nNo state of 2 has value.totl; did you mean value.total?',
  );
  const wrong = Condition.read('vesion == 1', outputs['state list'] ?? {});
  await expect(wrong).rejects.toMatchObject({ details: { column: 1, hint: expect.stringContaining('version') } });
});
