// Goal: a plan that is killed in the middle of its application is finished by the same command, and nothing is undone
// twice. Method: kill -9 after some receipts, twice; then the command to its end, and the log counted.
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { finish, run, start } from '../cli/command.ts';
import { tempDir } from '../cli/filled.ts';

const orders = 1_200;
const wrongEvery = 2;
let temp: ReturnType<typeof tempDir>;
let dir: string;

beforeEach(async () => {
  temp = tempDir();
  dir = join(temp.dir, 'env');
  const env = await openEnvironment(dir, { create: true });
  const requests = Array.from({ length: orders }, (_, i) =>
    env.check({
      ...{ id: `o-${i}`, type: i % wrongEvery === 0 ? 'wrong' : 'right' },
      changes: [
        { op: 'set', key: `order/${i}`, value: i },
        { op: 'add', key: 'total', value: { count: 1, sum: i / 8 } },
      ],
    }),
  );
  await env.submitChecked(requests);
  await env.close();
});

afterEach(() => temp.remove());

it('an applied plan that was killed goes on where it stopped, and undoes nothing twice', async () => {
  const plan = join(temp.dir, 'plan.json');
  expect(await run(dir, 'compensate', '--type', 'wrong', '--plan', '-O', plan)).toMatchObject({ code: 0 });
  const apply = ['compensate', '--apply', plan, '--yes'];
  expect(await killAfterReceipts(apply, 150)).toBe('SIGKILL');
  expect(await killAfterReceipts(apply, 350)).toBe('SIGKILL');
  const { code, stdout } = await run(dir, ...apply, '--ndjson');
  expect(code).toBe(0);
  const receipts = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const wrong = orders / wrongEvery;
  expect(new Set(receipts.map(({ position }) => position)).size).toBe(wrong);
  const before = receipts.filter(({ duplicate }) => duplicate).length;
  expect(before).toBeGreaterThanOrEqual(350);
  expect(before).toBeLessThan(wrong);
  const env = await openEnvironment(dir, { readOnly: true });
  expect((await env.head()).position).toBe(orders + wrong);
  const sum = Array.from({ length: orders }, (_, i) => (i % wrongEvery === 0 ? 0 : i / 8)).reduce((a, b) => a + b);
  expect((await env.get('total'))?.value).toEqual({ count: orders - wrong, sum });
  expect(await env.get('order/0')).toBeUndefined();
  expect((await env.applied('total', { limit: 1 }))[0]?.compensatedBy).toBe(orders + wrong);
  await env.close();
});

async function killAfterReceipts(args: readonly string[], receipts: number): Promise<NodeJS.Signals | null> {
  const child = start(dir, args);
  const ended = finish(child);
  let lines = 0;
  child.stdout?.on('data', (text: string) => {
    lines += text.split('\n').length - 1;
    if (lines >= receipts) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  return (await ended).signal;
}
