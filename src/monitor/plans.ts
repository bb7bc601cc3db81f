import { given } from '../core/base/given.ts';
import { isJsonObject } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import type { Change } from '../core/fold/change.ts';
import { isSessionOp, sessionOfKey } from '../core/fold/session.ts';
import { type StoredRecord, sessionType } from '../core/log/record.ts';
import { eventsOf } from '../sagas/read/load-saga.ts';
import type { Cut } from '../view/cut.ts';
import { newestOfType } from '../view/scan.ts';
import type { Steps } from '../view/turns.ts';

/** A plan for many sessions or sagas, as the log tells of it, whichever process carries it out. */
export interface PlanReading {
  readonly id: string;
  /** The kind of its targets, and what is done to each: `park`, `ready`, `skip` … */
  readonly noun: 'session' | 'saga';
  readonly does: string;
  /** The place of its newest target, from 1, and how many it has. Undefined in records of before this was told. */
  readonly nth: number | undefined;
  readonly of: number | undefined;
  /** The newest record of it: when it moved last, in ms since 1970, and which target that was. */
  readonly position: number;
  readonly time: number;
  readonly target: string;
  readonly actor?: string;
  readonly reason?: string;
}

/** The plans that one watcher has seen in the log: each record is looked at once. */
export class PlanWatch {
  private seenTo = 0;
  private plans: ReadonlyMap<string, PlanReading> = new Map();

  /**
   * The plans of the newest records of sessions, the one that moved last first: of those that one look finds, and of all that
   * came while it was watched. No more than `limits.plansMax`.
   */
  async read(host: {
    readSteps<T>(work: (cut: Cut) => Steps<T>): Promise<T>;
    read<T>(work: (cut: Cut) => T): Promise<T>;
  }): Promise<readonly PlanReading[]> {
    const { seenTo } = this;
    const moved = await host.read(({ view }) => view.workMovedAt);
    if (moved > seenTo || seenTo === 0) {
      const { head, found } = await host.readSteps((cut) => newestPlans(cut, seenTo));
      this.seenTo = head;
      const all = [...this.plans.values()].filter(({ id }) => !found.has(id));
      const newest = [...found.values(), ...all].slice(0, limits.plansMax);
      this.plans = new Map(newest.map((plan) => [plan.id, plan]));
    }
    return [...this.plans.values()];
  }
}

/** The plans of the newest records of sessions after a position, by id, the one that moved last first. */
function* newestPlans(
  cut: Cut,
  after: number,
): Steps<{ readonly head: number; readonly found: ReadonlyMap<string, PlanReading> }> {
  const found = new Map<string, PlanReading>();
  for (const position of newestOfType(cut, sessionType, { after, most: limits.planRecordsMax })) {
    yield;
    const plan = planOf(cut.knownRecord(position));
    if (plan && !found.has(plan.id)) found.set(plan.id, plan);
  }
  return { head: cut.head.position, found };
}

/** The plan that a record is part of, as of that record. */
function planOf(record: StoredRecord): PlanReading | undefined {
  const { position, time, actor, changes } = record;
  const { plan: id, nth, of, reason } = (record.payload ?? {}) as { readonly [name: string]: unknown };
  const change = changes.find(({ op }) => isSessionOp(op) && op !== 'session.turn');
  if (typeof id !== 'string' || !change) return undefined;
  return {
    ...{ id, position, time, target: sessionOfKey(change.key) ?? change.key, ...doneBy(record, change) },
    ...{ nth: numberIn(nth), of: numberIn(of) },
    ...given({ actor, reason: textIn(reason) ?? reasonOfParking(change) }),
  };
}

/** A saga is told what to do by an event; nothing else is done to many by data. */
function doneBy(record: StoredRecord, { op, key }: Change): Pick<PlanReading, 'noun' | 'does'> {
  const [event] = op === 'session.append' || op === 'session.new' ? eventsOf(record, key) : [];
  if (!event) return { noun: 'session', does: op.replace(/^session\./, '') };
  const word = event.event.event;
  return { noun: 'saga', does: word === 'started' ? 'compensate' : word };
}

/** The reason of one that is parked stands where a person looks who finds it. */
function reasonOfParking(change: Change): string | undefined {
  const value = 'value' in change ? change.value : undefined;
  return change.op === 'session.park' && isJsonObject(value) ? textIn(value.error) : undefined;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
