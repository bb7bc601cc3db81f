// Goal: a reason that is too long, or no text, is refused before anything changes, whatever it is given for. Method: each call
// that takes one, with each kind of wrong reason and actor, on an environment that has what it needs.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Operation } from '../../src/core/log/operation.ts';
import { defineApp, type Environment, limits, openEnvironment } from '../../src/index.ts';
import { all } from '../kit/all.ts';
import { dumpOf, openEmpty, take } from '../sync/dumps.ts';

interface By {
  readonly reason?: string;
  readonly actor?: string;
}

const app = defineApp({
  sagas: { t: { steps: [{ name: 'a', do: { run: () => null } }] } },
} as unknown as Parameters<typeof defineApp>[0]);

let env: Environment;
let mirror: Environment;
beforeEach(async () => {
  env = await openEnvironment(':memory:', { create: true, app });
  await env.submit({ id: 'r', type: 't', changes: [{ op: 'set', key: 'k', value: 1 }] });
  await env.sessions.create('jobs', 1, { id: 's' });
  await env.sessions.create('jobs', 1, { id: 'gone' });
  await env.sessions.remove('gone');
  await env.sagas.start('t', null, { id: 'saga' });
  mirror = await openEmpty();
  await take(mirror, await dumpOf(env));
});
afterEach(async () => {
  await env.close();
  await mirror.close();
});

const step = (by: By) => ({ op: 'append', session: 's', chunk: { data: 1 }, ...by }) as Operation;
const calls: readonly (readonly [name: string, call: (by: By) => Promise<unknown>])[] = [
  ['append', (by) => env.sessions.append('s', 1, by)],
  ['store', (by) => env.sessions.store('s', 1, by)],
  ['park', (by) => env.sessions.park('s', 'why', by)],
  ['ready', (by) => env.sessions.ready('s', by)],
  ['remove', (by) => env.sessions.remove('s', by)],
  ['resend', (by) => env.sessions.resend('gone', by)],
  ['changeTheme', (by) => env.sessions.changeTheme('jobs', { paused: true, ...by })],
  ['operate', (by) => env.operate([step(by)])],
  ['together', (by) => env.operate([{ op: 'together', operations: [step({})] as never, ...by }])],
  ['plan', (by) => env.sessions.plan({ op: 'ready' }, ['s'], by)],
  ['applyPlan', async (by) => all(env.sessions.applyPlan(await env.sessions.plan({ op: 'remove' }, ['s']), by))],
  [
    'applyPlan, by the plan',
    async (by) => all(env.sessions.applyPlan({ ...(await env.sessions.plan({ op: 'remove' }, ['s'])), ...by })),
  ],
  ['saga compensate', (by) => env.sagas.compensate('saga', by)],
  ['saga force', (by) => env.sagas.force('saga', 'done', by)],
  ['saga plan', (by) => env.sagas.plan({ kind: 'compensate' }, ['saga'], by)],
  [
    'saga applyPlan',
    async (by) => all(env.sagas.applyPlan(await env.sagas.plan({ kind: 'compensate' }, ['saga']), by)),
  ],
  ['compensate', (by) => env.compensate('r', by)],
  ['compensate by a plan', async (by) => all(env.applyPlan(await env.planCompensation(['r']), by))],
  ['promote', (by) => mirror.sync.promote({ reason: 'moved', ...by })],
  ['resume', (by) => all(mirror.sync.resume({ reason: by.reason }))],
];

const wrong: readonly (readonly [what: string, by: By])[] = [
  ['a long reason', { reason: 'x'.repeat(limits.givenReasonUnitsMax + 1) }],
  ['half a letter', { reason: '\ud83d' }],
  ['no text', { reason: 7 as unknown as string }],
  ['a long actor', { actor: 'x'.repeat(limits.actorBytesMax + 1) }],
];

it.each(calls)('%s', async (name, call) => {
  const heads = async () => [(await env.head()).position, (await mirror.head()).position];
  const before = await heads();
  for (const [what, by] of wrong) {
    if (name === 'resume' && by.reason === undefined) continue;
    const error = await call(by).catch((error: unknown) => error);
    const ofPlan = what === 'no text' && name.endsWith('by the plan');
    const code = ofPlan ? 'PLAN_INVALID' : what === 'half a letter' ? 'JSON_UNPAIRED_SURROGATE' : 'REQUEST_INVALID';
    expect([what, error]).toEqual([what, expect.objectContaining({ code })]);
    expect(await heads()).toEqual(before);
  }
  await call({ reason: 'x'.repeat(limits.givenReasonUnitsMax) });
});

it('the error that a caller gives is bounded as well', async () => {
  const error = 'x'.repeat(limits.givenReasonUnitsMax + 1);
  const invalid = { code: 'REQUEST_INVALID', details: { path: 'error' } };
  await expect(env.sessions.park('s', error)).rejects.toMatchObject(invalid);
  await expect(env.sessions.store('s', 1, { error })).rejects.toMatchObject(invalid);
  await expect(env.sessions.plan({ op: 'park', error }, ['s'])).rejects.toMatchObject(invalid);
  const plan = await env.sessions.plan({ op: 'park', error: 'why' }, ['s']);
  await expect(all(env.sessions.applyPlan({ ...plan, operation: { op: 'park', error } }))).rejects.toMatchObject(
    invalid,
  );
  expect(await env.sessions.get('s')).toMatchObject({ status: 'ready' });
});
