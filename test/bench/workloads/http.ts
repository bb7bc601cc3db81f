import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEnvironment } from '../../../src/index.ts';
import { runClients } from '../clients.ts';
import { type Asked, KeepAliveClients, startCommand, startFrontend, stopCommand } from '../http-client.ts';
import { register } from '../inputs.ts';
import { check, type Figures, type Finding, type Run, type Workload } from '../measure.ts';
import { anonymousMegabytes } from '../process-figures.ts';
import { toRequestInput } from '../requests.ts';
import { quantile, Stopwatch } from '../timing.ts';
import { verifyRegisters } from '../verify.ts';

const clients = 64;

/** Requests over HTTP, through one frontend that decides them or queues them for a worker; and views. */
export const http: Workload = {
  name: 'http',
  what: '64 keep-alive clients register customers through one frontend; views of their states',
  count: { full: 20_000, quick: 5_000 },
  sides: {
    library: inProcess,
    direct: (run) => overHttp(run, ['--direct']),
    queued: (run) => overHttp(run, []),
    views,
    constant: (run) => views(run, '/healthz'),
  },
  conclude: ({ library, direct, queued, views: seen, constant }) => [
    ratio('requests through a frontend, direct, to the library', [direct, library], 0.5),
    ratio('requests through a frontend, queued, to the library', [queued, library], 0.35),
    ratio('views of a state, to a constant of the same frontend', [seen, constant]),
  ],
};

/** Those who only listen cost little. */
export const httpFollowers: Workload = {
  name: 'http-followers',
  what: 'idle followers of the log, by server-sent events',
  count: { full: 10_000, quick: 1_000 },
  sides: { engine: followers },
  conclude: ({ engine: found = {} }) => [
    {
      what: 'memory of a frontend with idle followers',
      value: found.megabytes ?? 0,
      unit: 'MB',
      target: { below: 300 },
    },
    { what: 'CPU of a frontend with idle followers', value: found.idlePercent ?? 0, unit: '%' },
    { what: 'a record until the last follower has it', value: found.heardMs ?? 0, unit: 'ms' },
  ],
};

async function inProcess({ dir, count }: Run): Promise<Figures> {
  const env = await openEnvironment(join(dir, 'env'), { create: true });
  const { watch, latencies } = await runClients(env, register, count, clients);
  await verifyRegisters(env, count);
  await env.close();
  return figuresOf(watch, latencies, count);
}

async function overHttp({ dir, count }: Run, args: readonly string[]): Promise<Figures> {
  const env = join(dir, 'env');
  await (await openEnvironment(env, { create: true })).close();
  const { child, port } = await startFrontend(env, args);
  const isDirect = args.includes('--direct');
  const worker = isDirect
    ? undefined
    : startCommand(['work', '--env', env, '-c', String(clients), '--progress', 'none']);
  worker?.stderr?.resume();
  if (worker) await until(port, 200);
  const bodies = Array.from({ length: count }, (_, i) => JSON.stringify(toRequestInput(register(i))));
  const asked = () => {
    const body = bodies.pop();
    return body === undefined ? undefined : { path: '/v1/requests', body };
  };
  // The order in which customers come decides which of two with one address is refused.
  bodies.reverse();
  const { watch, latencies } = await askAll(port, asked);
  await stopCommand(child);
  if (worker) await stopCommand(worker);
  const again = await openEnvironment(env, { readOnly: true });
  // In a queue each has more records than its own.
  if (isDirect) await verifyRegisters(again, count);
  else check('requests', await again.count({ types: [register(0).type] }), count);
  await again.close();
  return figuresOf(watch, latencies, count);
}

async function views({ dir, count }: Run, path?: string): Promise<Figures> {
  const dirOfEnv = join(dir, 'env');
  const env = await openEnvironment(dirOfEnv, { create: true });
  for (let i = 0; i < 1_000; i++) await env.submit(toRequestInput(register(i)));
  await env.close();
  const { child, port } = await startFrontend(dirOfEnv, ['--direct']);
  let next = 0;
  const asked = (): Asked | undefined => {
    if (next === count) return undefined;
    const key = `customer/${register(next++ % 1_000).key}`;
    return { path: path ?? `/v1/states/${encodeURIComponent(key)}` };
  };
  const { watch, latencies } = await askAll(port, asked);
  await stopCommand(child);
  return figuresOf(watch, latencies, count);
}

async function askAll(port: number, next: () => Asked | undefined) {
  const keepAlive = new KeepAliveClients(port, clients);
  const watch = new Stopwatch();
  const latencies: number[] = [];
  const statuses = new Set<number>();
  await watch.time(() =>
    keepAlive.ask(next, (status, ms) => {
      latencies.push(ms);
      statuses.add(status);
    }),
  );
  keepAlive.close();
  check('statuses', [...statuses].filter((status) => status !== 200 && status !== 409).length, 0);
  return { watch, latencies };
}

async function followers({ dir, count }: Run): Promise<Figures> {
  const path = join(dir, 'env');
  const env = await openEnvironment(path, { create: true });
  const { child, port } = await startFrontend(path, ['--direct']);
  let heard = 0;
  for (let i = 0; i < count; i += 1) {
    const asked = get({ host: '127.0.0.1', port, path: '/v1/log/stream', agent: false });
    const [answer] = await once(asked, 'response');
    answer.on('data', (part: Buffer) => {
      if (part.includes('event: record')) heard += 1;
    });
  }
  await sleep(1_000);
  const idle = await cpuPercent(child, 5_000);
  const megabytes = anonymousMegabytes(child.pid ?? 0);
  const sent = performance.now();
  await env.submit(toRequestInput(register(0)));
  while (heard < count) await sleep(1);
  const heardMs = performance.now() - sent;
  await stopCommand(child);
  await env.close();
  return { megabytes, idlePercent: idle, heardMs };
}

async function cpuPercent({ pid = 0 }: ChildProcess, ms: number): Promise<number> {
  const { readFileSync } = await import('node:fs');
  const ticks = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  const before = ticks();
  await sleep(ms);
  return ((ticks() - before) * 10 * 100) / ms;
}

async function until(port: number, status: number): Promise<void> {
  const keepAlive = new KeepAliveClients(port, 1);
  for (let last = 0; last !== status; await sleep(50)) {
    let asked = false;
    const once = () => {
      if (asked) return undefined;
      asked = true;
      return { path: '/readyz' };
    };
    await keepAlive.ask(once, (found) => {
      last = found;
    });
  }
  keepAlive.close();
}

function figuresOf(watch: Stopwatch, latencies: number[], count: number): Figures {
  return { ...watch.figures(count), p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
}

function ratio(what: string, [one = {}, other = {}]: readonly (Figures | undefined)[], atLeast?: number): Finding {
  const rate = ({ perSecond = 0, p50Ms = 0, p99Ms = 0 }: Figures) =>
    `${Math.round(perSecond)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
  const value = (one.perSecond ?? 0) / (other.perSecond ?? 1);
  return {
    what,
    value,
    unit: '',
    detail: `${rate(one)}; ${rate(other)}`,
    ...(atLeast !== undefined && { target: { atLeast } }),
  };
}
