import type { SagaEvent, SagaPhase, StepSide } from '../../core/app/saga.ts';
import { assertNever } from '../../core/base/assert.ts';
import { isJsonObject, type JsonValue } from '../../core/base/json.ts';
import type { Colors } from '../../text/colors.ts';
import { formatValue, printable } from '../../text/printable.ts';
import { timeText } from '../../text/time.ts';

/** An event of a saga for people, in few words. */
export function sagaEventText(event: SagaEvent, columns = 60): string {
  switch (event.event) {
    case 'started':
      return startText(event, columns);
    case 'planned':
      return `planned ${planText(event.steps)}`;
    case 'began':
      return `${sideText(event)} begins${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`;
    case 'did':
      return `${doneText(event)}${event.result === null ? '' : `: ${formatValue(event.result, columns)}`}`;
    case 'failed':
      return `${sideText(event)} failed${perhaps(event.happened === 'maybe')}: ${printable(event.error)}; ${nextText(event)}`;
    case 'compensate':
      return `turns back: ${printable(event.why)}`;
    case 'retry':
      return 'retry, with all attempts';
    case 'skip':
      return `skip ${sideText(event)}`;
    case 'force':
      return `force it to be ${event.outcome}`;
    default:
      return assertNever(event);
  }
}

/** Several events in one line. */
export function sagaEventTexts(events: readonly SagaEvent[], columns: number): string {
  return events.map((event) => sagaEventText(event, columns)).join('; ');
}

/** The groups of an itinerary in one line: `a → b + c → d`. */
export function planText(steps: readonly (readonly string[])[]): string {
  return steps.map((group) => group.map(printable).join(' + ')).join(' → ');
}

/** That something failed, and may have happened all the same. */
export function perhaps(maybe: boolean): string {
  return maybe ? ' (perhaps done)' : '';
}

/** The phase of a saga, in the colour that it calls for. */
export function phaseText(phase: SagaPhase, colors: Colors): string {
  return phaseColour(phase, colors)(phase);
}

/** The colour of a phase. */
export function phaseColour(phase: SagaPhase, colors: Colors): (text: string) => string {
  const colours = { running: colors.strong, compensating: colors.warn, failed: colors.bad, done: colors.good };
  return phase === 'compensated' ? colors.warn : colours[phase];
}

/** The events of a saga that a chunk of a session's data holds; undefined of other data. */
export function sagaEventsIn(data: JsonValue | undefined): readonly SagaEvent[] | undefined {
  const events = Array.isArray(data) ? data : [data];
  return events.length > 0 && events.every(isSagaEvent) ? (events as unknown as SagaEvent[]) : undefined;
}

function isSagaEvent(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  const { event, step, side, type, attempt, error, next, steps, why, outcome } = value;
  const isOfStep = typeof step === 'string' && (side === 'do' || side === 'undo');
  switch (event) {
    case 'started':
      return value.v === 1 && typeof type === 'string' && value.data !== undefined;
    case 'planned':
      return Array.isArray(steps) && steps.every((group) => Array.isArray(group) && group.every(isText));
    case 'began':
      return isOfStep && typeof attempt === 'number';
    case 'did':
      return isOfStep && value.result !== undefined;
    case 'failed':
      return isOfStep && isText(error) && isText(next);
    case 'skip':
      return isOfStep;
    case 'compensate':
      return isText(why);
    case 'force':
      return isText(outcome);
    default:
      return event === 'retry' && Object.keys(value).length === 1;
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function startText({ data, respond, undoes }: SagaEvent & { event: 'started' }, columns: number): string {
  const parts = [
    undoes === undefined ? 'started' : `started, to undo ${printable(undoes)}`,
    formatValue(data, columns),
    ...(respond === undefined ? [] : [`answers to ${printable(respond)}`]),
  ];
  return parts.join(', ');
}

function sideText({ step, side }: { readonly step: string; readonly side: StepSide }): string {
  return side === 'do' ? printable(step) : `undoing ${printable(step)}`;
}

function doneText({ step, side }: { readonly step: string; readonly side: StepSide }): string {
  return `${printable(step)} ${side === 'do' ? 'done' : 'undone'}`;
}

function nextText({ next, due }: SagaEvent & { event: 'failed' }): string {
  if (next === 'retry') return `again at ${timeText(due ?? 0)}`;
  return next === 'turn' ? 'turns back' : 'waits for a person';
}
