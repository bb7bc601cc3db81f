// One thread of many that write to the same environment: tells that it is open, waits for a word, submits its requests,
// eight at a time, and answers with its receipts.

import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { openEnvironment } from '../../dist/test/library.mjs';

const { dir, name, count, bound } = workerData;
const env = await openEnvironment(dir, { ...(bound !== undefined && { checkpointRecords: bound }) });
parentPort.postMessage('open');
await once(parentPort, 'message');
const receipts = [];
let next = 0;
await Promise.all(Array.from({ length: 8 }, work));
const seen = (await env.get('total'))?.value;
await env.close();
parentPort.postMessage({ receipts, seen });
parentPort.close();

async function work() {
  while (next < count) {
    const i = next++;
    const changes = [
      { op: 'add', key: 'total', value: 1 },
      { op: 'claim', key: `claim/${i}`, value: name },
    ];
    receipts.push(await env.submit({ id: `${name}-${i}`, type: 'thread', changes }));
  }
}
