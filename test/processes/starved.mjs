// A long process of the library that has no file descriptor left for a moment: tells, by line, what works afterwards.
import { closeSync, openSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { compileWhere, defineApp, loadApp, openEnvironment } from '../../dist/src/index.js';

const [dir, there, module] = process.argv.slice(2);
const soon = { attempts: 50, first: 0.05, factor: 1, max: 0.05 };
const undone = [];
const app = defineApp({
  name: 'here',
  services: { there: { env: there, app: module } },
  themes: { note: { attempts: 50, backoff: { first: 0.05, factor: 1, max: 0.05 }, advisor: () => ({ op: 'remove' }) } },
  sagas: {
    trip: {
      lease: 1,
      steps: [
        { name: 'run', do: { run: () => 'done' }, compensate: { run: ({ saga }) => void undone.push(saga) } },
        { name: 'program', do: { command: { argv: ['true'] }, retry: soon } },
        { name: 'far', do: { service: 'there', request: { type: 'far', payload: 1 }, retry: soon } },
        {
          name: 'refuse',
          do: {
            request: ({ data }) => ({
              type: 'end',
              changes: [{ op: 'add', key: 'ends', value: 1 }],
              ...(!data.ok && { expect: [{ key: 'no', exists: true }] }),
            }),
          },
        },
      ],
    },
  },
});
const env = await openEnvironment(dir, { create: true, app });
let held = takeAll();
let heard = 0;
const stopHearing = env.watch(() => {
  heard += 1;
});
release();
for (let i = 0; heard === 0 && i < 200; i++, await after(50))
  await env.submit({ type: 'news', changes: [{ op: 'add', key: 'news', value: 1 }] });
await say('watch', () => (heard > 0 ? 'heard' : 'deaf'));
stopHearing();
const errors = [];
let started = false;
const worker = env.work({
  lease: 1,
  onEvent(event) {
    started ||= event.type === 'started';
    if (event.type === 'error') errors.push(event.error.code);
  },
});
while (!started) await after(5);
held = takeAll();
await env.sagas.start('trip', { ok: true }, { id: 's-ok' });
await env.sagas.start('trip', { ok: false }, { id: 's-no' });
await env.sessions.create('note', 1, { id: 'n-1' });
const calls = callsOf(env);
for (const [, call] of calls) await call().catch(() => undefined);
await after(1_500);
release();
for (const id of ['s-ok', 's-no', 'n-1'])
  await say(`wait ${id}`, async () => (await env.wait(id, { timeoutMs: 20_000 })).outcome ?? 'removed');
await say('undone', () => undone.join());
for (const [name, call] of calls) await say(name, async () => void (await call()) ?? 'ok');
await say('worker', async () => (await worker.stop()).emergency?.code ?? 'stopped');
await say('close', async () => void (await env.close()) ?? 'ok');
if (errors.includes(undefined)) process.stdout.write('an error without a code\n');

function callsOf(env) {
  return [
    ['enqueue', () => env.enqueue({ type: 'queued', id: 'q-1', changes: [{ op: 'set', key: 'q', value: 1 }] })],
    ['status', () => env.status()],
    ['inspect', () => env.inspect(1)],
    ['states', () => all(env.states())],
    ['records', () => all(env.records())],
    ['history', () => all(env.history('q'))],
    ['count', () => env.count()],
    ['cursor', () => env.cursor('c')],
    ['saga', () => env.sagas.get('s-ok')],
    ['sagas', () => all(env.sagas.list())],
    ['say', () => env.sagas.plan({ kind: 'retry' }, ['s-ok'])],
    ['sessions', () => all(env.sessions.list())],
    ['stuck', () => env.sessions.stuck()],
    ['queues', () => env.sessions.queues()],
    ['themes', () => env.sessions.knownThemes()],
    ['where', () => compileWhere('type.matches("a.*")')],
    ['app', () => loadApp(module)],
    ['whatIf', () => env.whatIf(env.app)],
    [
      'rehearse',
      () => env.withFork((copy) => copy.submit({ type: 'x', changes: [{ op: 'set', key: 'x', value: 1 }] })),
    ],
    ['plan', () => env.planCompensation([1])],
    ['verify', () => env.verify()],
    ['rescanVerify', () => env.rescanVerify()],
    ['rebuild', () => env.rebuild()],
  ];
}

async function all(items) {
  for await (const _ of items);
}

function release() {
  for (const fd of held) closeSync(fd);
}

function takeAll() {
  const taken = [];
  for (;;) {
    try {
      taken.push(openSync('/dev/null'));
    } catch (error) {
      if (error.code !== 'EMFILE') throw error;
      return taken;
    }
  }
}

async function say(name, call) {
  const said = await Promise.resolve()
    .then(call)
    .catch((error) => `${error.code ?? error.name}: ${error.message}`);
  process.stdout.write(`${name}: ${said}\n`);
}
