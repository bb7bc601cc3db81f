import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One event of the bank's log. */
export interface LoanEvent {
  readonly case: string;
  readonly activity: string;
  readonly lifecycle: string;
  readonly resource?: string;
  readonly at: string;
  readonly amount: number;
}

const real = new URL('../../../shared/data/loan-applications.ndjson.gz', import.meta.url);
const samples = new URL('../../fixtures/requests/', import.meta.url);

/** Whether the 262,200 real events are here; otherwise the project's own sample of the same shape is used. */
export const hasRealEvents = existsSync(real);

/** The events as text lines; where they are not there, those of a sample. */
export function readLoanLines(sample = 'loan-events.ndjson'): readonly string[] {
  if (!hasRealEvents) console.warn('The real loan events are not there: testing with the sample of fixtures/requests.');
  const bytes = hasRealEvents ? gunzipSync(readFileSync(real)) : readFileSync(new URL(sample, samples));
  return bytes.toString().trimEnd().split('\n');
}

/** States by key that the events imply, folded here without the engine. */
export function foldLoanEvents(lines: readonly string[]): Map<string, unknown> {
  const states = new Map<string, unknown>();
  for (const line of lines) {
    const { case: id, activity, lifecycle, at, amount } = JSON.parse(line) as LoanEvent;
    if (activity === 'A_SUBMITTED') states.set(`application/${id}`, { amount });
    states.set(`case/${id}`, { activity, lifecycle, at });
    const counter = `activity/${activity}/${lifecycle}`;
    states.set(counter, ((states.get(counter) as number | undefined) ?? 0) + 1);
  }
  return states;
}
