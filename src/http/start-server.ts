import { given } from '../core/base/given.ts';
import { openEnvironment } from '../engine.ts';
import { makeLogger } from './frontend/logger.ts';
import { WorkerInThread } from './frontend/worker-in-thread.ts';
import { runFrontend } from './run-frontend.ts';
import type { ServeOptions } from './serve-options.ts';

/** A frontend in this process. */
export interface StartedServer {
  /** Stops it, then its worker, and closes the environment. */
  stop(): Promise<void>;
  /** Rejects when the frontend cannot go on. */
  readonly failed: Promise<never>;
}

/** Opens the environment and starts a frontend on it, and its worker. Errors: those of opening it, and of `runFrontend`. */
export async function startServer(options: ServeOptions): Promise<StartedServer> {
  const env = await openEnvironment(options.dir, given({ app: options.app }));
  try {
    const running = await runFrontend(env, options);
    const worker = startWorker(options);
    return {
      failed: running.failed,
      stop: async () => {
        await running.stop();
        await worker?.stop();
        await env.close();
      },
    };
  } catch (error) {
    await env.close();
    throw error;
  }
}

function startWorker({ dir, app, name, work, isQuiet = false }: ServeOptions): WorkerInThread | undefined {
  if (work === 0) return undefined;
  const order = { dir, name, isQuiet, concurrency: work, ...given({ app }) };
  return new WorkerInThread(threadFile(), order, makeLogger(name, isQuiet));
}

/** The code of the thread stands beside this file, wherever this is: in the sources, compiled, or in a bundle. */
function threadFile(): URL {
  const { url } = import.meta;
  return url.endsWith('.ts') ? new URL('./work-thread.ts', url) : new URL('./work-thread.js', url);
}
