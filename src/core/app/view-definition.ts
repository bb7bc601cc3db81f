import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Rejection } from '../fold/rejection.ts';
import type { HandlerState, PayloadSchema } from './handler-terms.ts';

/** The question to a view. Frozen. */
export interface ViewCall {
  /** The parameters as the schema of the view leaves them. */
  readonly params: JsonValue;
  /** The one who asks, where that is known. */
  readonly actor: string | undefined;
  /** Claims about the one who asks, by the token or the caller: empty where there are none. */
  readonly claims: JsonObject;
  /** The position that the answer is as of, and the time of its record in ms since 1970: use it instead of the clock. */
  readonly position: number;
  readonly time: number;
}

/** A state as a view sees it. Frozen. */
export interface ViewState extends HandlerState {
  /** Position of the last transaction that was applied to it. */
  readonly position: number;
}

/** Which states a view lists, in the order of their keys. */
export interface ViewRange {
  /** The beginning of the keys. The default is all. */
  readonly prefix?: string;
  /** The key after which to begin. */
  readonly after?: string;
  /** From the last one down: what comes before `after`. */
  readonly reverse?: boolean;
}

/** The states that a view reads: all as of one position. */
export interface ViewStates {
  /** The state, or undefined when the key has no value or owner at that position. */
  get(key: string): ViewState | undefined;
  /** The states of a range, one after another: stop when you have enough. */
  list(range?: ViewRange): Iterable<ViewState>;
}

/**
 * Users' code that answers a question about states. Pure: the same question at the same position has the same answer.
 * A view that reads much is a generator, and yields now and then, so that other work gets its turn.
 */
export interface ViewDefinition {
  /** One sentence for those who look for it. */
  readonly summary?: string;
  /** Checks the parameters, and makes numbers and flags of the texts of a query. Without it, there are none. */
  readonly schema?: PayloadSchema;
  /** Any JSON, or a refusal made by `reject`; or a generator that returns that. */
  read(asked: ViewCall, states: ViewStates): unknown;
}

/** The answer of a view, or its refusal, as of a position. */
export type ViewAnswer = { readonly view: string; readonly position: number } & (
  | { readonly value: JsonValue; readonly rejection?: undefined }
  | { readonly rejection: Rejection }
);

/** Names that no parameter has: they say as of which position a view answers. */
export const reservedParameters: readonly string[] = ['as-of', 'after', 'wait'];

/** The parameters of a view, as its schema leaves them, or why they do not fit. */
export type ReadParameters = { readonly params: JsonValue } | { readonly problem: string };

/** A view, as it is listed. */
export interface ListedView {
  readonly view: string;
  readonly summary?: string;
  /** The JSON Schema of its parameters, where its schema is one or can be told as one. */
  readonly schema?: JsonObject;
}
