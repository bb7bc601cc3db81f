import { present } from '../../core/base/assert.ts';
import type { NewSession, Operation, SessionStep, Settled } from '../../core/log/operation.ts';
import type { Request } from '../../core/log/request.ts';
import type { Task } from '../../pipeline/2-batch.ts';
import { responseId, responseOf } from '../../pipeline/3-decide-operation.ts';
import { sessionOfMessage } from '../../sessions/host/address.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import type { Led } from '../../sessions/turn/led-session.ts';
import type { Reading } from '../../view/reader.ts';
import { addition } from '../messages/answers.ts';
import { type LoadedSaga, loadSaga } from '../read/load.ts';
import { type Cursor, movingOn, movingTo } from './cursor.ts';
import type { Deed, SagaWord } from './decision.ts';
import { meaningOf } from './saga-commands.ts';

/** A deed, and how far the process has come once it is done. */
export interface PlannedDeed {
  readonly deed: Deed;
  readonly after: Cursor;
}

/** Deeds of one record: of all of them or none. */
export type Unit = readonly PlannedDeed[];

const unitMax = { deeds: 64, bytes: 256 * 1024 };
const unitsMax = { units: 64, bytes: 1024 * 1024 };

/**
 * The units with one deed more; undefined when they are to be written before. A record holds one request at most; and of
 * what is written at once, only one thing happens to a session: what the next one means depends on it.
 */
export function withDeed(units: readonly Unit[], planned: PlannedDeed): readonly Unit[] | undefined {
  const { deed } = planned;
  const session = touched(deed);
  if (units.some((unit) => unit.some((other) => session !== undefined && touched(other.deed) === session)))
    return undefined;
  const last = units.at(-1);
  if (last && fits(last, deed)) return [...units.slice(0, -1), [...last, planned]];
  const bytes = units.reduce((sum, unit) => sum + bytesOf(unit), deed.bytes);
  const isFull = units.length >= unitsMax.units || (units.length > 0 && bytes > unitsMax.bytes);
  return isFull ? undefined : [...units, [planned]];
}

function fits(unit: Unit, deed: Deed): boolean {
  if (deed.kind === 'submit' || unit.some((other) => other.deed.kind === 'submit')) return false;
  return unit.length < unitMax.deeds && bytesOf(unit) + deed.bytes <= unitMax.bytes;
}

function bytesOf(unit: Unit): number {
  return unit.reduce((sum, { deed }) => sum + deed.bytes, 0);
}

function touched(deed: Deed): string | undefined {
  return deed.kind === 'new' ? deed.session.session : deed.kind === 'word' ? deed.word.saga : undefined;
}

/** One record to write, what of it means nothing any more, and how far the process has come then. */
interface Writing {
  readonly task: Task;
  readonly dropped: readonly string[];
  readonly after: Cursor;
}

/** What a turn writes at once. */
export interface ToWrite {
  readonly units: readonly Unit[];
  /** Chunks of data that its session has. */
  readonly chunks: number;
  /** The end of the turn, in the last record; and where the cursor then is. */
  readonly end: readonly SessionStep[];
  readonly cursor: Cursor;
}

/**
 * The records of several units, up to the first that cannot be made. Each is written only when the one before was: it
 * names how often the cursor was moved. Sagas are read at once before; when one changes in between, its unit and those
 * behind it are refused.
 */
export async function writingsOf(
  { host, reads }: { readonly host: SessionHost; readonly reads: Reading },
  led: Led,
  { units, chunks, end, cursor }: ToWrite,
): Promise<{ readonly writings: readonly Writing[]; readonly problem?: Error }> {
  const sagas = await readSagas(reads, units);
  const writings: Writing[] = [];
  try {
    for (const [i, unit] of units.entries()) {
      const isLast = i === units.length - 1 && end.length > 0;
      const after = isLast ? cursor : present(unit.at(-1), 'deed of a unit').after;
      const move = (isLast ? movingTo : movingOn)(led, after, chunks + i);
      writings.push({ ...taskOf(host, led, unit, { own: [move, ...(isLast ? end : [])], sagas }), after });
    }
  } catch (error) {
    return { writings, problem: error as Error };
  }
  return { writings };
}

async function readSagas(reads: Reading, units: readonly Unit[]): Promise<ReadonlyMap<string, LoadedSaga>> {
  const ids = units.flatMap((unit) => unit.flatMap(({ deed }) => (deed.kind === 'word' ? [deed.word.saga] : [])));
  if (ids.length === 0) return new Map();
  return reads.read((cut) => {
    const found = ids.map((id) => [id, loadSaga(cut, id)] as const);
    return new Map(found.flatMap(([id, saga]) => (saga ? [[id, saga] as const] : [])));
  });
}

function taskOf(
  host: SessionHost,
  led: Led,
  unit: Unit,
  { own, sagas }: { readonly own: readonly SessionStep[]; readonly sagas: ReadonlyMap<string, LoadedSaga> },
): Pick<Writing, 'task' | 'dropped'> {
  const [first] = unit;
  if (first?.deed.kind === 'submit') return { task: submission(first.deed.request, led, own), dropped: [] };
  const made = unit.flatMap(({ deed }) => (deed.kind === 'new' ? [deed.session] : []));
  const said = say(
    host,
    unit.flatMap(({ deed }) => (deed.kind === 'word' ? [deed.word] : [])),
    sagas,
  );
  return { task: together([...own, ...made, ...said.steps], led.theme), dropped: said.dropped };
}

function say(host: SessionHost, words: readonly SagaWord[], sagas: ReadonlyMap<string, LoadedSaga>) {
  const steps: SessionStep[] = [];
  const dropped: string[] = [];
  for (const word of words) {
    const found = sagas.get(word.saga);
    const meaning = meaningOf(host, found, word);
    if ('dropped' in meaning) dropped.push(meaning.dropped);
    else if (found) steps.push(...addition(found, [meaning.event], host.now()));
  }
  return { steps, dropped };
}

function submission(request: Request, { session, epoch }: Led, own: readonly SessionStep[]): Request {
  const { respond } = request;
  const response = (outcome: Settled): readonly NewSession[] =>
    respond === undefined
      ? []
      : [sessionOfMessage({ id: responseId(outcome.id), to: respond, data: responseOf(outcome) })];
  const [move] = own;
  const seen = move?.seen === undefined ? {} : { seen: move.seen };
  const operations = (outcome: Settled) => [...own, ...response(outcome)];
  return { ...request, completes: { session, epoch, ...seen, operations } };
}

/** What a process does is done in its name. */
export function together(operations: readonly (NewSession | SessionStep)[], actor: string): Operation {
  const [first] = operations;
  if (operations.length === 1 && first && first.op !== 'new') return first;
  return { op: 'together', operations, actor };
}
