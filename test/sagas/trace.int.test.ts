// Goal: the steps of a saga hear of the trace that it belongs to, and pass it on. Method: a saga that is started with one, whose
// steps are a function, a call over the loopback, a program and a request.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEnvironment } from '../../src/engine.ts';
import type { App } from '../../src/index.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const heard: (string | undefined)[] = [];
const server = createServer((request, answer) => {
  heard.push(request.headers.traceparent as string | undefined);
  answer.end();
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

it('a step has the trace of its saga', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const app: App = {
    sagas: {
      trip: {
        steps: [
          { name: 'told', do: { run: (context) => context.traceparent ?? null } },
          { name: 'called', do: { http: { url } } },
          { name: 'named', do: { http: { url, headers: { traceparent: 'mine' } } } },
          { name: 'ran', do: { command: { argv: ['sh', '-c', 'echo "[\\"$TRACEPARENT\\"]"; cat'] } } },
          { name: 'asked', do: { request: { type: 'note', changes: [{ op: 'add', key: 'n', value: 1 }] } } },
        ],
      },
    },
  };
  const env = await openEnvironment(':memory:', { create: true, app });
  await env.sagas.start('trip', null, { id: 's', traceparent });
  await env.sagas.start('trip', null, { id: 'plain' });
  const worker = env.work();
  expect(await env.wait('s')).toMatchObject({ outcome: 'committed' });
  expect(await env.wait('plain')).toMatchObject({ outcome: 'committed' });
  await worker.stop();
  const { steps } = (await env.sagas.get('s')).saga;
  expect(steps.get('told')?.do.result).toBe(traceparent);
  expect(steps.get('ran')?.do.result).toMatchObject([[traceparent], { traceparent }]);
  expect(await env.transaction('s/asked')).toMatchObject({ traceparent, correlation: 's' });
  expect((await env.sagas.get('plain')).saga.steps.get('told')?.do.result).toBeNull();
  expect(await env.transaction('plain/asked')).not.toHaveProperty('traceparent');
  expect(heard.toSorted()).toEqual([traceparent, 'mine', 'mine', undefined]);
  await expect(env.sagas.start('trip', null, { traceparent: 'x' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  await env.close();
});
