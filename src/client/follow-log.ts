import { pauseAfter } from '../core/base/back-off.ts';
import { TxlogError } from '../core/base/errors.ts';
import { isJsonObject, type JsonObject } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import { parseJson } from '../layout/json-text.ts';
import { type FrontendCaller, restFor } from './call-frontend.ts';
import { isTemporary } from './problem-error.ts';
import { filterQuery, queryOf, type RemoteFilter } from './query.ts';
import { readEvents } from './read-events.ts';

/** A log that is followed. */
interface Followed {
  readonly filter: RemoteFilter;
  readonly from: number;
  readonly signal: AbortSignal;
  headOf(): Promise<number>;
}

/** Seconds until a stream that broke is opened again. */
const reopen = { first: 0.2, factor: 2, max: 5 };
/** A connection on which not even a sign of life comes any more is dead, whatever the system says. */
const silenceMs = 3 * limits.httpHeartbeatMs;

/**
 * The JSON of the records that pass a filter, over any number of connections: each goes on behind the last event, so that none
 * is missed, and none comes twice. Ends when `signal` aborts, or behind the last position of the filter.
 */
export async function* followLog(caller: FrontendCaller, followed: Followed): AsyncGenerator<JsonObject> {
  const { filter, from, signal, headOf } = followed;
  const { from: _, ...rest } = filterQuery(filter);
  const path = `/v1/log/stream${queryOf(rest)}`;
  const { to = Number.POSITIVE_INFINITY } = filter;
  let last = String(from - 1);
  for (let failed = 0; !signal.aborted; ) {
    try {
      const stream = await caller.open({
        ...{ method: 'GET', path, signal, silenceMs },
        headers: { 'last-event-id': last },
      });
      for await (const { id = last, data } of readEvents(stream)) {
        failed = 0;
        last = id;
        const record = data === undefined ? undefined : parseJson(data);
        if (isJsonObject(record)) yield record;
      }
      if (to !== Number.POSITIVE_INFINITY && (await headOf()) >= to) return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof TxlogError && !isTemporary(error)) throw error;
    }
    failed += 1;
    await restFor(pauseAfter(reopen, failed, Math.random()), signal).catch(() => undefined);
  }
}
