import { isErrorCode } from '../base/error-codes.ts';
import { TxlogError } from '../base/errors.ts';
import { given, ifGiven } from '../base/given.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { type Links, linksOf } from '../log/links.ts';
import type { NewSession } from '../log/operation.ts';
import { checkData, checkLinks, checkName } from '../log/session-input.ts';
import type { App } from './app.ts';
import { checkOwnTheme } from './own-theme.ts';
import type { Parcel } from './service-definition.ts';

/** Themes in which messages for other services wait start with this. */
export const outboxPrefix = 'to/';

/** Theme in which messages for a service wait until they are delivered. */
export function outboxTheme(service: string): string {
  return outboxPrefix + service;
}

/** The service whose messages wait in a theme, if it is one of `outboxTheme`. */
export function serviceOfTheme(theme: string): string | undefined {
  return theme.startsWith(outboxPrefix) ? theme.slice(outboxPrefix.length) : undefined;
}

const parcelFields = ['id', 'queue', 'data', 'order', 'after', 'correlation', 'causation', 'traceparent'];

/** Reads a parcel that came from elsewhere. Errors: REQUEST_INVALID. */
export function readParcel(value: JsonValue): Parcel {
  if (!isJsonObject(value)) throw invalid('a parcel is a JSON object');
  const unknown = Object.keys(value).find((field) => !parcelFields.includes(field));
  if (unknown !== undefined) throw invalid(`a parcel has no field ${JSON.stringify(unknown)}`, unknown);
  for (const field of parcelFields) {
    if (field === 'data') continue;
    const isNeeded = field === 'id' || field === 'queue';
    if (typeof value[field] === 'string' || (!isNeeded && value[field] === undefined)) continue;
    throw invalid(`${field} of a parcel is a text`, field);
  }
  if (value.data === undefined) throw invalid('a parcel has data', 'data');
  return value as unknown as Parcel;
}

function invalid(message: string, path?: string): TxlogError {
  return new TxlogError('REQUEST_INVALID', message, given({ path }));
}

/**
 * The operation that puts a parcel into its queue: the same parcel again is the same session.
 *
 * Errors: REQUEST_INVALID of its names; TYPE_RESERVED of a queue of sagas; VALUE_TOO_LARGE and the JSON_ codes of its data.
 */
export function sessionOfParcel(parcel: Parcel, { themes }: Pick<App, 'themes'> = {}) {
  const { id, queue, data, order, correlation, causation, traceparent } = parcel;
  const number = themes?.[queue]?.number;
  const operation: NewSession & { readonly bytes: number } = {
    op: 'new',
    session: checkName('id', id),
    theme: checkOwnTheme('queue', queue),
    ...checkData(data),
    ...given({ number, order: ifGiven(order, (order) => checkName('order', order)) }),
    links: checkLinks({ correlation, causation, traceparent }),
  };
  return operation;
}

/** The parcel that a session brings, with where that session comes from. Errors: REQUEST_INVALID of data that are none. */
export function parcelOfSession(data: JsonValue | Uint8Array | undefined, session: Links): Parcel {
  if (data === undefined || data instanceof Uint8Array) throw invalid('a parcel is a JSON object');
  return { ...readParcel(data), ...linksOf(session) };
}

/** The fate of a parcel: it is durably where it was sent to, or it is not, for this reason. */
export type Acknowledgement =
  | { readonly id: string; readonly ok: true; readonly duplicate: boolean }
  /** The id of a line that is no parcel at all, nobody knows. */
  | { readonly id: string | null; readonly ok: false; readonly error: TxlogError };

/** An acknowledgement, as JSON. */
export function toAcknowledgementJson(acknowledgement: Acknowledgement): JsonObject {
  if (acknowledgement.ok) {
    const { id, ok, duplicate } = acknowledgement;
    return { id, ok, duplicate };
  }
  const { id, ok, error } = acknowledgement;
  const { code, message, details } = error;
  return { id, ok, error: { code, message, ...given({ line: details.line }) } };
}

/** Reads `toAcknowledgementJson`; undefined of what is none. */
export function readAcknowledgement(value: JsonValue): Acknowledgement | undefined {
  if (!isJsonObject(value)) return undefined;
  const { id, ok, error, duplicate } = value;
  if (ok === true) return typeof id === 'string' ? { id, ok, duplicate: duplicate === true } : undefined;
  if (ok !== false || !isJsonObject(error) || !(typeof id === 'string' || id === null)) return undefined;
  const { code, message } = error;
  const told = String(message ?? 'it was refused');
  // Another version may know more codes.
  const isKnown = typeof code === 'string' && isErrorCode(code);
  const known = isKnown ? new TxlogError(code, told) : new TxlogError('REQUEST_INVALID', `${String(code)}: ${told}`);
  return { id, ok, error: known };
}
