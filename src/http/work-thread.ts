import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../core/base/assert.ts';
import { given } from '../core/base/given.ts';
import { openEnvironment } from '../engine.ts';
import { levelOf, toEventJson } from '../shapes/worker.ts';
import { makeLogger } from './frontend/logger.ts';
import type { ThreadOrder } from './frontend/worker-in-thread.ts';

// The worker of a frontend, in a thread of its own: users' code never holds up those who ask. Told to stop, it drains.
const { dir, app, name, concurrency, isQuiet } = workerData as ThreadOrder;
const log = makeLogger(name, isQuiet);
// An error that nobody waits for, or an attempt to exit, ends no thread: one that ends in the middle of a write
// would leave its locks behind in a process that lives on.
process.on('uncaughtException', (err) => log.error({ err }, 'app error'));
process.exit = (code) => {
  throw new Error(`the app called process.exit(${code ?? ''}): a turn ends by its answer, a worker by a signal`);
};
const env = await openEnvironment(dir, given({ app }));
const worker = env.work({
  concurrency,
  onEvent: (event) => {
    // The log has a time and a level of its own.
    const { v: _, time: __, level: ___, event: worker, ...fields } = toEventJson(event, '');
    if (event.type !== 'led') log[levelOf(event)]({ worker, ...fields }, 'worker');
  },
});
const port = present(parentPort, 'the port of a thread');
port.once('message', () => void worker.stop().catch(() => undefined));
try {
  await worker.done;
} finally {
  await env.close();
  port.close();
}
