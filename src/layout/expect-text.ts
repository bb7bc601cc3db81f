import { isJsonObject, type JsonObject, type JsonValue } from '../core/base/json.ts';
import type { Expectation } from '../core/log/record.ts';

/**
 * What the list of preconditions of a record holds: those on states, those on attachments, by their digests, and what
 * few requests have: what was known of the one who asked, and the trace that it belongs to.
 */
export interface Preconditions {
  readonly expect: readonly Expectation[];
  readonly attachments?: readonly string[];
  readonly claims?: JsonObject;
  readonly traceparent?: string;
}

/**
 * Preconditions as the JSON text of a record. Behind the expectations stand the attachments, each as
 * `{"attachment": digest}`, then `{"claims": {…}}`, then `{"traceparent": text}`.
 */
export function toExpectText({ expect, attachments = [], claims, traceparent }: Preconditions): string | undefined {
  if (attachments.length === 0 && claims === undefined && traceparent === undefined)
    return expect.length === 0 ? undefined : JSON.stringify(expect);
  return JSON.stringify([
    ...expect,
    ...attachments.map((attachment) => ({ attachment })),
    ...(claims === undefined ? [] : [{ claims }]),
    ...(traceparent === undefined ? [] : [{ traceparent }]),
  ]);
}

/** Reads `toExpectText`, once it is parsed. */
export function fromExpectList(list: readonly JsonValue[]): Preconditions {
  const others = list.filter((item) => !isExpectation(item)) as readonly JsonObject[];
  if (others.length === 0) return { expect: list as unknown as readonly Expectation[] };
  const found: { -readonly [field in keyof Preconditions]: Preconditions[field] } = {
    expect: list.filter(isExpectation) as unknown as readonly Expectation[],
  };
  const attachments = others.flatMap(({ attachment }) => (attachment === undefined ? [] : [attachment as string]));
  if (attachments.length > 0) found.attachments = attachments;
  for (const { claims, traceparent } of others) {
    if (claims !== undefined) found.claims = claims as JsonObject;
    if (traceparent !== undefined) found.traceparent = traceparent as string;
  }
  return found;
}

function isExpectation(item: JsonValue): boolean {
  if (!isJsonObject(item)) return true;
  return item.attachment === undefined && item.claims === undefined && item.traceparent === undefined;
}
