// Goal: an overview that says nothing new is not told, and what time alone changes is told now and then, also after the wall
// clock was set back. Method: one overview of an environment in which nothing happens, at many times.
import { expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { SeenOverview } from '../../src/tui/source/seen-overview.ts';

it('the same overview is news after five seconds, and when the clock was set back', async () => {
  const env = await openEnvironment(':memory:', { create: true });
  const overview = await env.monitor.overview();
  await env.close();
  const seen = new SeenOverview();
  const hour = 3_600_000;
  const times = [hour, hour + 4_999, hour + 5_000, hour + 6_000, 10, 11];
  expect(times.map((time) => seen.isNews(overview, time))).toEqual([true, false, true, false, true, false]);
});

it('a rebuild that begins is news at once, and how much it has written is not', async () => {
  const env = await openEnvironment(':memory:', { create: true });
  const overview = await env.monitor.overview();
  await env.close();
  const seen = new SeenOverview();
  const building = (bytes: number) => ({ ...overview, builds: [{ process: 4711, since: 0, bytes }] });
  const told = [overview, building(0), building(9), overview].map((one) => seen.isNews(one, 1_000));
  expect(told).toEqual([true, true, false, true]);
});
