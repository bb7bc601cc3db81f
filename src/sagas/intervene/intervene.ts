import { type Saga, type SagaEvent, type StepProgress, type StepSide, sagaTheme } from '../../core/app/saga.ts';
import { assertNever, present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import { isSuspended } from '../../core/fold/session.ts';
import type { NewSession, OperationResult, PlannableOperation, SessionStep } from '../../core/log/operation.ts';
import { checkData, checkError } from '../../core/log/session-input.ts';
import { resultOrThrow } from '../../pipeline/7-respond.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import { addition } from '../messages/answers.ts';
import { type LoadedSaga, sagaInSteps } from '../read/load-saga.ts';
import { unknownSaga } from '../read/unknown-saga.ts';
import { boundedOutcome } from '../step/call-step.ts';
import type { Intervention, SagaCommand } from './saga-command.ts';

/** A saga, what is said to it, and where its newest record has to be, if that matters. */
export interface Told {
  readonly id: string;
  readonly word: SagaCommand;
  readonly position?: number | undefined;
  /** The saga, where it was read already. */
  readonly found?: LoadedSaga | undefined;
}

/**
 * Intervenes in a saga; what its worker is about to write without knowing it is refused. With a `position`, only while
 * its newest record is there, which is checked also when it is written.
 *
 * Errors: SAGA_NOT_FOUND, SAGA_STATE; SESSION_CHANGED when its newest record is another one.
 */
export async function intervene(
  host: SessionHost,
  { id, word, position, found: read }: Told,
  by: Intervention,
): Promise<OperationResult> {
  for (let tries = 1; ; tries++) {
    const known = tries === 1 ? read : undefined;
    const found = known ?? (await host.readSteps((cut) => sagaInSteps(cut, id))) ?? unknownSaga(id);
    if (position !== undefined && found.position !== position) throw wentOn(found.saga, position, found.position);
    const operation = interventionOn(found, word, { by, now: host.now(), ...given({ position }) });
    const [answer] = await host.process([operation]);
    const result = resultOrThrow(present(answer, 'answer'));
    const isOvertaken = !result.ok && !result.idle && /^SESSION_(CHANGED|GONE)$/.test(result.rejection.code);
    if (!isOvertaken || tries === limits.overtakenMax) return result;
  }
}

/** The author of an intervention, the reason, and the time. */
interface Saying {
  readonly by: Intervention;
  /** ms since 1970. */
  readonly now: number;
  /** Where the newest record of the saga has to be when the intervention is written, if that matters. */
  readonly position?: number;
}

/** The operation of an intervention. Errors: SAGA_STATE. */
export function interventionOn(
  found: LoadedSaga,
  word: SagaCommand,
  { by, now, position }: Saying,
): PlannableOperation {
  const { saga, session } = found;
  if (!session) {
    if (word.kind !== 'compensate') throw hasEnded(saga);
    // Nothing happens any more to a saga that has ended: its position stays.
    return { ...undoingOf(saga), ...by };
  }
  if (isSuspended(session)) throw suspended(saga);
  const events = eventsOfWord(saga, word, session.status === 'parked');
  const [append, wake] = addition(found, events, now);
  const operations: (NewSession | SessionStep)[] = [{ ...present(append, 'append'), ...given({ position }) }];
  if (wake) operations.push({ op: 'ready', session: saga.id, only: ['stored', 'parked'], first: true });
  return { op: 'together', operations, ...by };
}

/** The events that a command brings to a saga that has not ended. Errors: SAGA_STATE. */
export function eventsOfWord(saga: Saga, word: SagaCommand, isParked: boolean): readonly SagaEvent[] {
  switch (word.kind) {
    case 'retry':
      return [retryOf(saga, isParked)];
    case 'compensate':
      if (saga.phase !== 'running') throw wrongState(saga, 'it is on its way back already');
      return [{ event: 'compensate', why: 'it was compensated on request' }];
    case 'force':
      if (saga.forced === word.outcome) throw wrongState(saga, `it is to be ${word.outcome} already`);
      return [{ event: 'force', outcome: word.outcome }];
    case 'skip':
      return [skipOf(saga, word.step)];
    case 'answer':
      return [answerTo(saga, word)];
    default:
      return assertNever(word);
  }
}

function retryOf(saga: Saga, isParked: boolean): SagaEvent {
  const fails = [...saga.steps.values()].some(
    (step) => step.do.status === 'retrying' || step.undo.status === 'retrying' || step.undo.status === 'failed',
  );
  if (!fails && !isParked) throw wrongState(saga, 'nothing of it waits for another attempt');
  return { event: 'retry' };
}

function skipOf(saga: Saga, name: string | undefined): SagaEvent {
  const side: StepSide = saga.phase === 'running' ? 'do' : 'undo';
  const open = [...saga.steps.values()].filter((step) => isOpen(step, side));
  const step = name === undefined ? open.find((one) => isFailing(one, side)) : saga.steps.get(name);
  if (!step)
    throw wrongState(saga, name === undefined ? 'no step of it fails; name the one to skip' : `it has no step ${name}`);
  if (!isOpen(step, side)) throw wrongState(saga, `step ${step.name} is ${step[side].status} already`);
  return { event: 'skip', step: step.name, side };
}

function isOpen(step: StepProgress, side: StepSide): boolean {
  const { status } = step[side];
  if (status === 'done' || status === 'skipped') return false;
  return side === 'do' || step.do.status === 'done' || step.do.status === 'begun' || step.do.maybe;
}

function isFailing(step: StepProgress, side: StepSide): boolean {
  return step[side].status === 'failed' || step[side].status === 'retrying';
}

function answerTo(saga: Saga, { step, outcome }: SagaCommand & { kind: 'answer' }): SagaEvent {
  const side: StepSide = saga.phase === 'running' ? 'do' : 'undo';
  if (saga.steps.get(step)?.[side].status !== 'begun') throw wrongState(saga, `step ${step} waits for no answer`);
  if ('result' in outcome) return { event: 'did', step, side, result: checkResult(outcome.result) };
  const next = side === 'do' ? 'turn' : 'wait';
  return { event: 'failed', step, side, error: checkError(outcome.error), happened: 'no', refused: true, next };
}

/** Errors: VALUE_TOO_LARGE. */
function checkResult(result: JsonValue): JsonValue {
  const checked = boundedOutcome({ ok: true, result });
  if (!checked.ok) throw new TxlogError('VALUE_TOO_LARGE', `result: ${checked.error}`, { path: 'result' });
  return result;
}

/** A saga that undoes the steps of one that is done: under its id and `/undo`, so that it is undone once. */
function undoingOf(saga: Saga): NewSession {
  if (saga.phase !== 'running' || saga.undoes !== undefined || saga.forced === 'compensated')
    throw wrongState(saga, 'it was compensated');
  const { type, data, id } = saga;
  const event: SagaEvent = { event: 'started', v: 1, type, data, undoes: id };
  return {
    op: 'new',
    ofSaga: true,
    session: `${id}/undo`,
    theme: sagaTheme(type),
    ...checkData(event as unknown as JsonValue),
  };
}

function hasEnded({ id }: Saga): TxlogError {
  return new TxlogError('SAGA_STATE', `saga ${id} has ended`, { next: [`txlog saga show ${shellWord(id)}`] });
}

function wrongState({ id, phase }: Saga, why: string): TxlogError {
  return new TxlogError('SAGA_STATE', `saga ${id} is ${phase}: ${why}`, {
    hint: 'Nothing was changed.',
    next: [`txlog saga show ${shellWord(id)}`],
  });
}

function suspended({ id }: Saga): TxlogError {
  return new TxlogError('SAGA_STATE', `saga ${id} is suspended: its origin may still lead it`, {
    hint: 'Nothing was changed. It was suspended when its mirror was promoted; `session resume` brings it back.',
    next: [`txlog session resume ${shellWord(id)}`],
  });
}

function wentOn({ id }: Saga, planned: number, now: number): TxlogError {
  return new TxlogError('SESSION_CHANGED', `saga ${id} went on from position ${planned} to ${now}`, {
    next: [`txlog saga show ${shellWord(id)}`],
  });
}
