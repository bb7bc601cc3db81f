import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { retryMsAfter } from '../../core/base/back-off.ts';

/** How a worker in a thread works. */
export interface ThreadOrder {
  readonly dir: string;
  readonly app?: string;
  /** The name of its frontend, for the log. */
  readonly name: string;
  /** Turns at once. */
  readonly concurrency: number;
  readonly isQuiet: boolean;
}

/**
 * Keeps a worker running in a thread of this process. When it ends by itself, as after an emergency, the janitor
 * of the next one sees to what it led.
 */
export class WorkerInThread {
  private readonly file: URL;
  private readonly order: ThreadOrder;
  private readonly log: Logger;
  private thread: Worker | undefined;
  private isStopping = false;
  private failed = 0;
  private wake = () => {};
  private readonly run: Promise<void>;

  /** Starts it. `file` is the code of the thread. */
  constructor(file: URL, order: ThreadOrder, log: Logger) {
    this.file = file;
    this.order = order;
    this.log = log;
    this.run = this.keepRunning();
  }

  /** Leads no more sessions, and waits until those that are led have ended their turn. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.thread?.postMessage('stop');
    this.wake();
    await this.run;
  }

  private async keepRunning(): Promise<void> {
    while (!this.isStopping) {
      const began = performance.now();
      await this.runOnce();
      if (this.isStopping) return;
      // One that ran for a while begins anew at once; one that fails again and again must not keep the machine busy.
      this.failed = performance.now() - began > 60_000 ? 0 : this.failed + 1;
      await this.pause(retryMsAfter(this.failed));
    }
  }

  private async runOnce(): Promise<void> {
    const thread = new Worker(this.file, { workerData: this.order });
    this.thread = thread;
    thread.on('error', (err) => this.log.error({ err }, 'worker failed'));
    const [code] = (await once(thread, 'exit').catch(() => once(thread, 'exit'))) as [number];
    this.thread = undefined;
    if (!this.isStopping) this.log.error({ code }, 'worker ended');
  }

  private async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, ms).unref();
    });
  }
}
