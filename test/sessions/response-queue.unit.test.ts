// Goal: whoever waits for the outcome of a request hears of it once, whichever queue gets the response, and no response is left
// for ever. Method: several processes on one environment in memory, whose time passes only when the test lets it.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import type { ResponseQueue } from '../../src/sessions/queue/response-queue.ts';
import { settle } from './timed-clock.ts';
import { all, Workplace, working } from './workplace.ts';

let place: Workplace;
let env: Environment;
let open: ResponseQueue[];
let failures: Error[];

const theme = 'frontend/a';
const order = (id: string) => ({ id, type: 'order', changes: [{ op: 'add', key: 'orders', value: 1 }] as const });

beforeEach(async () => {
  place = new Workplace();
  ({ env } = await place.open());
  open = [];
  failures = [];
});

afterEach(async () => {
  for (const queue of open) await queue.stop();
});

async function take(from = env, name = theme): Promise<ResponseQueue> {
  const queue = await from.takeResponses(name, (error) => failures.push(error));
  open.push(queue);
  return queue;
}

async function decideAll(): Promise<void> {
  await (await working(env, { untilEmpty: true })).worker.done;
  await settle();
}

it('gives each response to those who wait for it, and removes it', async () => {
  const queue = await take();
  const first = queue.await('r-1');
  const second = queue.await('r-1');
  const other = queue.await('r-2');
  for (const id of ['r-1', 'r-2']) await env.enqueue(order(id), { respond: theme });
  await decideAll();
  expect(await first.outcome).toMatchObject({ id: 'r-1', outcome: 'committed', durability: 'memory' });
  expect(await second.outcome).toEqual(await first.outcome);
  expect(await other.outcome).toMatchObject({ id: 'r-2' });
  expect(await all(env)).toEqual([]);
  expect(queue.counts).toEqual({ delivered: 2, expired: 0 });
  expect(queue.size).toBe(0);
});

it('finds the outcome in the log when the response goes to another queue, or there is none', async () => {
  const queue = await take();
  const waiting = queue.await('r-1');
  await env.enqueue(order('r-1'), { respond: 'frontend/b' });
  waiting.comesElsewhere();
  await decideAll();
  expect(await waiting.outcome).toMatchObject({ id: 'r-1', outcome: 'committed' });
  expect((await all(env)).map(({ themeName }) => themeName)).toEqual(['frontend/b']);
});

it('hears of a request that was removed from its queue', async () => {
  const queue = await take();
  const waiting = queue.await('r-1');
  await env.enqueue(order('r-1'), { respond: theme });
  await env.sessions.remove('r-1');
  await place.clock.pass(1_000);
  expect(await waiting.outcome).toMatchObject({ session: 'r-1', removed: true });
});

it('leaves what nobody waits for to a successor of its name, and for a while only', async () => {
  await env.enqueue(order('r-1'), { respond: theme });
  await decideAll();
  const { env: other } = await place.open();
  const queue = await take(other);
  await place.clock.pass(1_000);
  expect(await all(env)).toHaveLength(1);
  const waiting = queue.await('r-1');
  await place.clock.pass(1_000);
  expect(await waiting.outcome).toMatchObject({ id: 'r-1' });
  expect(await all(env)).toEqual([]);

  await env.enqueue(order('r-2'), { respond: theme });
  await decideAll();
  await place.clock.pass(59_000);
  expect(await all(env)).toHaveLength(1);
  await place.clock.pass(2_000);
  expect(await all(env)).toEqual([]);
  expect(queue.counts).toEqual({ delivered: 1, expired: 1 });
});

it('is heard by both of two of one name, whoever takes the response', async () => {
  const { env: other } = await place.open();
  const [one, two] = [await take(), await take(other)];
  const both = [one.await('r-1'), two.await('r-1')];
  await env.enqueue(order('r-1'), { respond: theme });
  await decideAll();
  await place.clock.pass(1_000);
  for (const { outcome } of both) expect(await outcome).toMatchObject({ id: 'r-1', outcome: 'committed' });
});

it('leaves sessions of its theme that are no responses', async () => {
  await take();
  await env.sessions.create(theme, 'a note', { id: 'mine' });
  await place.clock.pass(120_000);
  expect(await all(env)).toMatchObject([{ id: 'mine', status: 'ready' }]);
});

it('goes on after a look that failed', async () => {
  const { env: other, storage } = await place.open();
  const queue = await take(other);
  const waiting = queue.await('r-1');
  for (const n of [1, 2]) storage.plan(n, 'fail-before');
  await env.enqueue(order('r-1'), { respond: theme });
  await decideAll();
  expect(await waiting.outcome).toMatchObject({ id: 'r-1' });
  await place.clock.pass(10_000);
  expect(failures.map(({ message }) => message)).not.toEqual([]);
  expect(await all(env)).toEqual([]);
});

it('forgets those who wait no more', async () => {
  const queue = await take();
  const waiting = queue.await('r-1');
  waiting.stop();
  expect(queue.size).toBe(0);
  waiting.stop();
  await env.enqueue(order('r-1'), { respond: theme });
  await decideAll();
  expect(await all(env)).toHaveLength(1);
});
