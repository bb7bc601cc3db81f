import type { JsonObject, JsonValue } from '../base/json.ts';
import type { RequestInput } from '../log/request.ts';

/** The context of a step's code. Frozen. */
export interface StepContext {
  /** Id and type of the saga, and the data that it was started with. */
  readonly saga: string;
  readonly type: string;
  readonly data: JsonValue;
  readonly step: string;
  /** Derived from saga and step: the same at each attempt, so that the callee can know one that it has seen. */
  readonly key: string;
  /** From 1 on. */
  readonly attempt: number;
  /** Results of the steps done so far, by name. */
  readonly results: Readonly<Record<string, JsonValue>>;
  /** When compensating: why. */
  readonly error: string | undefined;
  /** The span of the trace that the saga belongs to: `traceparent`. */
  readonly traceparent: string | undefined;
  /** Aborts when the time of the step is over, or its worker stops. */
  readonly signal: AbortSignal;
}

/** A value, or how to get it from what the step is told. Pure. */
export type From<T> = T | ((context: StepContext) => T);

/** How often and how long a step is tried. Times in seconds. All optional; the defaults are `stepDefaults`. */
export interface StepPolicy {
  /** How long one attempt may take; of a step that waits for an answer, how long it waits. */
  readonly timeout?: number;
  /** Attempts in all, and the pauses between them. */
  readonly retry?: {
    readonly attempts?: number;
    readonly first?: number;
    readonly factor?: number;
    readonly max?: number;
  };
}

/** A request to an engine: its id is the key of the step. */
export type StepRequest = Omit<RequestInput, 'id' | 'respond'>;

/** An HTTP call. The key goes along as the header `Idempotency-Key`. */
export interface HttpCall {
  readonly url: string;
  /** Default POST with a body, GET without. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or text as it is. */
  readonly body?: JsonValue;
}

/** A program: never a line for a shell. It gets JSON on stdin, and its stdout is the result. */
export interface CommandCall {
  readonly argv: readonly string[];
  /** JSON for its stdin; without it what the step is told. */
  readonly input?: JsonValue;
  /** Variables besides those of the worker. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Exit codes that no other attempt will mend, besides `permanentExits`. */
  readonly permanent?: readonly number[];
}

/** A question to another service, or to a queue of this one: the step is done when it is answered. */
export interface Question {
  /** A queue of this environment, or `QUEUE@SERVICE`. */
  readonly to: string;
  readonly data: JsonValue;
  /** Messages of one queue and order key are led one after another. Default the saga's id: no undo before its do. */
  readonly order?: string;
  /** Queue of this environment that the answer comes to; `answers` in its theme says so. Default `answers`. */
  readonly respond?: string;
}

/** One thing that a step does. */
export type StepAction = StepPolicy &
  (
    | { readonly request: From<StepRequest>; readonly service?: string }
    | { readonly http: From<HttpCall> }
    | { readonly command: From<CommandCall> }
    /** Users' code. What it returns is the result. */
    | { run(context: StepContext): unknown }
    | { readonly ask: From<Question> }
    | { readonly saga: string; readonly data?: From<JsonValue> }
  );

/** A step of a saga: what it does, and what undoes that. Without `compensate` there is nothing to undo. */
export interface SagaStep {
  readonly name: string;
  readonly do: StepAction;
  readonly compensate?: StepAction;
  /** Service that carries out the step, of a slip that travels. */
  readonly at?: string;
}

/** Users' definition of a type of saga. Times in seconds. */
export interface SagaDefinition {
  /** One after another; those of an inner list at the same time. */
  readonly steps: readonly (SagaStep | readonly SagaStep[])[];
  /** For the whole: what is not done by then is compensated. */
  readonly deadline?: number;
  /** Checks what it is started with: a Standard Schema or a JSON Schema. */
  readonly schema?: JsonObject | { readonly '~standard': unknown };
  /** Its uint32, when the one that its theme's name gives is taken. */
  readonly number?: number;
  readonly lease?: number;
  readonly concurrency?: number;
}

/** The policy of a step that says nothing. Seconds. */
export const stepDefaults = {
  timeout: 30,
  /** How long an answer may take: whoever is asked may be down for a while, and the question waits. */
  patience: 3600,
  retry: { attempts: 5, first: 1, factor: 2, max: 60 },
} as const;

/** Exit codes of a program that no other attempt will mend: bad use, bad data, conflicts, refusals, and no such program. */
export const permanentExits: readonly number[] = [1, 2, 4, 64, 65, 77, 78, 126, 127];

/** Thrown by a step: no other attempt will mend it. The saga compensates at once. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}

/** All steps of a definition, in their order. */
export function stepsOf({ steps }: Pick<SagaDefinition, 'steps'>): readonly SagaStep[] {
  return steps.flat() as readonly SagaStep[];
}

/** The names of the steps, by group. */
export function itineraryOf({ steps }: Pick<SagaDefinition, 'steps'>): readonly (readonly string[])[] {
  return steps.map((entry) => (isGroup(entry) ? entry.map(({ name }) => name) : [entry.name]));
}

function isGroup(entry: SagaStep | readonly SagaStep[]): entry is readonly SagaStep[] {
  return Array.isArray(entry);
}

/** The outcome of an attempt of a step. */
export type StepOutcome =
  | { readonly ok: true; readonly result: JsonValue }
  | {
      readonly ok: false;
      readonly error: string;
      /** No other attempt will mend it. */
      readonly permanent: boolean;
      /** Whether it may have happened all the same: it was refused, or nobody knows. */
      readonly happened: 'no' | 'maybe';
    };
