import { createHash } from 'node:crypto';
import type { JsonObject } from '../../src/core/base/json.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { toRecordJson } from '../../src/index.ts';
import { storyCursor } from './story.ts';

/** A moment in the middle of the story, to look back at. */
const middle = 20;

/** All that a frozen environment answers, as JSON: what is kept beside it and compared for ever. */
export async function observe(env: Environment): Promise<JsonObject> {
  const status = await env.status();
  const told: JsonObject[] = [];
  const ticks: string[] = [];
  for await (const record of env.records()) {
    const json = toRecordJson(record);
    if (record.type === 'tick') ticks.push(JSON.stringify(json));
    else told.push(json);
  }
  return toJson({
    unit: env.unit,
    head: status.head,
    counts: status.counts,
    types: status.types,
    records: told,
    // Many and alike: their number and a digest stand for them.
    ticks: { count: ticks.length, sha256: createHash('sha256').update(ticks.join('\n')).digest('hex') },
    states: await gather(env.states()),
    statesInTheMiddle: await gather(env.states({ asOf: middle })),
    applied: (await env.applied('ticks')).map(({ position }) => position).join(' '),
    rejectedFor: await gather(env.records({ key: 'email/ann@example.com', outcome: 'rejected' }), ({ id }) => id),
    cursor: await env.cursor(storyCursor),
  });
}

async function gather<T, R = T>(items: AsyncIterable<T>, pick?: (item: T) => R): Promise<(T | R)[]> {
  const all: (T | R)[] = [];
  for await (const item of items) all.push(pick ? pick(item) : item);
  return all;
}

function toJson(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
