import { present } from '../../core/base/assert.ts';
import type { NewSession, Operation, SessionStep, Settled } from '../../core/log/operation.ts';
import type { Request } from '../../core/log/request.ts';
import type { Task } from '../../pipeline/2-batch.ts';
import { responsesOf } from '../../sessions/host/address.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import type { Led } from '../../sessions/turn/led-session.ts';
import type { ViewReader } from '../../view/reader.ts';
import { addition } from '../messages/answers.ts';
import { type LoadedSaga, loadSaga } from '../read/load-saga.ts';
import { meaningOf } from './apply-command.ts';
import type { CheckedDecision, ProcessCommand } from './checked-decision.ts';
import { movingOn, movingTo, type ProcessCursor } from './process-cursor.ts';

/** A decision, and how far the process has come once it is done. */
export interface PlannedDecision {
  readonly decision: CheckedDecision;
  readonly after: ProcessCursor;
}

/** Decisions on one record: of all of them or none. */
export type WriteGroup = readonly PlannedDecision[];

const groupMax = { decisions: 64, bytes: 256 * 1024 };
const groupsMax = { groups: 64, bytes: 1024 * 1024 };

/**
 * The groups with one decision more; undefined when they are to be written before. A record holds one request at most; and of
 * what is written at once, only one thing happens to a session: what the next one means depends on it.
 */
export function addDecision(
  groups: readonly WriteGroup[],
  planned: PlannedDecision,
): readonly WriteGroup[] | undefined {
  const { decision } = planned;
  const session = touched(decision);
  if (groups.some((group) => group.some((other) => session !== undefined && touched(other.decision) === session)))
    return undefined;
  const last = groups.at(-1);
  if (last && fits(last, decision)) return [...groups.slice(0, -1), [...last, planned]];
  const bytes = groups.reduce((sum, group) => sum + bytesOf(group), decision.bytes);
  const isFull = groups.length >= groupsMax.groups || (groups.length > 0 && bytes > groupsMax.bytes);
  return isFull ? undefined : [...groups, [planned]];
}

function fits(group: WriteGroup, decision: CheckedDecision): boolean {
  if (decision.kind === 'submit' || group.some((other) => other.decision.kind === 'submit')) return false;
  return group.length < groupMax.decisions && bytesOf(group) + decision.bytes <= groupMax.bytes;
}

function bytesOf(group: WriteGroup): number {
  return group.reduce((sum, { decision }) => sum + decision.bytes, 0);
}

function touched(decision: CheckedDecision): string | undefined {
  return decision.kind === 'new'
    ? decision.session.session
    : decision.kind === 'command'
      ? decision.command.saga
      : undefined;
}

/** One record to write, what of it means nothing any more, and how far the process has come then. */
interface Writing {
  readonly task: Task;
  readonly dropped: readonly string[];
  readonly after: ProcessCursor;
}

/** The writes of one turn. */
export interface ToWrite {
  readonly groups: readonly WriteGroup[];
  /** Chunks of data that its session has. */
  readonly chunks: number;
  /** The end of the turn, in the last record; and where the cursor then is. */
  readonly end: readonly SessionStep[];
  readonly cursor: ProcessCursor;
}

/**
 * The records of several groups, up to the first that cannot be made. Each is written only when the one before was: it
 * names how often the cursor was moved. Sagas are read at once before; when one changes in between, its group and those
 * behind it are refused.
 */
export async function toWritings(
  { host, reads }: { readonly host: SessionHost; readonly reads: ViewReader },
  led: Led,
  { groups, chunks, end, cursor }: ToWrite,
): Promise<{ readonly writings: readonly Writing[]; readonly problem?: Error }> {
  const sagas = await readSagas(reads, groups);
  const writings: Writing[] = [];
  try {
    for (const [i, group] of groups.entries()) {
      const isLast = i === groups.length - 1 && end.length > 0;
      const after = isLast ? cursor : present(group.at(-1), 'decision of a group').after;
      const move = (isLast ? movingTo : movingOn)(led, after, chunks + i);
      writings.push({ ...taskOf(host, led, { group, own: [move, ...(isLast ? end : [])], sagas }), after });
    }
  } catch (error) {
    return { writings, problem: error as Error };
  }
  return { writings };
}

async function readSagas(reads: ViewReader, groups: readonly WriteGroup[]): Promise<ReadonlyMap<string, LoadedSaga>> {
  const ids = groups.flatMap((group) =>
    group.flatMap(({ decision }) => (decision.kind === 'command' ? [decision.command.saga] : [])),
  );
  if (ids.length === 0) return new Map();
  return reads.read((cut) => {
    const found = ids.map((id) => [id, loadSaga(cut, id)] as const);
    return new Map(found.flatMap(([id, saga]) => (saga ? [[id, saga] as const] : [])));
  });
}

function taskOf(
  host: SessionHost,
  led: Led,
  {
    group,
    own,
    sagas,
  }: {
    readonly group: WriteGroup;
    readonly own: readonly SessionStep[];
    readonly sagas: ReadonlyMap<string, LoadedSaga>;
  },
): Pick<Writing, 'task' | 'dropped'> {
  const [first] = group;
  if (first?.decision.kind === 'submit') return { task: submission(first.decision.request, led, own), dropped: [] };
  const made = group.flatMap(({ decision }) => (decision.kind === 'new' ? [decision.session] : []));
  const said = say(
    host,
    group.flatMap(({ decision }) => (decision.kind === 'command' ? [decision.command] : [])),
    sagas,
  );
  return { task: together([...own, ...made, ...said.steps], led.theme), dropped: said.dropped };
}

function say(host: SessionHost, commands: readonly ProcessCommand[], sagas: ReadonlyMap<string, LoadedSaga>) {
  const steps: SessionStep[] = [];
  const dropped: string[] = [];
  for (const command of commands) {
    const found = sagas.get(command.saga);
    const meaning = meaningOf(host, found, command);
    if ('dropped' in meaning) dropped.push(meaning.dropped);
    else if (found) steps.push(...addition(found, [meaning.event], host.now()));
  }
  return { steps, dropped };
}

function submission(request: Request, { session, epoch }: Led, own: readonly SessionStep[]): Request {
  const [move] = own;
  const seen = move?.seen === undefined ? {} : { seen: move.seen };
  const operations = (outcome: Settled) => [...own, ...responsesOf(outcome, request.respond)];
  return { ...request, completes: { session, epoch, ...seen, operations } };
}

/** A record is written in the name of its process. */
export function together(operations: readonly (NewSession | SessionStep)[], actor: string): Operation {
  const [first] = operations;
  if (operations.length === 1 && first && first.op !== 'new') return first;
  return { op: 'together', operations, actor };
}
