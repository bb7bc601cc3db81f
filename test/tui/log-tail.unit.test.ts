// Goal: who follows the log reads each record once, also where few pass the condition, and sees what a whole look would
// show. Method: an environment in memory, and a filter that counts what it is asked about.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { type Environment, openEnvironment, type StoredRecord } from '../../src/index.ts';
import { LogTail } from '../../src/tui/source/log-tail.ts';

let env: Environment;
beforeEach(async () => {
  env = await openEnvironment(':memory:', { create: true });
});
afterEach(() => env.close());

let asked: number[];
const evenOnes = {
  name: 'even',
  filter: {
    where: ({ position }: StoredRecord) => {
      asked.push(position);
      return position % 2 === 0;
    },
  },
};

async function write(count: number): Promise<number> {
  for (let i = 0; i < count; i++) await env.submit({ type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] });
  return (await env.status()).head.position;
}

async function look(tail: LogTail, head: number, name = 'even') {
  asked = [];
  const records = await tail.read(env, { ...evenOnes, name, head });
  return { positions: records.map(({ position }) => position), asked: asked.toSorted((a, b) => a - b) };
}

it('the end of the log is read once, and then what came since', async () => {
  const tail = new LogTail();
  expect(await look(tail, 0)).toEqual({ positions: [], asked: [] });
  await write(4);
  expect(await look(tail, 4)).toEqual({ positions: [2, 4], asked: [1, 2, 3, 4] });
  expect(await look(tail, 4)).toEqual({ positions: [2, 4], asked: [] });
  await write(3);
  // Up to the end that the screen has heard of: the next one is read when it hears of it.
  expect(await look(tail, 6)).toEqual({ positions: [2, 4, 6], asked: [5, 6] });
  expect(await look(tail, 7)).toEqual({ positions: [2, 4, 6], asked: [7] });
});

it('the end of the log is read anew for another condition', async () => {
  const tail = new LogTail();
  await write(3);
  await look(tail, 3);
  expect(await look(tail, 3, 'another')).toEqual({ positions: [2], asked: [1, 2, 3] });
});

it('the end of the log is no longer than the screen holds, in the order of the log', async () => {
  const tail = new LogTail();
  const half = limits.screenRows / 2;
  const all = { name: 'all', filter: {} };
  for (const more of [half, half, half, 3 * half]) {
    const head = await write(more);
    const positions = (await tail.read(env, { ...all, head })).map(({ position }) => position);
    const first = Math.max(1, head - limits.screenRows + 1);
    expect(positions).toEqual(Array.from({ length: head - first + 1 }, (_, i) => first + i));
  }
});
