// `npm run bench [-- names] [--quick]`: measures the workloads of docs/performance.md, each side in a fresh process, by
// turns, and prints what came out beside what it should be.
import { statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { beSide, type Finding, measure, type Workload } from './measure.ts';
import { beWorker } from './queue-worker.ts';
import { printFinding, printMachine } from './report.ts';
import { attachments } from './workloads/attachments.ts';
import { w1c } from './workloads/bulk.ts';
import { single, w1a, w1b, w2 } from './workloads/concurrent.ts';
import { follow } from './workloads/follow.ts';
import { http, httpFollowers } from './workloads/http.ts';
import { logAppend } from './workloads/log-append.ts';
import { w4w5 } from './workloads/log-of-mixed.ts';
import { w6, w6k, w6m, w6s } from './workloads/queue.ts';
import { w3, w3s } from './workloads/saga.ts';
import { w3m } from './workloads/saga-many.ts';
import { start } from './workloads/start.ts';
import { sync } from './workloads/sync.ts';
import { undo } from './workloads/undo.ts';

const workloads: readonly Workload[] = [
  logAppend,
  single,
  w1a,
  w1b,
  w1c,
  w2,
  w3,
  w3s,
  w3m,
  w4w5,
  w6,
  w6m,
  w6k,
  w6s,
  follow,
  start,
  undo,
  sync,
  attachments,
  http,
  httpFollowers,
];
const memoryFileSystem = 0x01021994;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    repetitions: { type: 'string' },
    dir: { type: 'string', default: tmpdir() },
    json: { type: 'string' },
    side: { type: 'string' },
    worker: { type: 'string' },
  },
});

if (values.worker !== undefined) await beWorker(values.worker);
else if (values.side === undefined) runAll();
else await beSide(workloads, values.side);

function runAll(): void {
  const chosen = workloads.filter(
    ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
  );
  if (chosen.length === 0) throw new Error(`no workload is named so: ${workloads.map(({ name }) => name).join(', ')}`);
  if (statfsSync(values.dir).type === memoryFileSystem) {
    console.error(
      `${values.dir} is in memory: a sync there costs nothing, so that no ratio means anything. Give --dir.`,
    );
  }
  printMachine(values.quick);
  const findings: Record<string, readonly Finding[]> = {};
  const repetitions = Number(values.repetitions ?? (values.quick ? 1 : 3));
  for (const workload of chosen) {
    console.log(`\n${workload.name}  ${workload.what}`);
    const onRun = (side: string, repetition: number) => {
      process.stderr.write(`  ${workload.name}/${side} ${repetition} of ${repetitions}\n`);
    };
    const medians = measure(workload, { quick: values.quick, repetitions, parent: values.dir, onRun });
    const found = workload.conclude(medians);
    for (const finding of found) printFinding(finding);
    findings[workload.name] = found;
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(findings, null, 2)}\n`);
}
