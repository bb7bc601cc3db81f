import type { StepContext, StepOutcome } from '../../src/core/app/saga-definition.ts';

/** What a step is told in these tests. Its signal never aborts unless `fields` have another one. */
export function contextOf(fields: Partial<StepContext> = {}): StepContext {
  return Object.freeze({
    saga: 'order-1',
    type: 'order',
    data: { book: 'b' },
    step: 'reserve',
    key: 'order-1/reserve',
    attempt: 2,
    results: { ask: 7 },
    error: undefined,
    traceparent: undefined,
    signal: new AbortController().signal,
    ...fields,
  });
}

/** The result of an outcome that must be done. */
export function resultOf(outcome: StepOutcome): unknown {
  if (!outcome.ok) throw new Error(`failed: ${JSON.stringify(outcome)}`);
  return outcome.result;
}

/** Failures by what they mean. */
export const verdicts = {
  refused: { ok: false, permanent: true, happened: 'no' },
  spoiled: { ok: false, permanent: true, happened: 'maybe' },
  unsent: { ok: false, permanent: false, happened: 'no' },
  unknown: { ok: false, permanent: false, happened: 'maybe' },
} as const;
