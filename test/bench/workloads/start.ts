import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEnvironment } from '../../../src/engine.ts';
import { check, type Figures, type Finding, median, type Run, type Workload } from '../measure.ts';
import { childrenCpuMs } from '../process-figures.ts';

const txlog = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const id = 'first';

/** W7: what it costs to start, for each command that people and scripts call most. */
export const start: Workload = {
  name: 'start',
  what: 'one command as a process, to `node -e 0` (W7)',
  count: { full: 20, quick: 5 },
  async prepare({ dir }) {
    const env = await openEnvironment(join(dir, 'env'), { create: true });
    for (let i = 0; i < 100; i++) {
      await env.submit({ id: i === 0 ? id : `r-${i}`, type: 'seed', changes: [{ op: 'add', key: 'total', value: 1 }] });
    }
    await env.close();
  },
  sides: {
    node: (run) => startAll(run, () => ['-e', '0']),
    submit: (run) => startAll(run, submitArgs),
    get: (run) => startAll(run, () => [txlog, 'get', 'total']),
    status: (run) => startAll(run, () => [txlog, 'status']),
    inspect: (run) => startAll(run, () => [txlog, 'inspect', id]),
    log: (run) => startAll(run, () => [txlog, 'log', '-n', '3']),
    complete: (run) => startAll(run, () => [txlog, '__complete', 'get', 't']),
  },
  conclude,
};

function submitArgs(): string[] {
  return [txlog, 'submit', '--type', 'register', '--change', '{"op":"add","key":"total","value":1}'];
}

async function startAll({ dir, count }: Run, args: () => string[]): Promise<Figures> {
  const env = { ...process.env, TXLOG_ENV: join(dir, 'env'), NODE_OPTIONS: '' };
  const once = () => {
    const { status, stderr } = spawnSync(process.execPath, args(), { env, encoding: 'utf8' });
    check(`exit code of ${args().join(' ')} (${stderr})`, status, 0);
  };
  once();
  const cpu = childrenCpuMs();
  const walls = Array.from({ length: count }, () => {
    const started = performance.now();
    once();
    return performance.now() - started;
  });
  return { cpuMs: (childrenCpuMs() - cpu) / count, wallMs: median(walls) };
}

/** Commands that do without oclif. */
const lean = new Set(['submit', 'complete']);

function conclude(medians: Readonly<Record<string, Figures>>): readonly Finding[] {
  const { node = {}, ...commands } = medians;
  return Object.entries(commands).map(([name, { cpuMs = 0, wallMs = 0 }]) => ({
    what: `CPU time of txlog ${name} to node -e 0`,
    value: cpuMs / (node.cpuMs ?? 1),
    unit: '',
    target: { below: lean.has(name) ? 1.7 : 3.5 },
    detail: `${cpuMs.toFixed(0)} ms to ${node.cpuMs?.toFixed(0)} ms of CPU; ${wallMs.toFixed(0)} ms to ${node.wallMs?.toFixed(0)} ms on the clock`,
  }));
}
