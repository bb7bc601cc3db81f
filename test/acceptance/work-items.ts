import { present } from '../../src/core/base/assert.ts';
import { given } from '../../src/core/base/given.ts';
import { checkData } from '../../src/core/log/session-input.ts';
import type { JsonObject, Operation } from '../../src/index.ts';
import type { LoanEvent } from './loan-events.ts';

/** Something to do for an application, as the bank's log tells of it. */
interface Item {
  readonly session: string;
  /** Starts so far: the epoch of the last one. */
  epoch: number;
  isLed: boolean;
}

/** What comes next for one activity of one application. */
interface Line {
  /** Items that are not done, oldest first: one after another is worked on. */
  readonly open: Item[];
  readonly events: readonly LoanEvent[];
  scheduled: number;
  at: number;
}

const leaseSeconds = 8 * 3600;

/** The events that are about work items: their activities begin with W_. */
export function readWorkEvents(lines: readonly string[]): readonly LoanEvent[] {
  return lines.map((line) => JSON.parse(line) as LoanEvent).filter(({ activity }) => activity.startsWith('W_'));
}

/** The events of each activity of each application. */
export function groupByLine(events: readonly LoanEvent[]): ReadonlyMap<string, readonly LoanEvent[]> {
  const groups = new Map<string, LoanEvent[]>();
  for (const event of events) {
    const group = groups.get(lineOf(event));
    if (group) group.push(event);
    else groups.set(lineOf(event), [event]);
  }
  return groups;
}

function lineOf(event: LoanEvent): string {
  return `${event.case}/${event.activity}`;
}

/**
 * Work items as sessions, in the order of the events. The theme is the activity, the order key the application.
 *
 * `schedule` makes a session. `start` leads it and says so in a chunk; one that is being worked on is taken over.
 * `complete` says what came of it in a chunk. If the next event goes on with the same item, it was only set aside: the
 * session is stored. If it is the last one, or another item of the line is scheduled, the item is done: it is removed.
 */
export function* operationsOf(events: readonly LoanEvent[]): Generator<Operation> {
  const lines = new Map<string, Line>();
  for (const [name, itsEvents] of groupByLine(events)) {
    lines.set(name, { open: [], events: itsEvents, scheduled: 0, at: 0 });
  }
  for (const event of events) {
    const name = lineOf(event);
    const line = present(lines.get(name), 'line of an event');
    line.at += 1;
    if (event.lifecycle === 'schedule') yield schedule(name, line, event);
    else if (event.lifecycle === 'start') yield* start(line, event);
    else yield* complete(line, event);
  }
}

function schedule(name: string, line: Line, event: LoanEvent): Operation {
  line.scheduled += 1;
  const session = `${name}/${line.scheduled}`;
  line.open.push({ session, epoch: 0, isLed: false });
  return { op: 'new', session, theme: event.activity, order: event.case, ...dataOf(event) };
}

function* start({ open: [item] }: Line, event: LoanEvent): Generator<Operation> {
  if (!item) throw new Error(`a start of nothing: ${JSON.stringify(event)}`);
  const { session } = item;
  if (item.isLed) yield { op: 'store', session, seconds: 0, force: true, reason: 'another takes over' };
  item.epoch += 1;
  item.isLed = true;
  yield { op: 'lead', session, operator: event.resource ?? 'unknown', lease: leaseSeconds };
  yield { op: 'append', session, epoch: item.epoch, ...dataOf(event) };
}

function* complete({ open, events, at }: Line, event: LoanEvent): Generator<Operation> {
  const [item] = open;
  if (!item) throw new Error(`a completion of nothing: ${JSON.stringify(event)}`);
  const { session, epoch } = item;
  const by = item.isLed ? { session, epoch } : { session };
  item.isLed = false;
  yield { op: 'append', ...by, ...dataOf(event) };
  const next = events[at]?.lifecycle;
  const isDone = open.length > 1 || next === undefined || next === 'schedule';
  if (!isDone) return yield { op: 'store', ...by, seconds: 0 };
  open.shift();
  yield { op: 'remove', ...by };
}

function dataOf({ lifecycle, resource, at, amount }: LoanEvent) {
  return checkData({ lifecycle, at, amount, ...given({ resource }) } satisfies JsonObject);
}
