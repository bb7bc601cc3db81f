import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from '../../src/core/app/app.ts';
import { openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { type RunningFrontend, runFrontend } from '../../src/http/run-frontend.ts';
import type { ServeOptions } from '../../src/http/serve-options.ts';
import type { Worker } from '../../src/sessions/turn/work-events.ts';

/** One environment on the disk with frontends and workers, as several processes have it. Close it. */
export class Site {
  readonly dir: string;
  readonly env: Environment;
  private readonly frontends: { readonly running: RunningFrontend; readonly env: Environment }[] = [];
  private readonly workers: Worker[] = [];
  private readonly app: App;

  private constructor(dir: string, env: Environment, app: App) {
    this.dir = dir;
    this.env = env;
    this.app = app;
  }

  static async open(app: App = {}): Promise<Site> {
    const dir = join(mkdtempSync(join(tmpdir(), 'txlog-http-')), 'env');
    return new Site(dir, await openEnvironment(dir, { create: true, app }), app);
  }

  /** Starts a frontend with an environment of its own; its address. */
  async serve(options: Partial<ServeOptions> = {}): Promise<string> {
    return (await this.start(options)).url;
  }

  /** The same, with all that belongs to it. */
  async start(options: Partial<ServeOptions> = {}): Promise<RunningFrontend & { readonly env: Environment }> {
    const env = await openEnvironment(this.dir, { app: this.app });
    const running = await runFrontend(env, {
      ...{ dir: this.dir, listen: '127.0.0.1:0', name: 'a', isDirect: false, work: 0, drainMs: 2_000 },
      ...{ hosts: [], isInsecure: false, isQuiet: true, ...options },
    }).catch(async (error) => {
      await env.close();
      throw error;
    });
    this.frontends.push({ running, env });
    return { ...running, env };
  }

  work(): Worker {
    const worker = this.env.work();
    this.workers.push(worker);
    return worker;
  }

  /** Stops the frontends that were started first. */
  async stopFrontend(): Promise<void> {
    const frontend = this.frontends.shift();
    await frontend?.running.stop();
    await frontend?.env.close();
  }

  async close(): Promise<void> {
    while (this.frontends.length > 0) await this.stopFrontend();
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.env.close();
    rmSync(join(this.dir, '..'), { recursive: true, force: true });
  }
}

/** Posts one request, or any text. */
export function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  path = '/v1/requests',
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url + path, { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } });
}
