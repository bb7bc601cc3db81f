// Goal: the pages that any face shows hold what the log says, and one page goes on where the one before ended.
// Method: a key and a session with more history than a page; all pages together are the history.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { readKeyPage } from '../../src/pages/key.ts';
import { readSessionPage } from '../../src/pages/session.ts';

let env: Environment;

beforeAll(async () => {
  env = await openEnvironment(':memory:', { create: true });
  for (let i = 1; i <= 7; i++)
    await env.submit({ id: `r-${i}`, type: 't', changes: [{ op: 'add', key: 'n', value: i }] });
  await env.submit({ id: 'no', type: 't', changes: [{ op: 'claim', key: 'n' }] });
  await env.sessions.create('mail', { to: 'ann' }, { id: 's-1' });
  for (let i = 0; i < 4; i++) await env.sessions.append('s-1', { more: i });
});

afterAll(() => env.close());

it('pages of a key are its history in order, without a gap, and name what was refused', async () => {
  const newest = await readKeyPage(env, 'n', { limit: 3 });
  expect(newest.entries.map(({ id }) => id)).toEqual(['r-5', 'r-6', 'r-7']);
  expect([newest.earlier, newest.next]).toEqual([true, undefined]);
  expect(newest.rejections.map(({ id }) => id)).toEqual(['no']);
  const ids: string[] = [];
  let from: number | undefined = 1;
  while (from !== undefined) {
    const page = await readKeyPage(env, 'n', { from, limit: 3 });
    ids.push(...page.entries.map(({ id }) => id));
    from = page.next;
  }
  expect(ids).toEqual(['r-1', 'r-2', 'r-3', 'r-4', 'r-5', 'r-6', 'r-7']);
});

it('a key that no request ever named has no page', async () => {
  await expect(readKeyPage(env, 'nothing', { limit: 3 })).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
});

it('the page of a session has its data and its newest history; as of an earlier position, what was then', async () => {
  const page = await readSessionPage(env, 's-1', { limit: 2 });
  expect(page.data).toHaveLength(5);
  expect([page.history.length, page.earlier]).toEqual([2, true]);
  const made = (await env.sessions.get('s-1'))?.created ?? 0;
  const then = await readSessionPage(env, 's-1', { asOf: made, limit: 2 });
  expect([then.data.length, then.history.length]).toEqual([1, 1]);
  await expect(readSessionPage(env, 's-2', { limit: 2 })).rejects.toMatchObject({ code: 'SESSION_GONE' });
});

it('a log that never had a saga has no counts of sagas', async () => {
  const { themes } = await env.status();
  expect(await env.monitor.sagas(themes, await env.sessions.stuck())).toBeUndefined();
});
