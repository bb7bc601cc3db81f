import type { SagaDefinition, SagaStep, StepContext } from '../../src/core/app/saga-definition.ts';
import type { JsonValue } from '../../src/core/base/json.ts';
import type { Environment } from '../../src/environment/environment.ts';
// Loaded at once: what is loaded when it is first needed takes time that is not simulated.
import '../../src/effects/system-effects.ts';
import { deferred, Workplace, working } from '../sessions/workplace.ts';

/** A call that was made, and how it ends: a test decides. */
export interface MadeCall {
  readonly key: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly error: string | undefined;
  readonly results: Readonly<Record<string, JsonValue>>;
  resolve(result?: unknown): void;
  reject(error: Error): void;
}

/** Calls of steps, each of which waits until a test ends it. */
export class Calls {
  readonly made: MadeCall[] = [];

  /** A step that is such a call, and is undone by one. */
  step(name: string, policy: object = {}): SagaStep {
    const run = (context: StepContext) => this.call(context);
    return { name, do: { run, ...policy }, compensate: { run, ...policy } };
  }

  /** The newest call. */
  get last(): MadeCall {
    const call = this.made.at(-1);
    if (!call) throw new Error('nothing was called');
    return call;
  }

  /** Keys of all calls, without the saga. */
  get keys(): readonly string[] {
    return this.made.map(({ key }) => key.slice(key.indexOf('/') + 1));
  }

  private call({ key, attempt, signal, error, results }: StepContext): Promise<unknown> {
    const { promise, resolve } = deferred<unknown>();
    const reject = (why: Error) => resolve(Promise.reject(why));
    this.made.push({ key, attempt, signal, error, results, resolve: (result) => resolve(result ?? null), reject });
    return promise;
  }
}

/** A place where sagas of type `t` are led, and one who only talks to them. */
export async function sagaPlace(definition: SagaDefinition, more: Readonly<Record<string, SagaDefinition>> = {}) {
  const place = new Workplace();
  const app = { sagas: { t: definition, ...more } };
  const { env, storage } = await place.open(app);
  const { env: person, storage: persons } = await place.open(app);
  const begin = async (id = 's', data: JsonValue = null) => {
    await person.sagas.start('t', data, { id });
    const { worker, events } = await working(env);
    await place.clock.pass(0);
    return { worker, events };
  };
  return { place, clock: place.clock, app, env, storage, person, persons, begin };
}

/** The events of a saga, in short: what, of which step and side. */
export async function story(env: Environment, id = 's'): Promise<readonly string[]> {
  const { log } = await env.sagas.get(id);
  return log.map(({ event }) => {
    const side = 'side' in event && event.side === 'undo' ? ' undo' : '';
    return 'step' in event ? `${event.event} ${event.step}${side}` : event.event;
  });
}

/** Ids of the sagas that wait for a person. */
export async function stuck(env: Environment): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of env.sagas.list({ stuck: true })) ids.push(id);
  return ids;
}
