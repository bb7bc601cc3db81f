import type { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { type Intervened, type SagaCommand, toTime } from '../index.ts';

/** Formats the result for one saga as JSON. */
export function toIntervenedJson(
  result: Intervened,
  word: SagaCommand,
  toErrorJson: (error: TxlogError) => JsonObject,
): JsonObject {
  const { id } = result;
  if ('error' in result) return { ...toErrorJson(result.error), saga: id };
  const said = { v: 1, saga: id, word: word.kind };
  if ('planned' in result) return { ...said, dryRun: true, ...given({ phase: result.phase }) };
  if ('done' in result) return { ...said, position: String(result.done), duplicate: true };
  const { result: done } = result;
  const { session, position, time, duplicate, durability, now } = done;
  return {
    ...said,
    ...{ position: String(position), time: toTime(time), duplicate, durability },
    ...(session !== id && { undoneBy: session }),
    ...(now && { status: now.status }),
  };
}
