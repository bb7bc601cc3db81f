import type { JsonValue } from '../base/json.ts';

/**
 * Where a saga stands. `running` does its steps; `compensating` undoes them; `failed` could not undo one and waits for a
 * person. It ends `done` or `compensated`.
 */
export type SagaPhase = 'running' | 'compensating' | 'failed' | 'done' | 'compensated';

/** All phases, in the order in which people read them. */
export const sagaPhases: readonly SagaPhase[] = ['running', 'compensating', 'failed', 'done', 'compensated'];

/** A step's action, or the one that undoes it. */
export type StepSide = 'do' | 'undo';

/** Something that happened to a saga: the data of its session are these, in their order. Times in ms since 1970. */
export type SagaEvent =
  | {
      readonly event: 'started';
      readonly v: 1;
      readonly type: string;
      readonly data: JsonValue;
      /** Gets the outcome: a queue of this environment, or `QUEUE@SERVICE`. */
      readonly respond?: string;
      /** The saga whose steps this one undoes. */
      readonly undoes?: string;
    }
  | { readonly event: 'planned'; readonly steps: readonly (readonly string[])[] }
  | { readonly event: 'began'; readonly step: string; readonly side: StepSide; readonly attempt: number }
  | { readonly event: 'did'; readonly step: string; readonly side: StepSide; readonly result: JsonValue }
  | {
      readonly event: 'failed';
      readonly step: string;
      readonly side: StepSide;
      readonly error: string;
      /** Whether it may have happened all the same. */
      readonly happened: 'no' | 'maybe';
      /** It was refused for good: under its key it never happened, and never will. */
      readonly refused?: boolean;
      /** Its worker was stopped: no attempt. */
      readonly stopped?: boolean;
      /** Tried again at `due`; no more: the saga turns back; or waits for a person. */
      readonly next: 'retry' | 'turn' | 'wait';
      readonly due?: number;
    }
  /** It turns back, for another reason than a step: its deadline, a person, a rule. */
  | { readonly event: 'compensate'; readonly why: string }
  /** A person has it tried again, with all its attempts. */
  | { readonly event: 'retry' }
  /** A person has it go on as if this were done. */
  | { readonly event: 'skip'; readonly step: string; readonly side: StepSide }
  /** A person ends it. */
  | { readonly event: 'force'; readonly outcome: SagaOutcome };

/** How a saga ends. */
export type SagaOutcome = 'done' | 'compensated';

/** How far one side of a step has come. */
export interface SideProgress {
  /** `begun`: under way, or nobody knows. `retrying`: waits for its next attempt. */
  readonly status: 'waiting' | 'begun' | 'retrying' | 'done' | 'failed' | 'skipped';
  readonly attempts: number;
  /** How often it began, over all that a person had tried anew: no two of its messages have one name. */
  readonly begun: number;
  /** How often a person had it tried anew after it was refused: each time it has another key. */
  readonly round: number;
  /** An attempt ended in a way that does not tell whether it happened. */
  readonly maybe: boolean;
  /** The last attempt was refused for good: under its key it never happened. */
  readonly refused?: boolean;
  readonly error?: string;
  /** When it is tried again. */
  readonly due?: number;
  readonly beganAt?: number;
  readonly endedAt?: number;
  readonly result?: JsonValue;
}

/** How far a step has come. */
export interface StepProgress {
  readonly name: string;
  readonly do: SideProgress;
  readonly undo: SideProgress;
}

/** A saga as of its newest event. Times in ms since 1970. */
export interface Saga {
  readonly id: string;
  readonly type: string;
  readonly data: JsonValue;
  readonly phase: SagaPhase;
  readonly createdAt: number;
  /** Names of its steps, by group; absent until its first turn. */
  readonly itinerary?: readonly (readonly string[])[];
  readonly steps: ReadonlyMap<string, StepProgress>;
  /** Why it turned back. */
  readonly error?: string;
  /** The step that cannot be undone, while it waits for a person. */
  readonly problem?: string;
  readonly respond?: string;
  readonly undoes?: string;
  /** The span of a trace that it belongs to. */
  readonly traceparent?: string;
  /** How a person ended it. */
  readonly forced?: SagaOutcome;
}

const sagaThemePrefix = 'saga/';

/** Theme of the sagas of a type. */
export function sagaTheme(type: string): string {
  return sagaThemePrefix + type;
}

/** The type of the sagas of a theme, if it is one of `sagaTheme`. */
export function sagaOfTheme(theme: string): string | undefined {
  return theme.startsWith(sagaThemePrefix) ? theme.slice(sagaThemePrefix.length) : undefined;
}

/** Queue of answers to sagas, where a question names no other. */
export const answerTheme = 'answers';

/**
 * The idempotency key of one side of a step: the same at each attempt, another one after a person had it tried anew that
 * was refused.
 * Names of steps hold neither `/` nor `~`.
 */
export function stepKey(
  saga: string,
  step: string,
  { side, round }: { readonly side: StepSide; readonly round: number },
): string {
  const anew = round === 0 ? '' : `~${round}`;
  return `${saga}/${step}${anew}${side === 'undo' ? '/undo' : ''}`;
}

/** The step that a key of `stepKey` names, if it can be one. */
export function stepOfKey(
  key: string,
): { readonly saga: string; readonly step: string; readonly side: StepSide; readonly round: number } | undefined {
  const side = key.endsWith('/undo') ? 'undo' : 'do';
  const name = side === 'undo' ? key.slice(0, -'/undo'.length) : key;
  const slash = name.lastIndexOf('/');
  if (slash <= 0) return undefined;
  const [, step, anew = '0'] = /^([^~]+)(?:~([1-9]\d{0,8}))?$/s.exec(name.slice(slash + 1)) ?? [];
  if (step === undefined || step === 'undo') return undefined;
  return { saga: name.slice(0, slash), step, side, round: Number(anew) };
}
