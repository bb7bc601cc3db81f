// A saga's end is decided together with its last step, when that is a request to this engine. Goal: one commit less for
// each saga, and never an end that the step did not lead to. Method: sagas in memory whose last step succeeds, is
// refused, has an id that is taken, or is overtaken by a word; the commits are counted.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/base/json.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { openEnvironment } from '../../src/index.ts';

/** A saga of two requests. `meanwhile` runs when the second one is made, before it is decided. */
async function open(meanwhile: (env: Environment, saga: string) => void = () => {}) {
  const change = (value: number) => [{ op: 'add', key: 'n', value } as const];
  const refusal = (data: unknown) =>
    (data as JsonObject).refused ? { expect: [{ key: 'nothing', exists: true }] } : {};
  const env: Environment = await openEnvironment(':memory:', {
    create: true,
    // No checkpoint is counted.
    checkpointRecords: Number.POSITIVE_INFINITY,
    app: {
      sagas: {
        t: {
          steps: [
            {
              name: 'a',
              do: { request: { type: 'a', changes: change(1) } },
              compensate: { request: { type: 'a', changes: change(-1) } },
            },
            {
              name: 'b',
              do: {
                request: ({ saga, data }) => {
                  meanwhile(env, saga);
                  return { type: 'b', changes: change(10), ...refusal(data) };
                },
              },
            },
          ],
        },
      },
    },
  });
  return env;
}

/** Starts a saga, has it led to where it comes, and tells what is in the log of it. */
async function run(env: Environment, data: JsonObject = {}) {
  await env.sagas.start('t', data, { id: 's', respond: 'home' });
  let commits = 0;
  const stop = env.watch(() => {
    commits += 1;
  });
  await env.work({ untilEmpty: true }).done;
  stop();
  const { phase } = await env.sagas.get('s');
  const [response] = (await env.sessions.get('txlog.response/s')) ? await env.sessions.data('txlog.response/s') : [];
  return { phase, n: (await env.get('n'))?.value, outcome: (await env.find('s'))?.outcome, response, commits };
}

describe('the last step of a saga, a request to this engine', () => {
  it('ends it in the same commit, with its own result among the results', async () => {
    const env = await open();
    const { response, commits, ...end } = await run(env);
    expect(end).toEqual({ phase: 'done', n: 11, outcome: 'committed' });
    expect(response).toMatchObject({ result: { a: { position: '3' }, b: { position: '4' } } });
    // The lead; the first step; the second step and the end.
    expect(commits).toBe(3);
  });

  it('turns it back when it is refused, and what undoes the first step ends it', async () => {
    const env = await open();
    const { response, ...end } = await run(env, { refused: true });
    expect(end).toMatchObject({ phase: 'compensated', n: 0, outcome: 'rejected' });
    expect(response).toMatchObject({ rejection: { code: 'SAGA_COMPENSATED' } });
  });

  it('does not end it when the id of its request is that of another one', async () => {
    const env = await open();
    await env.submit({ id: 's/b', type: 'other', changes: [{ op: 'set', key: 'other', value: 1 }] });
    expect(await run(env)).toMatchObject({ phase: 'compensated', n: 0, outcome: 'rejected' });
  });

  it('is tried again when an intervention came before it, which leaves as many data as it would have', async () => {
    let made = 0;
    const env = await open((env, session) => {
      made += 1;
      const chunk = { data: { event: 'retry' } };
      if (made === 1) void env.process([{ op: 'append', ofSaga: true, session, chunk, force: true }]);
    });
    expect(await run(env)).toMatchObject({ phase: 'done', n: 11, outcome: 'committed' });
    expect(made).toBe(2);
  });

  it('does not end it when an intervention came, and another request has its id', async () => {
    let made = 0;
    const env = await open((env, session) => {
      made += 1;
      const chunk = { data: { event: 'retry' } };
      if (made === 1) void env.process([{ op: 'append', ofSaga: true, session, chunk, force: true }]);
    });
    await env.submit({ id: 's/b', type: 'other', changes: [{ op: 'set', key: 'other', value: 1 }] });
    expect(await run(env)).toMatchObject({ phase: 'compensated', n: 0, outcome: 'rejected' });
  });
});
