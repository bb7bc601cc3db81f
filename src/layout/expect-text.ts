import { isJsonObject, type JsonValue } from '../core/base/json.ts';
import type { Expectation } from '../core/log/record.ts';

/** The preconditions of a request: on states, and on attachments that have to be here, by their digests. */
export interface Preconditions {
  readonly expect: readonly Expectation[];
  readonly attachments?: readonly string[];
}

/** Preconditions as the JSON text of a record: an attachment stands among the expectations, as `{"attachment": digest}`. */
export function toExpectText({ expect, attachments = [] }: Preconditions): string | undefined {
  if (attachments.length > 0) return JSON.stringify([...expect, ...attachments.map((attachment) => ({ attachment }))]);
  return expect.length === 0 ? undefined : JSON.stringify(expect);
}

/** Reads `toExpectText`, once it is parsed. */
export function fromExpectList(list: readonly JsonValue[]): Preconditions {
  const attachments = list.flatMap(attachmentOf);
  if (attachments.length === 0) return { expect: list as unknown as readonly Expectation[] };
  const expect = list.filter((item) => attachmentOf(item).length === 0) as unknown as readonly Expectation[];
  return { expect, attachments };
}

function attachmentOf(item: JsonValue): readonly string[] {
  return isJsonObject(item) && typeof item.attachment === 'string' ? [item.attachment] : [];
}
