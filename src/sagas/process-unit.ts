import type { NewSession, Operation, SessionStep, Settled } from '../core/operation.ts';
import type { Request } from '../core/request.ts';
import type { Task } from '../pipeline/2-batch.ts';
import { responseId, responseOf } from '../pipeline/decide-operation.ts';
import type { Reading } from '../pipeline/reading.ts';
import { sessionOfMessage } from '../sessions/address.ts';
import type { SessionHost } from '../sessions/session-host.ts';
import type { Led } from '../sessions/turn.ts';
import { addition } from './answers.ts';
import { type Cursor, moving } from './process-cursor.ts';
import type { Deed, SagaWord } from './process-decision.ts';
import { meaningOf } from './process-words.ts';
import { loadSaga } from './read-saga.ts';

/** A deed, and how far the process has come once it is done. */
export interface PlannedDeed {
  readonly deed: Deed;
  readonly after: Cursor;
}

const unitMax = { deeds: 64, bytes: 256 * 1024 };

/** Whether one record can hold a deed besides others: no second request, and no second thing that happens to a session. */
export function fits(others: readonly PlannedDeed[], deed: Deed): boolean {
  if (others.length === 0) return true;
  if (deed.kind === 'submit' || others.some((other) => other.deed.kind === 'submit')) return false;
  const bytes = others.reduce((sum, other) => sum + other.deed.bytes, deed.bytes);
  if (others.length >= unitMax.deeds || bytes > unitMax.bytes) return false;
  return !others.some((other) => touched(other.deed) === touched(deed));
}

function touched(deed: Deed): string | undefined {
  return deed.kind === 'new' ? deed.session.session : deed.kind === 'word' ? deed.word.saga : undefined;
}

/** What is written as one record, and what of it means nothing any more. */
export interface Writing {
  readonly task: Task;
  readonly dropped: readonly string[];
}

/**
 * One record of what a process does: its deeds, the cursor behind them, and what happens to its session then. All or
 * none of it holds.
 */
export async function writingOf(
  { host, reads }: { readonly host: SessionHost; readonly reads: Reading },
  led: Led,
  deeds: readonly PlannedDeed[],
  { cursor, end }: { readonly cursor: Cursor | undefined; readonly end: readonly SessionStep[] },
): Promise<Writing> {
  const own = [...(cursor ? [moving(led, cursor)] : []), ...end];
  const [first] = deeds;
  if (first?.deed.kind === 'submit') return { task: submission(first.deed.request, led, own), dropped: [] };
  const made = deeds.flatMap(({ deed }) => (deed.kind === 'new' ? [deed.session] : []));
  const words = deeds.flatMap(({ deed }) => (deed.kind === 'word' ? [deed.word] : []));
  const said = words.length === 0 ? { steps: [], dropped: [] } : await say({ host, reads }, words);
  const bytes = deeds.reduce((sum, { deed }) => sum + deed.bytes, 0);
  return { task: together([...own, ...made, ...said.steps], led.theme, bytes), dropped: said.dropped };
}

/** The sagas are read at once before the write; if one changes in between, nothing is written. */
async function say(
  { host, reads }: { readonly host: SessionHost; readonly reads: Reading },
  words: readonly SagaWord[],
) {
  const found = await reads.read((view, snapshot) => words.map(({ saga }) => loadSaga({ view, snapshot }, saga)));
  const steps: SessionStep[] = [];
  const dropped: string[] = [];
  words.forEach((word, i) => {
    const saga = found[i];
    const meaning = meaningOf(host, saga, word);
    if ('event' in meaning && saga) steps.push(...addition(saga, [meaning.event], host.now()));
    else if ('dropped' in meaning) dropped.push(meaning.dropped);
  });
  return { steps, dropped };
}

function submission(request: Request, { session, epoch }: Led, own: readonly SessionStep[]): Request {
  const { respond } = request;
  const response = (outcome: Settled): readonly NewSession[] =>
    respond === undefined
      ? []
      : [sessionOfMessage({ id: responseId(outcome.id), to: respond, data: responseOf(outcome) })];
  return { ...request, completes: { session, epoch, operations: (outcome) => [...own, ...response(outcome)] } };
}

/** What it does is done in its name. */
function together(operations: readonly (NewSession | SessionStep)[], actor: string, bytes: number): Operation {
  const [first] = operations;
  if (operations.length === 1 && first && first.op !== 'new') return { bytes, ...first };
  return { op: 'together', operations, actor, bytes };
}
