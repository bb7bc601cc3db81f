import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Change } from '../fold/change.ts';
import type { StoredRecord } from '../log/record.ts';
import type { RequestInput } from '../log/request.ts';
import type { HandlerRejection, HandlerRequest, HandlerStates, PayloadSchema } from './handler-terms.ts';
import type { ProcessDefinition } from './process-definition.ts';
import type { SagaDefinition } from './saga-definition.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { ThemeDefinition } from './theme.ts';
import type { ReadParameters, ViewDefinition } from './view-definition.ts';

/** Folds an argument into a shared value. Pure; `undefined` stands for a key without a value. */
export type Reducer = (value: JsonValue | undefined, argument: JsonValue | undefined) => JsonValue | undefined;

/**
 * Users' code for one type of request. All functions are pure and synchronous: what they need of time or chance
 * is in the request. A throw becomes a rejection with code HANDLER_FAILED.
 */
export interface RequestType {
  readonly schema?: PayloadSchema;
  /** `false`, or a rejection, refuses the request with DENIED or the rejection's own code. */
  authorize?(request: HandlerRequest, states: HandlerStates): boolean | HandlerRejection;
  /** The changes to apply, or a rejection. Without it, the request carries its own changes. */
  decide?(request: HandlerRequest, states: HandlerStates): readonly Change[] | HandlerRejection;
  /** Changes that undo `record`, in place of the exact fold without it. */
  compensate?(record: StoredRecord, states: HandlerStates): readonly Change[] | HandlerRejection;
  readonly reducers?: Readonly<Record<string, Reducer>>;
}

/** A user's module, as `defineApp` takes it. */
export interface App {
  readonly requests?: Readonly<Record<string, RequestType>>;
  readonly themes?: Readonly<Record<string, ThemeDefinition>>;
  readonly sagas?: Readonly<Record<string, SagaDefinition>>;
  readonly processes?: Readonly<Record<string, ProcessDefinition>>;
  /** Questions about states, by their names. */
  readonly views?: Readonly<Record<string, ViewDefinition>>;
  /** Name of this environment, as other services know it: where their answers go. */
  readonly name?: string;
  /** Environments of other services, by the names by which steps and addresses know them. */
  readonly services?: Readonly<Record<string, ServiceDefinition>>;
  /** Turns a foreign line (already parsed) into a request, several, or none. */
  map?(line: JsonValue, lineNumber: number): RequestInput | readonly RequestInput[] | undefined;
}

/** An app whose schemas are compiled: why a payload does not fit, or undefined. */
export interface LoadedApp extends App {
  readonly source: string;
  findPayloadProblem(type: string, payload: JsonValue | undefined): string | undefined;
  /** The same for what a saga is started with. */
  findSagaProblem(type: string, data: JsonValue): string | undefined;
  /** The parameters of a view that the app has. */
  readParameters(view: string, params: JsonObject): ReadParameters;
}

/** Finds an app's definition of a type of requests. A name such as `toString` is one like any other. */
export function requestTypeOf({ requests = {} }: App, type: string): RequestType | undefined {
  return Object.hasOwn(requests, type) ? requests[type] : undefined;
}

/** No user code: requests carry their changes. */
export const emptyApp: LoadedApp = {
  source: '',
  findPayloadProblem: () => undefined,
  findSagaProblem: () => undefined,
  readParameters: (_, params) => ({ params }),
};
