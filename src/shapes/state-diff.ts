import { given, ifGiven } from '../core/base/given.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonEquals } from '../core/base/json.ts';
import type { StateReading } from '../index.ts';
import { toStateJson } from './state.ts';

/** A key at two positions. */
export interface StatePair {
  readonly key: string;
  readonly from: { readonly position: number; readonly state: StateReading | undefined };
  readonly to: { readonly position: number; readonly state: StateReading | undefined };
}

/** A place in a state (JSON Pointer below `/value`) and what stood there. */
export interface Difference {
  readonly path: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** All places in which the key's value or owner differs. */
export function differencesOf({ from, to }: StatePair): Difference[] {
  const [before, after] = [from.state, to.state];
  return [
    ...compare('/value', before?.value, after?.value),
    ...compare('/owner', before?.owner?.id, after?.owner?.id),
    ...compare('/pending', before?.pending?.until, after?.pending?.until),
  ];
}

/** The comparison as JSON. */
export function toStateDiffJson(pair: StatePair, differences: readonly Difference[]): JsonObject {
  const side = ({ position, state }: StatePair['from']): JsonObject => ({
    position: String(position),
    ...given({ state: ifGiven(state, toStateJson) }),
  });
  const { key, from, to } = pair;
  return {
    v: 1,
    key,
    same: differences.length === 0,
    from: side(from),
    to: side(to),
    differences: differences.map((difference) => ({ ...difference })),
  };
}

function compare(path: string, before: JsonValue | undefined, after: JsonValue | undefined): Difference[] {
  if (jsonEquals(before, after)) return [];
  if (isJsonObject(before) && isJsonObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => compare(`${path}/${pointerPart(name)}`, before[name], after[name]));
  }
  return [{ path, ...given({ before, after }) }];
}

/** A name inside a JSON Pointer (RFC 6901). */
function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
