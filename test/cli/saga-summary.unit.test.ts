import { expect, it } from 'vitest';
import { sagas } from '../../src/cli/doctor/examine-environment.ts';
import { sagaPairs, sagasText } from '../../src/cli/print/sagas-summary.ts';
import type { SagaPhase } from '../../src/core/app/saga.ts';
import { defineApp, type Environment, openEnvironment } from '../../src/index.ts';
import { stuckSagas } from '../../src/pages/sagas.ts';
import { toSagasJson } from '../../src/shapes/saga-counts.ts';

const counts = (phases: Partial<Record<SagaPhase, number>>, stuck = 0, more = false) => ({
  phases: new Map(Object.entries(phases) as [SagaPhase, number][]),
  ...{ stuck, more },
});

it.each([
  [counts({}), '0 open sagas, none stuck'],
  [counts({ running: 1 }), '1 open saga (1 running), none stuck'],
  [counts({ failed: 2, running: 1_000 }, 2), '1,002 open sagas (1,000 running, 2 failed), 2 stuck'],
  [counts({ running: 9 }, 0, true), '9 or more open sagas (9 running), none stuck'],
])('the summary of sagas counts %j', (given, text) => {
  expect(sagasText(given)).toBe(text);
});

it('the summary of sagas warns of stuck ones, with the next command', () => {
  expect(sagas(counts({ failed: 1 }, 1))).toMatchObject({ level: 'warn', next: ['txlog saga stuck'] });
  expect(sagas(counts({ running: 1 }))).toMatchObject({ level: 'ok' });
  expect(sagaPairs(counts({ failed: 1 }, 1))).toEqual([
    ['sagas', '1 open saga (1 failed), 1 stuck; next: txlog saga stuck'],
  ]);
});

it('the summary of sagas is left out where there never were any', async () => {
  const env = await openEnvironment(':memory:', { create: true });
  expect(await count(env)).toBeUndefined();
  expect(sagaPairs(undefined)).toEqual([]);
  expect(toSagasJson(undefined)).toEqual({});
  await env.close();
});

it('the summary of sagas counts those that have not ended, and those that are parked', async () => {
  const steps = [{ name: 'a', do: { run: () => null } }];
  const app = defineApp({ sagas: { order: { steps }, parcel: { steps } } });
  const env = await openEnvironment(':memory:', { create: true, app });
  for (const id of ['a', 'b', 'c']) await env.sagas.start(id === 'c' ? 'parcel' : 'order', null, { id });
  await env.sagas.start('order', null, { id: 'later', delay: 3_600 });
  await env.sessions.park('b', 'not now');
  await env.sagas.compensate('later');
  await env.sessions.create('mail', null, { id: 'mail/1' });
  await env.sessions.park('mail/1', 'no saga');
  expect(toSagasJson(await count(env))).toEqual({
    sagas: { notEnded: 4, more: false, phases: { running: 3, compensating: 1 }, stuck: 1 },
  });
  expect(await stuckSagas(env)).toMatchObject([{ id: 'b', next: 'txlog saga retry b --reason "…"' }]);
  expect(await stuckSagas(env, { type: 'parcel' })).toEqual([]);
  expect(await stuckSagas(env, { phase: 'failed' })).toEqual([]);
  await env.close();
});

async function count(env: Environment) {
  return env.monitor.sagas((await env.status()).themes, await env.sessions.stuck());
}
