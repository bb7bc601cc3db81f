// Goal: the report of a transaction is the log's own story: its keys right before and after it, its neighbours on each, and
// what undid it. Method: a few transactions on shared keys, one undone; the report is compared with reads as of positions.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Environment, openEnvironment } from '../../src/index.ts';

let env: Environment;

beforeAll(async () => {
  env = await openEnvironment(':memory:', { create: true });
  await env.submit({ id: 'a', type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] });
  await env.submit({
    id: 'b',
    type: 't',
    changes: [
      { op: 'add', key: 'n', value: 10 },
      { op: 'set', key: 'm', value: 'x' },
    ],
  });
  await env.submit({ id: 'c', type: 't', changes: [{ op: 'add', key: 'n', value: 100 }] });
  await env.compensate('b');
});

afterAll(() => env.close());

it('a report shows each key of a transaction right before and after it, and which transactions changed it before and after', async () => {
  const { record, keys, compensates } = await env.inspect('b');
  expect(record).toMatchObject({ id: 'b', position: 2 });
  expect(compensates).toBeUndefined();
  expect(keys.map(({ key }) => key)).toEqual(['n', 'm']);
  const [n, m] = keys;
  expect(n?.before).toEqual(await env.get('n', { asOf: 1 }));
  expect(n?.after).toEqual(await env.get('n', { asOf: 2 }));
  expect([n?.previous?.id, n?.next?.id]).toEqual(['a', 'c']);
  expect([m?.before, m?.previous, m?.after?.value]).toEqual([undefined, undefined, 'x']);
});

it('a report links a transaction and the one that undid it, both ways', async () => {
  const { compensatedBy } = await env.inspect('b');
  expect(compensatedBy?.position).toBe(4);
  expect((await env.inspect(4)).compensates).toEqual({ id: 'b', position: 2 });
});

it('the history of a key tells its value before and after each change', async () => {
  const values: unknown[] = [];
  for await (const { before, after } of env.history('n')) values.push([before?.value, after?.value]);
  expect(values).toEqual([
    [undefined, 1],
    [1, 11],
    [11, 111],
    [111, 101],
  ]);
});
