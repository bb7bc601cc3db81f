import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openEnvironment } from '../../../src/engine.ts';
import type { Figures, Run, Workload } from '../measure.ts';
import { quantile } from '../timing.ts';

const txlog = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const pauseMs = 20;
const idleSeconds = 5;

/** `txlog log -f` beside a writer: how soon a record is shown, and what waiting costs. */
export const follow: Workload = {
  name: 'follow',
  what: 'log -f in another process: from receipt to printed line, and CPU while nothing happens',
  count: { full: 200, quick: 50 },
  sides: { engine },
  conclude: ({ engine: found = {} }) => [
    { what: 'receipt to line, median', value: found.shownMs ?? 0, unit: 'ms', target: { below: 50 } },
    { what: 'receipt to line, 99 %', value: found.shown99Ms ?? 0, unit: 'ms' },
    { what: 'CPU of a follower that waits', value: found.idlePercent ?? 0, unit: '%', target: { below: 1 } },
  ],
};

async function engine({ dir, count }: Run): Promise<Figures> {
  const path = join(dir, 'env');
  const env = await openEnvironment(path, { create: true });
  const follower = spawn(process.execPath, [txlog, 'log', '-f', '--ndjson', '--env', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: follower.stdout });
  try {
    const shown: number[] = [];
    for (let i = 0; i <= count; i++) {
      const line = once(lines, 'line');
      await env.submit({ type: 'tick', changes: [{ op: 'add', key: 'ticks', value: 1 }] });
      const durable = performance.now();
      await line;
      // The first one waits for the follower to start.
      if (i > 0) shown.push(performance.now() - durable);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    const before = cpuMs(follower.pid);
    await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
    const idlePercent = (cpuMs(follower.pid) - before) / idleSeconds / 10;
    return { shownMs: quantile(shown, 0.5), shown99Ms: quantile(shown, 0.99), idlePercent };
  } finally {
    follower.kill();
    await env.close();
  }
}

/** CPU time of a process in ms. The kernel counts in steps of 10 ms. */
function cpuMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
