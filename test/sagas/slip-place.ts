import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from '../../src/core/app/app.ts';
import type { SagaDefinition, StepContext } from '../../src/core/app/saga-definition.ts';
import { openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import type { WorkEvent, Worker } from '../../src/sessions/turn/work-events.ts';

/** A service: its environment in a directory of its own, and its worker. */
export interface Service {
  readonly env: Environment;
  readonly events: WorkEvent[];
  work(): Worker;
}

/** Three services that know one another, in directories; the coordinator is `home`. */
export class SlipPlace {
  readonly root = mkdtempSync(join(tmpdir(), 'txlog-slip-'));
  readonly services = new Map<string, Service>();
  private readonly workers = new Set<Worker>();

  dir(name: string): string {
    return join(this.root, name);
  }

  /** Makes a service that knows the others by their directories. */
  async add(name: string, app: App, others: readonly string[]): Promise<Service> {
    const services = Object.fromEntries(others.map((other) => [other, { env: this.dir(other) }]));
    const env = await openEnvironment(this.dir(name), { create: true, app: { name, services, ...app } });
    const events: WorkEvent[] = [];
    const work = () => {
      const worker = env.work({ lease: 2, onEvent: (event) => events.push(event) });
      this.workers.add(worker);
      return worker;
    };
    const service = { env, events, work };
    this.services.set(name, service);
    return service;
  }

  env(name: string): Environment {
    const service = this.services.get(name);
    if (!service) throw new Error(`no service ${name}`);
    return service.env;
  }

  /** Starts the workers of these services, or of all. */
  work(...names: readonly string[]): void {
    for (const [name, service] of this.services) if (names.length === 0 || names.includes(name)) service.work();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.workers].map((worker) => worker.stop()));
    this.workers.clear();
  }

  async remove(): Promise<void> {
    await this.stop();
    for (const { env } of this.services.values()) await env.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Waits until something holds. Only what hangs runs into the time of the test. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A call of a step, as a service saw it. */
export type Seen = Pick<StepContext, 'key' | 'attempt' | 'results' | 'error'>;

/** The names of a trip: its steps are at `stock`, `bank` and `stock` again. */
export function tripOf(calls: Calls): SagaDefinition {
  const quick = { timeout: 20, retry: { attempts: 3, first: 0.01, max: 0.01 } };
  const count = (key: string, value: number) => ({ type: 'count', changes: [{ op: 'add', key, value } as const] });
  return {
    steps: [
      {
        name: 'reserve',
        at: 'stock',
        do: { request: ({ saga }) => count(`reserved/${saga}`, 1) },
        compensate: { request: ({ saga }) => count(`reserved/${saga}`, -1) },
      },
      {
        name: 'pay',
        at: 'bank',
        do: { run: (context) => calls.call('pay', context), ...quick },
        compensate: { run: (context) => calls.call('unpay', context), ...quick },
      },
      {
        name: 'ship',
        at: 'stock',
        do: { request: ({ saga, data }) => shipping(saga, data) },
        compensate: { request: ({ saga }) => count(`shipped/${saga}`, -1) },
      },
    ],
  };
}

function shipping(saga: string, data: unknown) {
  const isRefused = (data as { readonly refuse?: boolean } | null)?.refuse === true;
  const expect = isRefused ? [{ key: `reserved/${saga}`, exists: false }] : [];
  return { type: 'count', changes: [{ op: 'add', key: `shipped/${saga}`, value: 1 } as const], expect };
}

/** Calls that services make, with what they come to. */
export class Calls {
  readonly made: ({ readonly name: string } & Seen)[] = [];
  /** What a call does; by default it gives its own name. */
  act: (name: string, context: StepContext) => unknown = (name) => name;

  call(name: string, context: StepContext): unknown {
    const { key, attempt, results, error } = context;
    this.made.push({ name, key, attempt, results, error });
    return this.act(name, context);
  }

  names(saga: string): readonly string[] {
    return this.made.filter(({ key }) => key.startsWith(`${saga}/`)).map(({ name }) => name);
  }
}
