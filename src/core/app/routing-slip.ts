import type { JsonValue } from '../base/json.ts';
import type { StepSide } from './saga.ts';

/** A step on a slip, and what became of it. */
export interface SlipStep {
  readonly step: string;
  /** Service that carries it out. */
  readonly at: string;
  readonly key: string;
  /** The key under which a step that is to be undone was done, or may come to be. */
  readonly undoes?: string;
  readonly outcome?:
    | { readonly ok: true; readonly result: JsonValue }
    | { readonly ok: false; readonly error: string; readonly happened: 'no' | 'maybe' };
}

/**
 * A routing slip: the part of a saga's itinerary that travels from service to service, each of which does its step, notes
 * what came of it, and passes the slip on.
 */
export interface Slip {
  readonly slip: 1;
  readonly saga: string;
  readonly type: string;
  readonly data: JsonValue;
  readonly side: StepSide;
  /** Why it is undone. */
  readonly error?: string;
  readonly steps: readonly SlipStep[];
  /** Results of the steps done so far, also before the slip set out. */
  readonly results: Readonly<Record<string, JsonValue>>;
  /** Where it goes when all steps are done, and when one has failed: `QUEUE@SERVICE`. */
  readonly home: string;
  readonly errors: string;
}

/** Queue of a service to which slips come. */
export const slipTheme = 'slips';
/** Queue of a saga's own service to which slips come that went wrong. */
export const slipErrorTheme = 'slip-errors';

/** The first step of a slip that has no outcome, if any. */
export function nextOfSlip({ steps }: Slip): SlipStep | undefined {
  return steps.find(({ outcome }) => outcome === undefined);
}

/** The slip with what became of a step. */
export function noteOnSlip(slip: Slip, step: string, outcome: NonNullable<SlipStep['outcome']>): Slip {
  return {
    ...slip,
    steps: slip.steps.map((one) => (one.step === step ? { ...one, outcome } : one)),
    results: outcome.ok ? { ...slip.results, [step]: outcome.result } : slip.results,
  };
}

/** Where a slip goes next: to the service of its next step; home when it has none; to the errors when a step failed. */
export function destinationOf(slip: Slip): string {
  if (slip.steps.some(({ outcome }) => outcome?.ok === false)) return slip.errors;
  const next = nextOfSlip(slip);
  return next ? `${slipTheme}@${next.at}` : slip.home;
}
