// Goal: what is done to many is done to those that still stand as they stood, tells how far it is, and can be stopped; the
// screen shows it as a job, which goes on while one looks elsewhere. Method: an environment in memory; and the reducer.
import { expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { openEnvironment, type PlanReading } from '../../src/index.ts';
import { perform, rehearse } from '../../src/tui/actions/perform-action.ts';
import { shownCrumb } from '../../src/tui/model/app-state.ts';
import { type Job, withNewJob } from '../../src/tui/model/job.ts';
import { freshState, now, overview, Person, stuck } from './example.ts';

const given = { reason: 'they moved', actor: 'ana', span: '10m' };

it('a job changes all that still stand as they stood, tells how far it is, and stops where it is told to', async () => {
  const env = await openEnvironment(':memory:', { create: true });
  const ids = Array.from({ length: 100 }, (_, i) => `s-${i}`);
  for (const id of ids) {
    await env.sessions.create('mail', 1, { id });
    await env.sessions.park(id, 'address unknown');
  }
  const action = { verb: 'unpark', ids } as const;
  const plan = await rehearse(env, action, { ...given, reason: '' });
  expect(plan.filter(({ after }) => after !== undefined).length).toBe(limits.screenSampleMax);
  // One that the plan looked at goes on, and one that it did not.
  await env.sessions.append('s-3', 2);
  await env.sessions.ready('s-50');
  await env.sessions.lead({ session: 's-50' }, 'w-1', 60);
  const told: unknown[] = [];
  const stop = new AbortController();
  const onProgress = (progress: unknown) => {
    told.push(progress);
    stop.abort();
  };
  const { items: first } = await perform(env, { action, plan, onProgress, signal: stop.signal }, given);
  expect([first.length, told]).toEqual([32, [{ plan: expect.any(String), seenTo: 32, refused: 1 }]]);
  const rest = { ...action, ids: ids.slice(32) };
  const { items: done } = await perform(env, { action: rest, plan }, given);
  const refused = [...first, ...done].filter((item) => item.refused !== undefined);
  expect(refused.map(({ id, refused: why }) => [id, why])).toEqual([
    ['s-3', 'it went on since it was looked at'],
    ['s-50', 'it went on since it was looked at'],
  ]);
  const statuses: string[] = [];
  for await (const { status } of env.sessions.list({})) statuses.push(status);
  expect(statuses.filter((status) => status === 'ready').length).toBe(98);
  expect((await env.sessions.get('s-50'))?.status).toBe('active');
  await env.close();
});

it('a plan that is carried out is shown as a job, also after its dialog was left, and does not end with one key', () => {
  const many = ['a', 'b', 'c'].map((id) => stuck(id, 'parked'));
  const ana = new Person().see(overview({ stuck: many })).press('7', '2', '*', 'x', 'enter');
  expect(shownCrumb(ana.state).place.screen).toBe('stuck');
  const { dialog } = ana.asked.at(-1) as { dialog: { action: object } };
  const items = many.map(({ session: { id } }) => ({ id, before: 'parked', after: 'ready', position: 40 }));
  ana.hear({ type: 'planned', action: dialog.action, items });
  ana.press("'they moved'", 'enter', "'3'", 'tab', 'tab', 'enter');
  expect(ana.asked.at(-1)?.kind).toBe('perform');
  ana
    .hear({ type: 'progress', action: dialog.action, progress: { plan: 'p-1', seenTo: 2, refused: 1 } })
    .press('esc', 'q');
  expect([ana.asked.at(-1)?.kind, shownCrumb(ana.state).place.screen]).toEqual(['perform', 'jobs']);
  expect(ana.text).toMatch(/> +unpark +running +1 of 3 +1 /);
  expect(ana.press('s').asked.at(-1)).toEqual({ kind: 'stop', action: dialog.action });
  const [a, b] = items as [(typeof items)[0], (typeof items)[0]];
  ana.hear({ type: 'performed', action: dialog.action, items: [a, { ...b, refused: 'it was removed' }] as never });
  expect(ana.text).toMatch(/unpark +stopped +1 of 3 +1 /);
  expect(ana.text).toContain('x b it was removed');
  expect(ana.press('s', '1', 'q').asked.at(-1)).toEqual({ kind: 'quit', code: 0 });
});

it('the screen remembers the newest jobs, and each that is under way', () => {
  const job = (status: Job['status'], moved: number): Job => ({
    ...{ action: { verb: 'park', ids: ['a'] }, reason: 'old', moved, seenTo: 0, refused: 0, status, problems: [] },
  });
  const most = limits.screenJobsMax;
  let jobs: readonly Job[] = [job('running', 0)];
  for (let i = 1; i <= 2 * most; i++) jobs = withNewJob(jobs, job('ended', i));
  expect(jobs.map(({ moved }) => moved)).toEqual([0, ...Array.from({ length: most - 1 }, (_, i) => most + 2 + i)]);
});

it('a job says how many refusals there were, where it keeps only some', () => {
  const ids = Array.from({ length: limits.screenProblemsMax + 50 }, (_, i) => `s-${i}`);
  const ana = new Person().see(overview({ stuck: ids.map((id) => stuck(id, 'parked')) })).press('2', '*', 'x', 'enter');
  const { dialog } = ana.asked.at(-1) as { dialog: { action: object } };
  const items = ids.map((id) => ({ id, before: 'parked', position: 40 }));
  const planned = items.map((item) => ({ ...item, after: 'ready' }));
  ana.hear({ type: 'planned', action: dialog.action, items: planned });
  ana.press("'they moved'", 'enter', `'${ids.length}'`, 'tab', 'tab', 'enter');
  const refused = items.map((item) => ({ ...item, refused: 'it was removed' }));
  ana.hear({ type: 'performed', action: dialog.action, items: refused }).press('esc', '7');
  expect(ana.text).toContain(`the first ${limits.screenProblemsMax} of ${ids.length} refusals`);
});

const plan = (id: string, more: Partial<PlanReading> = {}): PlanReading => ({
  ...{ id, noun: 'session', does: 'park', nth: 120, of: 340, position: 900, time: now - 3_000, target: 's-120' },
  ...{ actor: 'bob', reason: 'wrong address' },
  ...more,
});

it('plans of other processes are shown with how far they are and when they moved last, and lead to their newest record', () => {
  const quiet = plan('p-2', { noun: 'saga', does: 'skip', time: now - 1_200_000 });
  const plans = [plan('p-1'), quiet, plan('p-3', { nth: 340, time: now - 3_600_000 })];
  const ana = new Person(freshState(120, 30)).see(overview({ plans })).press('7');
  expect(ana.text).toMatch(/> +park +moving +120 of 340 +- +3s +bob +wrong address/);
  expect(ana.text).toMatch(/skip saga +quiet +120 of 340 +- +20m/);
  expect(ana.text).toMatch(/park +ended +340 of 340 +- +1h/);
  expect(ana.press('down').text.replaceAll(/\s+/g, ' ')).toContain('goes on where it was');
  expect(shownCrumb(ana.press('enter').state).place).toMatchObject({ screen: 'record', position: 900 });
  expect(ana.press('esc', '/', "'moved>5m'", 'enter').text).not.toContain('moving');
});

it('the plan of a job of this screen is not shown a second time', () => {
  const ana = new Person().see(overview({ stuck: [stuck('a', 'parked'), stuck('b', 'parked')] }));
  ana.press('2', '*', 'x', 'enter');
  const { dialog } = ana.asked.at(-1) as { dialog: { action: object } };
  const items = ['a', 'b'].map((id) => ({ id, before: 'parked', after: 'ready', position: 40 }));
  ana.hear({ type: 'planned', action: dialog.action, items });
  ana.press("'they moved'", 'enter', "'2'", 'tab', 'tab', 'enter');
  ana.hear({ type: 'progress', action: dialog.action, progress: { plan: 'p-1', seenTo: 2, refused: 0 } });
  ana.see(overview({ plans: [plan('p-1'), plan('p-2')] })).press('esc', '7');
  expect(ana.text.match(/120 of 340/g)).toHaveLength(1);
});

it('a rebuild of another process is shown while it is under way', () => {
  const builds = [{ process: 4711, since: now - 90_000, bytes: 2_500_000 }];
  const ana = new Person(freshState(120, 30)).see(overview({ builds })).press('7');
  expect(ana.text).toMatch(/> +build indexes +running +2.5 MB +- +1m 30s +process 4711/);
  expect(ana.see(overview()).text).not.toContain('4711');
});
