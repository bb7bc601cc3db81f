import { describe, expect, it } from 'vitest';
import { Counter } from '../../../src/cli/work/counter.ts';
import { eventText } from '../../../src/cli/work/event-text.ts';
import { TxlogError } from '../../../src/core/base/errors.ts';
import type { WorkEvent, WorkReport } from '../../../src/sessions/turn/work-events.ts';
import { toEventJson } from '../../../src/shapes/worker.ts';
import { makeColors } from '../../../src/text/colors.ts';
import { jsonText } from '../../../src/text/printable.ts';

const evil = 'a\u001b[31m\nb\u202e';
const of = { session: evil, theme: evil, epoch: 2 };
const report: WorkReport = {
  ...{ turns: 3, removed: 1, stored: 1, parked: 1, lost: 0, failed: 2, requests: 1, mended: 0 },
};
const emergency = new TxlogError('EMERGENCY_STOP', `three times ${evil}`);

const events: readonly WorkEvent[] = [
  { type: 'started', operator: evil, themes: [evil], queues: false, lease: 30 },
  { type: 'led', attempts: 2, ...of },
  { type: 'ended', ended: 'stored', operations: 1, ms: 12.34, error: evil, ...of },
  { type: 'mended', ended: 'parked', reason: evil, ...of },
  { type: 'error', error: new Error(evil), inRow: 2 },
  { type: 'lease-lost', operator: evil },
  { type: 'draining', running: 1 },
  { type: 'stopped', report },
  { type: 'stopped', report: { ...report, emergency } },
  { type: 'ended', ended: 'parked', operations: 1, ms: 12.34, reason: evil, ...of },
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/;

it.each(events.map((event) => [event.type, event] as const))(
  'the event %s is printed as one harmless line',
  (_, event) => {
    const text = eventText(event, makeColors(false));
    const json = jsonText(toEventJson(event, '2026-02-03T10:00:00.000Z'));
    expect(text).not.toMatch(unprintable);
    expect(json).not.toMatch(unprintable);
    expect(JSON.parse(json)).toMatchObject({ v: 1, time: '2026-02-03T10:00:00.000Z', event: event.type });
  },
);

describe('the level of an event of a worker', () => {
  it.each([
    ['info', events[1]],
    ['warn', events[2]],
    ['warn', events[3]],
    ['error', events[4]],
    ['info', events[7]],
    ['error', events[8]],
  ])('is %s', (level, event) => {
    expect(toEventJson(event as WorkEvent, '')).toMatchObject({ level });
  });
});

it.each([
  [['mail'], false, 'on mail, lease 30 s'],
  [['mail', 'fax'], true, 'on mail, fax, all queued requests, lease 30 s'],
  [[], true, 'on all queued requests, lease 30 s'],
])('a worker on %j prints these themes when it starts', (themes, queues, text) => {
  expect(eventText({ type: 'started', operator: 'op', themes, queues, lease: 30 }, makeColors(false))).toBe(
    `started op ${text}`,
  );
});

it('a session that is parked is printed with the reason', () => {
  const event = { type: 'ended', ended: 'parked', operations: 1, ms: 12, reason: 'ask Ann', ...of } as const;
  expect(eventText(event, makeColors(false))).toMatch(/^parked .* after 12ms: ask Ann$/);
  expect(toEventJson(event, '')).toMatchObject({ level: 'warn', reason: 'ask Ann' });
});

it('the last line of a worker gives the code of its emergency stop', () => {
  expect(toEventJson(events[8] as WorkEvent, '')).toMatchObject({ emergency: { code: 'EMERGENCY_STOP' }, turns: 3 });
});

it('the counter of a worker shows what is led, what became of it, and how fast', () => {
  const counter = new Counter();
  expect(counter.text(0)).toBe('0 led, 0 done, 0 stored, 0/s');
  for (let i = 0; i < 10; i++) counter.add({ type: 'led', attempts: 1, ...of });
  for (let i = 0; i < 8; i++) counter.add({ type: 'ended', ended: 'removed', operations: 1, ms: 1, ...of });
  counter.add({ type: 'ended', ended: 'parked', operations: 1, ms: 1, error: 'x', ...of });
  expect(counter.text(2_000)).toBe('1 led, 8 done, 0 stored, 1 parked, 1 failed, 5/s');
  expect(counter.text(20_000)).toBe('1 led, 8 done, 0 stored, 1 parked, 1 failed, 0/s');
});
