import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import type { WorkEvent, WorkReport } from '../index.ts';

/** The report of a worker as JSON. */
export function toWorkJson({ emergency, ...counts }: WorkReport): JsonObject {
  return {
    v: 1,
    ...counts,
    ...given({ emergency: ifGiven(emergency, (emergency) => ({ code: emergency.code, message: emergency.message })) }),
  };
}

/** An event as one line of JSON. */
export function toEventJson(event: WorkEvent, time: string): JsonObject {
  const head = { v: 1, time, level: levelOf(event), event: event.type };
  if (event.type === 'error') return { ...head, ...errorJson(event.error), inRow: event.inRow };
  if (event.type === 'stopped') {
    const { emergency, ...counts } = event.report;
    return { ...head, ...counts, ...given({ emergency: ifGiven(emergency, errorJson) }) };
  }
  const { type: _, ...rest } = event;
  return { ...head, ...(rest as JsonObject), ...('ms' in event && { ms: Math.round(event.ms) }) };
}

/** An error that an app threw where nobody waits for it. */
export interface AppError {
  readonly error: Error;
  /** Where in the app. */
  readonly at: string | undefined;
  /** Sessions that were led then: it came from one of them, unless it came from none. */
  readonly sessions: readonly { readonly session: string; readonly theme: string; readonly epoch: number }[];
}

/** An error of the app as one line of JSON. */
export function toAppErrorJson({ error, at, sessions }: AppError, time: string): JsonObject {
  const head = { v: 1, time, level: 'error', event: 'app-error', ...errorJson(error) };
  return { ...head, ...given({ at }), sessions: sessions.map((session) => ({ ...session })) };
}

function errorJson(error: Error): JsonObject {
  const { code } = error as { readonly code?: unknown };
  return { ...(typeof code === 'string' && { code }), message: error.message };
}

/** The level at which an event is logged. */
export function levelOf(event: WorkEvent): 'info' | 'warn' | 'error' {
  if (event.type === 'error') return 'error';
  if (event.type === 'stopped') return event.report.emergency ? 'error' : 'info';
  if (event.type === 'mended' || event.type === 'lease-lost' || event.type === 'left') return 'warn';
  if (event.type !== 'ended') return 'info';
  return event.error !== undefined || event.ended === 'lost' || event.ended === 'parked' ? 'warn' : 'info';
}
