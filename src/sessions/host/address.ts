import { checkOwnTheme } from '../../core/app/own-theme.ts';
import { outboxPrefix, outboxTheme } from '../../core/app/parcel.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import { causedBy } from '../../core/log/links.ts';
import type { NewSession, Settled } from '../../core/log/operation.ts';
import { responseId } from '../../core/log/response-id.ts';
import { checkData, checkName } from '../../core/log/session-input.ts';
import { responseOf } from '../../pipeline/3-decide-operation.ts';

/** A message that a session brings: its id names it for ever, so that it is delivered once however often it is sent. */
export interface Message {
  readonly id: string;
  /** Queue of this environment, or `QUEUE@SERVICE` of another one. */
  readonly to: string;
  readonly data: JsonValue;
  readonly order?: string;
  readonly delay?: number;
}

/** The queue and the service that an address names; without a service it is here. Errors: REQUEST_INVALID. */
export function readAddress(address: string): { readonly queue: string; readonly service: string | undefined } {
  const at = address.lastIndexOf('@');
  if (at < 0) return { queue: checkName('to', address, limits.typeBytesMax), service: undefined };
  const queue = checkName('to', address.slice(0, at), limits.typeBytesMax);
  return { queue, service: checkName('to', address.slice(at + 1), limits.typeBytesMax - outboxPrefix.length) };
}

/** The same of an address that gets a response: no queue of sagas. Errors: REQUEST_INVALID, TYPE_RESERVED. */
export function readRespond(address: string): ReturnType<typeof readAddress> {
  const read = readAddress(address);
  checkOwnTheme('respond', read.queue);
  return read;
}

/** The session that brings a message: in its queue, or in the theme where messages for its service wait. */
export function sessionOfMessage({ id, to, data, order, delay }: Message): NewSession {
  const { queue, service } = readAddress(to);
  const parcel: JsonObject = { id, queue, data, ...given({ order }) };
  return {
    op: 'new',
    session: id,
    theme: service === undefined ? queue : outboxTheme(service),
    ...checkData(service === undefined ? data : parcel),
    ...given({ order: ifGiven(order, (order) => checkName('order', order)), delay }),
  };
}

/** The session that brings the response to a request where one is wanted. It comes from the request. */
export function responsesOf(
  outcome: Settled,
  respond: string | undefined,
  data: JsonValue = responseOf(outcome),
): readonly NewSession[] {
  if (respond === undefined) return [];
  const { id } = outcome;
  return [{ ...sessionOfMessage({ id: responseId(id), to: respond, data }), links: causedBy(id, outcome) }];
}
