// Goal: each thing that can be done from the screen does what its plan said, is recorded with who did it and why, and is
// the same as the command that `y` copies. Method: twins in one environment that stand alike; one is changed as the screen
// does it, the other one by the copied command.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { present } from '../../src/core/base/assert.ts';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { perform, rehearse } from '../../src/tui/actions/perform-action.ts';
import { type Action, commandOf, kindOf, type Verb } from '../../src/tui/model/action.ts';
import { sessionActions } from '../../src/tui/parts/session-actions.ts';
import { Shell } from '../cli/txlog.ts';
import { wordsOf } from './shell-words.ts';

const given = { reason: "the bank's line is back", actor: 'ana', span: '10m' };
const app = `export default {
  sagas: { order: { steps: [
    { name: 'pay', do: { run: () => null }, compensate: { run: () => { throw new Error('the bank is closed'); }, retry: { attempts: 1 } } },
    { name: 'ship', do: { run: ({ data }) => { throw new Error('no carrier'); }, retry: { attempts: 1 } } } ] },
    slow: { steps: [
    { name: 'pay', do: { run: () => { throw new Error('busy'); }, retry: { attempts: 9, first: 3600 } } } ] } },
};`;

let shell: Shell;
let env: Environment;
beforeAll(async () => {
  shell = new Shell();
  writeFileSync(join(shell.dir, 'app.mjs'), app);
  env = await openEnvironment(join(shell.dir, 'env'), { app: join(shell.dir, 'app.mjs') });
});
afterAll(async () => {
  await env.close();
  shell.remove();
});

const led = async (id: string) => {
  await env.sessions.create('mail', 1, { id });
  const lease = env.leases.hold({ id: `${id}-worker`, lease: 60, themes: [] });
  await env.sessions.lead({ session: id }, `${id}-worker`, 60);
  return lease;
};
const made = (id: string) => env.sessions.create('mail', 1, { id });
const stored = async (id: string) => {
  await made(id);
  await env.sessions.store(id, 3_600);
};
const parked = async (id: string) => {
  await made(id);
  await env.sessions.park(id, 'address unknown');
};
const saga = (type: string) => async (id: string) => {
  await env.sagas.start(type, {}, { id });
  await env.work({ untilEmpty: true }).done;
};

/** How a thing stands before it, by what is done to it. */
const before: Readonly<Record<Verb, (id: string) => Promise<unknown>>> = {
  ...{ retry: stored, 'take over': led, store: made, park: made, unpark: parked, remove: parked },
  ...{ 'retry saga': saga('order'), 'skip step': saga('order'), compensate: saga('slow') },
  ...{ 'force done': saga('order'), 'force compensated': saga('order') },
  pause: (id) => env.sessions.changeTheme(id),
  resume: (id) => env.sessions.changeTheme(id, { paused: true }),
};

/** How a thing stands, without its name. */
async function standing(verb: Verb, id: string): Promise<unknown> {
  if (kindOf(verb) === 'queue') return (await env.sessions.theme(id)).paused;
  const session = await env.sessions.get(id);
  const { status, error, epoch, attempts, chunks, phase } = session ?? {};
  const outcome = kindOf(verb) === 'saga' ? (await env.sagas.get(id)).saga.forced : undefined;
  return { status, error, epoch, attempts, chunks, phase, outcome };
}

/** The record that was written last: who, why, and what it did. */
async function lastRecord(): Promise<unknown> {
  const { position } = await env.head();
  const { type, actor, payload, changes } = await env.transaction(position);
  // What parks a session has its reason in the session itself.
  const errors = changes.flatMap(({ value }) => (value as { readonly error?: string } | undefined)?.error ?? []);
  const { reason } = (payload ?? {}) as { readonly reason?: string };
  // Each plan has an id of its own.
  return { type, actor, reason, ops: changes.map(({ op }) => op), errors };
}

it.each(Object.keys(before) as Verb[])(
  'the action %s does what its plan said, and is recorded; the copied command does the same',
  async (verb) => {
    const [mine, twin] = [`${verb}-mine`.replace(' ', '-'), `${verb}-twin`.replace(' ', '-')];
    for (const id of [mine, twin]) await before[verb](id);
    const action: Action = { verb, ids: [mine] };
    const { position } = await env.head();
    const plan = await rehearse(env, action, { ...given, reason: '' });
    // To look at what it would do writes nothing.
    expect((await env.head()).position).toBe(position);
    expect(plan).toMatchObject([{ id: mine, before: expect.any(String), after: expect.any(String) }]);
    const { items: done } = await perform(env, { action, plan }, given);
    expect(done.map(({ after, refused }) => [after, refused])).toEqual(
      plan.map(({ after }) => [after?.replace('…', given.reason), undefined]),
    );
    const record = await lastRecord();
    expect(record).toMatchObject({ actor: 'ana' });
    expect(JSON.stringify(record)).toContain(given.reason);
    const { stderr, code } = shell.run(
      wordsOf(commandOf({ verb, ids: [twin] }, given, join(shell.dir, 'env'))).slice(1),
    );
    expect([stderr, code]).toEqual(['', 0]);
    expect(await standing(verb, twin)).toEqual(await standing(verb, mine));
    expect(await lastRecord()).toEqual(record);
  },
);

it('no action is offered that the status of a session or saga rules out', async () => {
  await env.sessions.create('line', 1, { id: 'first', order: 'k' });
  await env.sessions.create('line', 1, { id: 'behind', order: 'k' });
  await made('ready');
  await stored('stored');
  await parked('parked');
  await env.sessions.lead({ session: 'first' }, 'someone-dead', 60);
  await saga('order')('failed');
  await saga('slow')('trying');
  await saga('slow')('again');
  await saga('slow')('left');
  await env.sessions.lead({ session: 'left' }, 'someone-dead', 60);
  await env.sagas.retry('again');
  const statuses = new Set<string>();
  for (const id of ['first', 'behind', 'ready', 'stored', 'parked', 'failed', 'trying', 'again', 'left']) {
    const session = present(await env.sessions.get(id), id);
    statuses.add(`${session.status} ${session.themeName.split('/')[0]}`);
    const actions = sessionActions(session);
    expect(actions.length, id).toBeGreaterThan(1);
    for (const action of actions)
      expect(await rehearse(env, action, given), `${action.verb} of ${id}`).toMatchObject([
        { after: expect.any(String) },
      ]);
  }
  expect([...statuses].sort()).toEqual([
    ...['active line', 'active saga', 'behind line', 'parked mail', 'parked saga'],
    ...['ready mail', 'ready saga', 'stored mail', 'stored saga'],
  ]);
});
