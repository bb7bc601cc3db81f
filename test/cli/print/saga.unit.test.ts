import DOMPurify from 'dompurify';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatBulkPlan } from '../../../src/cli/print/bulk-plan-page.ts';
import { engineTexts, sessionChangeText } from '../../../src/cli/print/engine-key.ts';
import { formatEnded, formatStarted } from '../../../src/cli/print/saga-end.ts';
import { formatSagaGraph, kindText } from '../../../src/cli/print/saga-graph.ts';
import { formatGraphMermaid } from '../../../src/cli/print/saga-graph-mermaid.ts';
import { formatSagas } from '../../../src/cli/print/saga-lines.ts';
import { formatSagaMermaid } from '../../../src/cli/print/saga-mermaid.ts';
import { formatSagaPage } from '../../../src/cli/print/saga-page.ts';
import { formatIntervened } from '../../../src/cli/print/saga-plan-page.ts';
import { sagaEventsIn, sagaEventText } from '../../../src/cli/print/saga-text.ts';
import type { SagaEvent } from '../../../src/core/app/saga.ts';
import { foldEvents } from '../../../src/core/app/saga-fold.ts';
import type { JsonValue } from '../../../src/core/base/json.ts';
import { sessionKey } from '../../../src/core/fold/session.ts';
import type { InterventionPlan, SagaDefinition, SagaReading } from '../../../src/index.ts';
import { toIntervenedJson } from '../../../src/shapes/intervened.ts';
import { toEndedJson, toListedJson, toSagaJson, toStartedJson } from '../../../src/shapes/saga.ts';
import { toSagaGraphJson } from '../../../src/shapes/saga-graph.ts';
import { makeColors } from '../../../src/text/colors.ts';
import { jsonText } from '../../../src/text/printable.ts';

const evil = `a;%%{init}%%\u202e-->>B: x\nend\u001b[31m'"$(rm)`;
const colors = makeColors(false);
const of = (step: string, side: 'do' | 'undo') => ({ step, side });
const events: SagaEvent[] = [
  { event: 'started', v: 1, type: evil, data: { [evil]: evil }, respond: evil, undoes: evil },
  { event: 'planned', steps: [[evil], ['b', 'c'], ['d']] },
  { event: 'did', ...of(evil, 'do'), result: { [evil]: evil } },
  { event: 'began', ...of('b', 'do'), attempt: 1 },
  { event: 'began', ...of('c', 'do'), attempt: 1 },
  { event: 'failed', ...of('b', 'do'), error: evil, happened: 'maybe', next: 'retry', due: 5 },
  { event: 'skip', ...of('b', 'do') },
  { event: 'did', ...of('c', 'do'), result: null },
  { event: 'began', ...of('d', 'do'), attempt: 2 },
  { event: 'compensate', why: evil },
  { event: 'failed', ...of('d', 'do'), error: evil, happened: 'no', next: 'turn' },
  { event: 'did', ...of('c', 'undo'), result: evil },
  { event: 'failed', ...of(evil, 'undo'), error: evil, happened: 'no', next: 'wait' },
  { event: 'retry' },
  { event: 'force', outcome: 'compensated' },
];
const receipt = { id: evil, outcome: 'rejected', position: 9, time: 9, duplicate: false, durability: 'fsync' } as const;
const started = { id: evil, position: 1, time: 1, duplicate: true, durability: 'fsync' } as const;
const reading = readingOf(events);
const plan: InterventionPlan = {
  ...{ v: 1, id: 'p', unit: evil, head: '9', word: { kind: 'skip', step: evil } },
  items: [
    { id: evil, type: evil, phase: 'failed', position: '9', refused: { code: evil, reason: evil } },
    { id: evil, type: evil, phase: 'failed', position: '9', before: evil, after: evil },
  ],
};
const listed = {
  ...({ id: evil, type: evil, phase: 'failed', status: 'parked', createdAt: 1, at: 2, error: evil } as const),
  ...{ stuck: { reason: 'parked', detail: evil, age: 3 } as const, next: evil },
};
const definition: SagaDefinition = {
  deadline: 60,
  steps: [
    {
      name: evil,
      at: evil,
      do: { request: { type: evil }, service: evil },
      compensate: { ask: { to: evil, data: 1 } },
    },
    [
      { name: 'b', do: { http: { url: evil } }, compensate: { command: { argv: [evil, evil] } } },
      { name: 'c', do: { saga: evil }, compensate: { run: () => 1 } },
      { name: '"x"', do: { ask: () => ({ to: 'q', data: 1 }) } },
    ],
    { name: 'end', do: { run: () => 1 } },
  ],
};

function readingOf(log: readonly SagaEvent[]): SagaReading {
  const logged = log.map((event, i) => ({ event, position: i + 1, time: i + 1, actor: evil, reason: evil }));
  const saga = foldEvents(evil, logged);
  if (!saga) throw new Error('a saga has events');
  const { rejection } = { rejection: { code: 'SAGA_COMPENSATED', reason: evil } };
  return { saga, phase: 'compensated', session: undefined, outcome: { ...receipt, rejection }, log: logged };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const unprintable = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/;

it.each([
  ['page', formatSagaPage(reading, 99, colors)],
  ['page as JSON', jsonText(toSagaJson(reading))],
  ['list', formatSagas([listed], 9, colors)],
  ['list as JSON', jsonText(toListedJson(listed))],
  ['plan', formatBulkPlan({ plan, noun: 'saga', does: 'skip' }, colors)],
  ['intervention', formatIntervened({ id: evil, done: 5 }, plan.word)],
  ['intervention as JSON', jsonText(toIntervenedJson({ id: evil, done: 5 }, plan.word, () => ({})))],
  ['end', formatEnded({ ...reading, outcome: { ...receipt, rejection: { code: evil, reason: evil } } })],
  ['end as JSON', jsonText(toEndedJson({ ...reading, outcome: receipt }))],
  ['start', formatStarted(started)],
  ['start as JSON', jsonText(toStartedJson(started, evil))],
  ['graph', formatSagaGraph(evil, definition, colors)],
  ['graph as JSON', jsonText(toSagaGraphJson(evil, definition, kindText))],
  ['diagram', formatSagaMermaid(reading)],
  ['flowchart', formatGraphMermaid(evil, definition)],
  [
    'log',
    engineTexts(
      events.map((data) => ({ op: 'session.append', key: sessionKey(evil), value: { data } as unknown as JsonValue })),
    ).join(),
  ],
  ['change', sessionChangeText({ data: events as unknown as JsonValue }, 40)],
])('the %s of a saga holds nothing that a terminal acts on', (_, text) => {
  expect(text).not.toMatch(unprintable);
});

describe('diagrams of sagas', () => {
  let parse: (text: string) => Promise<unknown>;
  beforeAll(async () => {
    // Mermaid cleans texts through a DOM, which Node does not have; its grammar does not need it.
    Object.assign(DOMPurify, { sanitize: String, addHook: () => undefined });
    const { default: mermaid } = await import('mermaid');
    parse = (text) => mermaid.parse(text);
  });

  const many = Array.from({ length: 200 }, (_, i): SagaEvent => ({ event: 'began', ...of(`s${i}`, 'do'), attempt: 1 }));
  it.each([
    ['all that can happen', reading],
    ['its start alone', readingOf(events.slice(0, 1))],
    ['more steps and events than are drawn', readingOf([...events.slice(0, 1), ...many])],
  ])('the diagram of %s parses', async (_, drawn) => {
    expect(await parse(formatSagaMermaid(drawn))).toHaveProperty('diagramType', 'sequence');
  });

  it.each([
    ['groups and hostile names', definition],
    ['one step, and nothing to undo', { steps: [{ name: 'a', do: { run: () => 1 } }] }],
    ['groups that are undone', { steps: [definition.steps[1] ?? [], definition.steps[1] ?? []] }],
  ])('the flowchart of %s parses', async (_, drawn: SagaDefinition) => {
    expect(await parse(formatGraphMermaid(evil, drawn))).toHaveProperty('diagramType', 'flowchart-v2');
  });
});

it('the flowchart of a saga leads from each step to what is undone first', () => {
  const text = formatGraphMermaid('order', {
    steps: [
      { name: 'a', do: { run: () => 1 } },
      { name: 'b', do: { run: () => 1 }, compensate: { run: () => 1 } },
      { name: 'c', do: { run: () => 1 } },
    ],
  });
  const ways = text.split('\n').filter((line) => line.includes('.->'));
  expect(ways.map((line) => line.trim())).toEqual([
    'C2_1 -. cannot .-> person',
    'S1_1 -. fails .-> compensated',
    'S2_1 -. fails .-> C2_1',
    'S3_1 -. fails .-> C2_1',
  ]);
});

it.each(events.map((event) => [event.event, event] as const))('the event %s is known for one of a saga', (_, event) => {
  expect(sagaEventsIn(event as unknown as JsonValue)).toEqual([event]);
  expect(sagaEventText(event)).not.toBe('');
});

it.each([
  [undefined],
  [null],
  [[]],
  [{ event: 'retry', of: 'mine' }],
  [{ event: 'started' }],
  [{ event: 'did', step: 'a', side: 'left', result: 1 }],
  [[{ event: 'retry' }, { to: 'ann@example.com' }]],
  [{ event: 'force' }],
])('data that are no events of a saga are left as they are: %j', (data) => {
  expect(sagaEventsIn(data as JsonValue | undefined)).toBeUndefined();
});
