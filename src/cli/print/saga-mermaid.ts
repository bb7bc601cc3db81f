import type { SagaEvent } from '../../core/app/saga.ts';
import { assertNever } from '../../core/base/assert.ts';
import type { SagaLogEntry, SagaReading } from '../../index.ts';
import { formatValue, printable } from '../../text/printable.ts';
import { timeText } from '../../text/time.ts';
import { mermaidText } from './mermaid.ts';
import { planText, sagaEventText } from './saga-text.ts';

/** Steps and events that are drawn; more would be no picture any more. */
const stepsDrawn = 12;
const eventsDrawn = 150;
const textMax = 60;

/** Draws a saga as a Mermaid sequence diagram: its attempts step by step, its way back, and people's commands. */
export function formatSagaMermaid({ saga, log, outcome, phase }: SagaReading): string {
  const names = [...new Set(log.flatMap(({ event }) => ('step' in event ? [event.step] : [])))];
  const steps = new Map(names.slice(0, stepsDrawn).map((name, i) => [name, `T${i + 1}`]));
  const drawn = log.slice(0, eventsDrawn);
  const lines = [
    'participant C as clients',
    `participant S as ${mermaidText(`${saga.type} ${saga.id}`)}`,
    ...[...steps].map(([name, short]) => `participant ${short} as ${mermaidText(name)}`),
    ...drawn.flatMap((entry, i) => eventLines(entry, steps, drawn.slice(0, i))),
    ...(names.length > stepsDrawn ? [`Note over S: and ${names.length - stepsDrawn} more steps`] : []),
    ...(log.length > eventsDrawn ? [`Note over S: and ${log.length - eventsDrawn} more events`] : []),
    ...(outcome ? [`S-->>C: ${mermaidText(`${outcome.position} ended ${phase}`)}`] : []),
  ];
  return `sequenceDiagram\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function eventLines(
  entry: SagaLogEntry,
  steps: ReadonlyMap<string, string>,
  before: readonly SagaLogEntry[],
): readonly string[] {
  const { event, position, actor, reason } = entry;
  const by = [
    actor === undefined ? '' : ` by ${printable(actor)}`,
    reason === undefined ? '' : `: ${printable(reason)}`,
  ];
  switch (event.event) {
    case 'began':
    case 'did':
    case 'failed': {
      const step = steps.get(event.step);
      return step === undefined ? [] : attemptLines(event, step, isOpen(event, before));
    }
    case 'planned':
      return [`Note over S: ${mermaidText(planText(event.steps))}`];
    case 'compensate':
      return actor === undefined && reason === undefined
        ? [`Note over S: ${mermaidText(`${position} ${sagaEventText(event)}`)}`]
        : [`C->>S: ${mermaidText(`${position} turn back${by.join('')}`)}`];
    case 'started':
    case 'retry':
    case 'skip':
    case 'force':
      return [`C->>S: ${mermaidText(`${position} ${sagaEventText(event, textMax)}${by.join('')}`)}`];
    default:
      return assertNever(event);
  }
}

type Attempt = SagaEvent & { readonly event: 'began' | 'did' | 'failed' };

/** An attempt's beginning or end; what one record began and ended is both. */
function attemptLines(event: Attempt, step: string, isBegun: boolean): readonly string[] {
  const what = event.side === 'do' ? 'do' : 'undo';
  if (event.event === 'began')
    return [`S->>${step}: ${mermaidText(`${what}${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`)}`];
  const begin = isBegun ? [] : [`S->>${step}: ${what}`];
  if (event.event === 'did') {
    const given = event.result === null ? '' : ` ${formatValue(event.result, textMax)}`;
    return [...begin, `${step}-->>S: ${mermaidText(`${event.side === 'do' ? 'done' : 'undone'}${given}`)}`];
  }
  return [
    ...begin,
    `${step}--xS: ${mermaidText(`failed ${printable(event.error)}`)}`,
    `Note over S: ${mermaidText(nextText(event))}`,
  ];
}

function nextText({ next, due = 0, side, step }: SagaEvent & { readonly event: 'failed' }): string {
  if (next === 'retry') return `again at ${timeText(due)}`;
  return side === 'do' ? `turns back, for ${printable(step)}` : 'waits for a person';
}

/** Whether an attempt of this side of this step is under way. */
function isOpen({ step, side }: Attempt, before: readonly SagaLogEntry[]): boolean {
  const last = before.findLast(
    ({ event }) => 'step' in event && 'side' in event && event.step === step && event.side === side,
  );
  return last?.event.event === 'began';
}
