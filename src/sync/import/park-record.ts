import type { TxlogError } from '../../core/base/errors.ts';
import type { JsonObject } from '../../core/base/json.ts';
import type { Operation } from '../../core/log/operation.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { inputOf } from './foreign-request.ts';

/** The theme of records that could not be decided here: their sessions are parked, and nobody leads them. */
const theme = 'sync.parked';
const actor = 'txlog.sync';

/** The operations that set a record aside until a person sees to it: a parked session with the request and the reason. */
export function parkingOf(origin: string, record: LogRecord, { code, message }: TxlogError): readonly Operation[] {
  const session = `sync/${origin}/${record.position}`;
  const request = inputOf(record) as unknown as JsonObject;
  const compensates = record.compensates === undefined ? {} : { compensates: String(record.compensates) };
  const data: JsonObject = { origin, position: String(record.position), code, request, ...compensates };
  return [
    { op: 'new', session, theme, chunk: { data }, actor },
    { op: 'park', session, error: `${code}: ${message}`, actor },
  ];
}
