// Goal: the screen's source goes on through what happens to its environment: an engine that has stopped is opened anew, one
// that disappears is found again. Method: a source on a directory, and what it tells.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Environment, openEnvironment, TxlogError } from '../../src/index.ts';
import { perform, rehearse } from '../../src/tui/actions/perform-action.ts';
import type { AppEvent } from '../../src/tui/model/app-event.ts';
import { Source } from '../../src/tui/source/source.ts';
import { tempDir } from '../cli/filled.ts';
import { freshState, Person } from './example.ts';

let temp: ReturnType<typeof tempDir>;
let dir: string;
let source: Source;
let told: AppEvent[];
let running: Promise<void>;

beforeEach(async () => {
  temp = tempDir();
  dir = join(temp.dir, 'env');
  await (await openEnvironment(dir, { create: true })).close();
  told = [];
  source = new Source({ dir, app: undefined, readOnly: false, intervalMs: 1 }, (event) => void told.push(event));
  running = source.run();
});

afterEach(async () => {
  await source.close();
  await running;
  temp.remove();
});

async function hears(type: AppEvent['type']): Promise<AppEvent> {
  for (;;) {
    const found = told.find((event) => event.type === type);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** An environment whose engine has stopped. */
function stopped(env: Environment): Environment {
  const applyPlan = () => {
    throw new TxlogError('EMERGENCY_STOP', 'the engine takes no more work');
  };
  return Object.assign(Object.create(env), { sessions: Object.assign(Object.create(env.sessions), { applyPlan }) });
}

it('the screen opens an environment anew whose engine has stopped, and says so meanwhile', async () => {
  await hears('overview');
  await source.use((env) => env.sessions.create('mail', 1, { id: 'm-1' }));
  await source.use((env) => env.sessions.park('m-1', 'address unknown'));
  const action = { verb: 'unpark', ids: ['m-1'] } as const;
  const given = { reason: 'found', actor: 'ana', span: '10m' };
  const plan = { action, plan: await source.use((env) => rehearse(env, action, given)) };
  told.length = 0;
  expect(await source.use((env) => perform(stopped(env), plan, given))).toMatchObject({
    failed: { code: 'EMERGENCY_STOP' },
  });
  expect(await hears('lost')).toMatchObject({ problem: { code: 'EMERGENCY_STOP' } });
  told.length = 0;
  await hears('overview');
  expect(await source.use((env) => perform(env, plan, given))).toMatchObject({
    items: [{ id: 'm-1', after: 'ready' }],
  });
});

it('the screen tells that the environment is gone, and finds it again', async () => {
  await hears('overview');
  renameSync(dir, `${dir}-away`);
  expect(await hears('lost')).toMatchObject({ problem: { code: 'ENV_NOT_FOUND' } });
  await expect(source.use(async () => 1)).rejects.toMatchObject({ code: 'ENV_CLOSED' });
  renameSync(`${dir}-away`, dir);
  told.length = 0;
  await hears('overview');
  expect(await source.use((env) => env.get('nothing'))).toBeUndefined();
});

it('the screen marks all of a list, or says why it cannot', async () => {
  await hears('overview');
  await source.use((env) => env.sessions.create('mail', 1, { id: 'm-1' }));
  const want = { want: 'queue', theme: 'mail', filter: '' } as const;
  await source.markAll(want);
  expect(await hears('marked')).toMatchObject({ want, marks: new Map([['m-1', ['store', 'park', 'remove']]]) });
  renameSync(dir, `${dir}-away`);
  await hears('lost');
  await source.markAll(want);
  expect(await hears('not marked')).toMatchObject({ problem: { code: 'ENV_CLOSED' } });
});

it('the screen marks nothing of a list that is not shown any more', async () => {
  await hears('overview');
  await source.use((env) => env.sessions.create('mail', 1, { id: 'm-1' }));
  const want = { want: 'queue', theme: 'mail', filter: '' } as const;
  const marking = source.markAll(want);
  source.serve(freshState());
  await marking;
  expect(told.filter(({ type }) => type === 'marked' || type === 'not marked')).toEqual([]);
});

it('the screen does without the app of the environment where that cannot be loaded, and says why; not without one that is named', async () => {
  expect(await hears('opened')).toEqual({ type: 'opened', without: undefined });
  writeFileSync(join(temp.dir, 'txlog.app.mjs'), "throw new Error('broken');");
  const open = async (app: string | undefined) => {
    const events: AppEvent[] = [];
    const other = new Source({ dir, app, readOnly: true, intervalMs: 1 }, (event) => void events.push(event));
    const until = other.run();
    while (!events.some(({ type }) => type === 'overview' || type === 'lost'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    await other.close();
    await until;
    return events;
  };
  expect(await open(undefined)).toMatchObject([{ without: { code: 'APP_INVALID' } }, { type: 'overview' }]);
  expect((await open(join(temp.dir, 'none.mjs')))[0]).toMatchObject({
    type: 'lost',
    problem: { code: 'APP_NOT_FOUND' },
  });
});

it('a search that found no flip goes on from there with records that are written later', async () => {
  const other = join(temp.dir, 'other.mjs');
  writeFileSync(
    other,
    `globalThis.asked ??= [];
     const decide = ({ payload }) => {
       asked.push(payload);
       return payload < 3 ? [{ op: 'add', key: 'n', value: 1 }] : { rejected: true, code: 'NO', reason: 'no' };
     };
     export default { requests: { note: { decide } } };`,
  );
  const asked: number[] = [];
  Object.assign(globalThis, { asked });
  await hears('overview');
  const write = (payload: number) =>
    source.use((env) => env.submit({ type: 'note', payload, changes: [{ op: 'add', key: 'n', value: 1 }] }));
  for (const payload of [0, 1, 2]) await write(payload);
  const ana = new Person().press(':', "'debug 1'", 'enter', ':', `'replay --with ${other}'`, 'enter', 'f');
  const screen = new Source({ dir, app: undefined, readOnly: true, intervalMs: 1 }, (event) => {
    screen.serve(ana.hear(event).state);
  });
  const shown = screen.run();
  const shows = async (text: string) => {
    while (!ana.text.includes(text)) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await shows('nothing comes out otherwise from 1 to 3');
  await shows('it comes out the same');
  await write(3);
  await shows('!! it flips');
  expect(ana.text).toContain('debugger 4');
  expect(asked).toEqual([1, 2, 0, 3, 3]);
  await screen.close();
  await shown;
});

it('the screen is told that nothing happens in an environment, and at once of what happens', async () => {
  await hears('quiet');
  expect(told.map(({ type }) => type).filter((type) => type === 'overview')).toHaveLength(1);
  told.length = 0;
  await source.use((env) => env.submit({ type: 'note', changes: [{ op: 'add', key: 'n', value: 1 }] }));
  expect(await hears('overview')).toMatchObject({ overview: { head: { position: 1 } } });
});
