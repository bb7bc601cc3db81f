import { type App, requestTypeOf } from '../../core/app/app.ts';
import { isJsonObject, type JsonValue } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import type { Change } from '../../core/fold/change.ts';
import { sessionIn, sessionKey } from '../../core/fold/session.ts';
import { type QueueKey, sessionOfQueueKey, timeOfQueueKey } from '../../layout/queue-keys.ts';
import { findLacking } from '../../pipeline/3-known-type.ts';
import { chunkAt, typeOfQueue } from '../../pipeline/3-queued-request.ts';
import type { Operator } from '../../ports/leases.ts';
import type { Cut } from '../../view/cut.ts';

/** Whether a process may decide a queued request, by the data of its session. */
export type Fits = (data: JsonValue) => boolean;

/**
 * Which requests of a queue a worker with this app may decide; undefined when it may decide all of them. A request of a
 * type that the app does not know is left to a worker that does, unless it carries its changes.
 */
export function fitsOf(app: App, theme: string): Fits | undefined {
  const type = typeOfQueue(theme);
  return type === undefined || requestTypeOf(app, type) ? undefined : (data) => lackingFor(app, data) === undefined;
}

/**
 * Which requests of a queue one of the workers may decide; undefined when one may decide all of them, or when none decides
 * requests at all.
 */
export function fitsOfWorkers(workers: readonly { readonly operator: Operator }[], theme: string): Fits | undefined {
  const type = typeOfQueue(theme);
  const known = workers.flatMap(({ operator }) => (operator.types ? [operator.types] : []));
  if (type === undefined || known.length === 0 || known.some((types) => types.includes(type))) return undefined;
  return (data) => lackingFor({}, data) === undefined;
}

/** The queue keys of sessions that are due. */
export function* dueKeys(keys: Iterable<QueueKey>, now: number): Generator<QueueKey> {
  for (const key of keys) {
    if (timeOfQueueKey(key) > now) return;
    yield key;
  }
}

/** Finds what the app lacks to decide the request in these data; undefined when nothing, or they hold no request. */
function lackingFor(app: App, data: JsonValue): string | undefined {
  if (!isJsonObject(data) || typeof data.type !== 'string') return undefined;
  return findLacking(app, data.type, Array.isArray(data.changes) ? (data.changes as unknown as Change[]) : []);
}

/** Sessions of a queue: those that a worker may decide, and those that it leaves to others. */
export interface SortedOut {
  readonly fitting: readonly string[];
  readonly left: readonly string[];
}

/** Looks through sessions, by their queue keys, until so many fit. */
export function sortOut(
  cut: Cut,
  keys: Iterable<string>,
  { fits, most }: { readonly fits: Fits; readonly most: number },
): SortedOut {
  const fitting: string[] = [];
  const left: string[] = [];
  for (const queued of keys) {
    if (fitting.length === most || fitting.length + left.length === limits.leftRequestsMax) break;
    const id = sessionOfQueueKey(queued);
    const key = sessionKey(id);
    const state = cut.state(key);
    const session = sessionIn(state);
    const chunk = session && chunkAt(cut.folded(session.from), key);
    (chunk && 'data' in chunk && !fits(chunk.data) ? left : fitting).push(id);
  }
  return { fitting, left };
}
