import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { isLong } from '../kit/length.ts';

/** One event of the bank's log. */
export interface LoanEvent {
  readonly case: string;
  readonly activity: string;
  readonly lifecycle: string;
  readonly resource?: string;
  readonly at: string;
  readonly amount: number;
}

const { TXLOG_LOANS } = process.env;
/** TXLOG_LOANS names another file with them. */
const real = TXLOG_LOANS ?? new URL('../../../shared/data/loan-applications.ndjson.gz', import.meta.url);
const samples = new URL('../../fixtures/requests/', import.meta.url);

/**
 * Whether all 262,200 real events are played, as in the long run. Else it is the first of them; or where they are not
 * there, the project's own sample of the same shape.
 */
export const hasAllEvents = isLong && existsSync(real);

/** More than a checkpoint holds, and than a load takes at once; and work that was scheduled and never started. */
const someEvents = 22_000;

/** The events as text lines; where they are not there, those of a sample. */
export function readLoanLines(sample = 'loan-events.ndjson'): readonly string[] {
  const isReal = existsSync(real);
  if (!isReal) console.warn('The real loan events are not there: testing with the sample of fixtures/requests.');
  const bytes = isReal ? gunzipSync(readFileSync(real)) : readFileSync(new URL(sample, samples));
  const lines = bytes.toString().trimEnd().split('\n');
  return isLong ? lines : lines.slice(0, someEvents);
}

/** All real events. Errors: that of the system, where they are not there. */
export function readAllLoanLines(): readonly string[] {
  return gunzipSync(readFileSync(real)).toString().trimEnd().split('\n');
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
