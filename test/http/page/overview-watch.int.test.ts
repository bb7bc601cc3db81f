// Goal: all who look at a frontend's page share one reading of the environment, which is not old. Method: a real environment,
// read by many at once, before and after another process writes.
import { expect, it } from 'vitest';
import { OverviewWatch } from '../../../src/http/frontend/overview-watch.ts';
import { Site } from '../site.ts';

it('is read once for many, soon after each change, and no more when it is stopped', async () => {
  const site = await Site.open();
  const stop = new AbortController();
  const watch = new OverviewWatch(site.env, stop.signal);
  const many = await Promise.all(Array.from({ length: 20 }, () => watch.read()));
  expect(new Set(many).size).toBe(1);
  const { position } = await site.env.submit({ id: 'a', type: 'set', changes: [{ op: 'set', key: 'a', value: 1 }] });
  await expect.poll(async () => (await watch.read()).head.position).toBe(position);
  stop.abort();
  // One who still asks while the frontend answers its last requests is told what is.
  await expect.poll(async () => (await watch.read()).head.position).toBe(position);
  await site.close();
});
