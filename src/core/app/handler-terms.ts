import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Owner } from '../fold/rejection.ts';

/** A state as a handler sees it. Frozen. */
export interface HandlerState {
  readonly key: string;
  readonly kind: 'dedicated' | 'shared';
  readonly value: JsonValue;
  readonly version: number;
  readonly owner?: Owner;
}

/** The states that a handler may read: as of right before its own transaction. Each read is remembered. */
export interface HandlerStates {
  /** The state, or undefined when the key has no value or owner now. */
  get(key: string): HandlerState | undefined;
}

/** The request as a handler sees it. Frozen. */
export interface HandlerRequest {
  readonly id: string;
  readonly type: string;
  readonly actor: string | undefined;
  /** Claims about the one who asks, by the token or the caller: empty where there are none. */
  readonly claims: JsonObject;
  readonly payload: JsonValue;
  /** Digests of the attachments that it names: they are here. */
  readonly attachments?: readonly string[];
  /** Time of the transaction in ms since 1970: use it instead of the clock, so that a replay decides the same. */
  readonly time: number;
}

/** A handler's refusal, made by `reject`. */
export interface HandlerRejection {
  readonly rejected: true;
  readonly code: string;
  readonly reason: string;
  readonly key?: string;
}

/** Checks a payload: a Standard Schema (zod, valibot, …), a JSON Schema object, or nothing. */
export type PayloadSchema = JsonObject | { readonly '~standard': unknown };

/** Refuses a request from within a handler. */
export function rejectRequest(code: string, reason: string, key?: string): HandlerRejection {
  return key === undefined ? { rejected: true, code, reason } : { rejected: true, code, reason, key };
}
