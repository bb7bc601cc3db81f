import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openEnvironment } from '../../../src/engine.ts';
import { check, type Figures, type Finding, type Run, type Workload } from '../measure.ts';
import { anonymousMegabytes, childrenCpuMs } from '../process-figures.ts';
import { Stopwatch } from '../timing.ts';

const group = 1_000;
/** One of so many orders is wrong. */
const wrongEvery = 1_000;
const txlog = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** Undoing many: each order has keys of its own, and a total that all share. */
export const undo: Workload = {
  name: 'undo',
  what: 'the wrong ones of many orders undone by way of a plan file; one total is shared by all',
  count: { full: 1_000_000, quick: 50_000 },
  prepare: load,
  sides: { cli },
  conclude,
};

const isWrong = (i: number) => i % wrongEvery === 500;
const centsOf = (i: number) => (i * 7_919) % 10_007;

function orderOf(i: number) {
  return {
    id: `o-${i}`,
    type: isWrong(i) ? 'order.wrong' : 'order.place',
    changes: [
      { op: 'set' as const, key: `order/${i}`, value: { cents: centsOf(i) } },
      { op: 'add' as const, key: 'total', value: { orders: 1, cents: centsOf(i) } },
    ],
  };
}

async function load({ dir, count }: Run): Promise<void> {
  const env = await openEnvironment(join(dir, 'env'), { create: true });
  for (let from = 0; from < count; from += group) {
    const requests = Array.from({ length: group }, (_, i) => env.check(orderOf(from + i), 200));
    for (const answer of await env.submitChecked(requests)) if ('error' in answer) throw answer.error;
  }
  await env.close();
}

async function cli({ dir, count }: Run): Promise<Figures> {
  const own = mkdtempSync(join(dir, 'run-'));
  const [env, plan] = [join(own, 'env'), join(own, 'plan.json')];
  cpSync(join(dir, 'env'), env, { recursive: true });
  const planned = await run('compensate', '--type', 'order.wrong', '--plan', '-O', plan, '--env', env);
  const applied = await run('compensate', '--apply', plan, '--yes', '--env', env);
  await verify(env, count);
  rmSync(own, { recursive: true });
  const megabytes = Math.max(planned.megabytes, applied.megabytes);
  const cpu = { plannedCpuMs: planned.cpuMs, appliedCpuMs: applied.cpuMs };
  return { plannedMs: planned.ms, appliedMs: applied.ms, ...cpu, megabytes };
}

/** Runs a command; its times, and the most memory of its own that it was seen to have. */
async function run(
  ...args: readonly string[]
): Promise<{ readonly ms: number; readonly cpuMs: number; readonly megabytes: number }> {
  const watch = new Stopwatch();
  const cpuBefore = childrenCpuMs();
  let megabytes = 0;
  await watch.time(async () => {
    const child = spawn(process.execPath, [txlog, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = once(child, 'exit');
    while (child.exitCode === null && child.signalCode === null) {
      megabytes = Math.max(megabytes, anonymousMegabytes(child.pid));
      await Promise.race([ended, after(50)]);
    }
    check('exit code', child.exitCode, 0);
  });
  return { ms: watch.ms, cpuMs: childrenCpuMs() - cpuBefore, megabytes };
}

/** All is as if the wrong ones had never been submitted. */
async function verify(dir: string, count: number): Promise<void> {
  const env = await openEnvironment(dir, { readOnly: true });
  let [orders, cents] = [0, 0];
  for (let i = 0; i < count; i++) if (!isWrong(i)) [orders, cents] = [orders + 1, cents + centsOf(i)];
  check('total', (await env.get('total'))?.value, { orders, cents });
  for (let i = 0; i < count; i += wrongEvery / 4)
    check(`order ${i}`, (await env.get(`order/${i}`))?.value, isWrong(i) ? undefined : { cents: centsOf(i) });
  await env.close();
}

function conclude({ cli = {} }: Readonly<Record<string, Figures>>): readonly Finding[] {
  const time = (what: string, ms = 0, cpuMs = 0): Finding => ({
    ...{ what, value: ms, unit: 'ms', target: { below: 15_000 } },
    detail: `${(cpuMs / 1_000).toFixed(1)} s CPU, from the start of the command to its end`,
  });
  return [
    time('plan', cli.plannedMs, cli.plannedCpuMs),
    time('apply', cli.appliedMs, cli.appliedCpuMs),
    {
      what: 'peak memory of both',
      value: cli.megabytes ?? 0,
      unit: 'MB',
      target: { below: 300 },
      detail: 'anonymous memory; pages of the mapped file are the page cache',
    },
  ];
}

// A check at load, so that a moved file is not found out only after minutes.
readFileSync(txlog);
