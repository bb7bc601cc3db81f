import { expect, it } from 'vitest';
import { defineApp, openEnvironment } from '../../src/index.ts';

// What a user meets at the edges: reasons, stops, large results, bad input.

it('a saga whose compensation was mended says why it turned back, not what was mended', async () => {
  let isBroken = true;
  const undo = () => {
    if (isBroken) throw new Error('closed');
  };
  const app = defineApp({
    sagas: {
      s: {
        steps: [
          { name: 'a', do: { run: () => 1 }, compensate: { run: undo, retry: { attempts: 1 } } },
          { name: 'b', do: { run: () => Promise.reject(new Error('no address')), retry: { attempts: 1 } } },
        ],
      },
    },
  });
  const env = await openEnvironment(':memory:', { create: true, app });
  await env.sagas.start('s', null, { id: 's-1' });
  await env.work({ untilEmpty: true }).done;
  isBroken = false;
  await env.sagas.retry('s-1');
  await env.work({ untilEmpty: true }).done;
  expect(await env.wait('s-1')).toMatchObject({ rejection: { reason: 'b: no address' } });
  await env.close();
});

it('a saga does not turn back because its workers were stopped', async () => {
  const run = ({ signal }: { signal: AbortSignal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const app = defineApp({ sagas: { s: { steps: [{ name: 'a', do: { run } }] } } });
  const env = await openEnvironment(':memory:', { create: true, app });
  await env.sagas.start('s', null, { id: 's-1' });
  for (let i = 0; i < 6; i++) {
    let begun = () => {};
    const led = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const worker = env.work({ onEvent: ({ type }) => (type === 'led' ? begun() : undefined) });
    await Promise.race([led, worker.done, env.wait('s-1')]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    worker.kill();
    await worker.done;
  }
  expect((await env.sagas.get('s-1')).phase).toBe('running');
  await env.close();
});

it('the result of a step stays within its bound, also when it is an answer', async () => {
  const app = defineApp({ sagas: { s: { steps: [{ name: 'a', do: { ask: { to: 'q', data: 1 } } }] } } });
  const env = await openEnvironment(':memory:', { create: true, app });
  await env.sagas.start('s', null, { id: 's-1' });
  await env.work({ untilEmpty: true }).done;
  await expect(env.sagas.answer({ id: 's-1', step: 'a' }, { result: 'x'.repeat(400_000) })).rejects.toThrow();
  await env.close();
});
