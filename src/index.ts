/**
 * txlog as a library: an append-only transaction log with materialized states, in one directory.
 *
 * Everything public is here; other modules may change at any time.
 */
export { defineApp } from './app/define.ts';
export type {
  App,
  HandlerRejection,
  HandlerRequest,
  HandlerState,
  HandlerStates,
  LoadedApp,
  PayloadSchema,
  Reducer,
  RequestType,
} from './core/app.ts';
export { rejectRequest as reject } from './core/app.ts';
export type { Change, ChangeOp } from './core/change.ts';
export { type ErrorCode, type ErrorDetails, errorCodes, rejectionCodes, TxlogError } from './core/errors.ts';
export type { RecordFilter } from './core/filter.ts';
export type { JsonObject, JsonValue } from './core/json.ts';
export { limits } from './core/limits.ts';
export type { Receipt } from './core/receipt.ts';
export type { Expectation, Outcome, StoredRecord } from './core/record.ts';
export type { Owner, Rejection } from './core/rejection.ts';
export type { Request, RequestInput } from './core/request.ts';
export { type OpenOptions, openEnvironment } from './engine.ts';
export { Environment, type TransactionName } from './environment.ts';
export { parseJson } from './layout/json-text.ts';
export { toReceiptJson, toRecordJson, toRejectionJson, toTime } from './layout/shapes.ts';
export type { Answer } from './pipeline/2-batch.ts';
export type { AppliedEntry, StateReading } from './pipeline/read-state.ts';
export type { Clock } from './ports/clock.ts';
