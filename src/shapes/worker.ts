import type { JsonObject } from '../core/base/json.ts';
import type { WorkEvent, WorkReport } from '../index.ts';

/** What a worker did, as JSON. */
export function toWorkJson({ emergency, ...counts }: WorkReport): JsonObject {
  return {
    v: 1,
    ...counts,
    ...(emergency ? { emergency: { code: emergency.code, message: emergency.message } } : {}),
  };
}

/** An event as one line of JSON. */
export function toEventJson(event: WorkEvent, time: string): JsonObject {
  const head = { v: 1, time, level: levelOf(event), event: event.type };
  if (event.type === 'error') return { ...head, ...errorJson(event.error), inRow: event.inRow };
  if (event.type === 'stopped') {
    const { emergency, ...counts } = event.report;
    return { ...head, ...counts, ...(emergency ? { emergency: errorJson(emergency) } : {}) };
  }
  const { type: _, ...rest } = event;
  return { ...head, ...(rest as JsonObject), ...('ms' in event ? { ms: Math.round(event.ms) } : {}) };
}

function errorJson(error: Error): JsonObject {
  const { code } = error as { readonly code?: unknown };
  return { ...(typeof code === 'string' ? { code } : {}), message: error.message };
}

/** The level at which an event is logged. */
export function levelOf(event: WorkEvent): 'info' | 'warn' | 'error' {
  if (event.type === 'error') return 'error';
  if (event.type === 'stopped') return event.report.emergency ? 'error' : 'info';
  if (event.type === 'mended' || event.type === 'lease-lost') return 'warn';
  if (event.type !== 'ended') return 'info';
  return event.error !== undefined || event.ended === 'lost' || event.ended === 'parked' ? 'warn' : 'info';
}
