import type { Slip } from '../../core/app/routing-slip.ts';
import { type Saga, type SagaEvent, type SagaPhase, stepOfKey } from '../../core/app/saga.ts';
import { foldSaga } from '../../core/app/saga-fold.ts';
import { failure } from '../../core/app/saga-moves.ts';
import { present } from '../../core/base/assert.ts';
import { isJsonObject, type JsonValue } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import type { SessionStatus } from '../../core/fold/session.ts';
import type { Operation, SessionStep } from '../../core/log/operation.ts';
import { checkData } from '../../core/log/session-input.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import { confirming, type LedTurn, leadTurn } from '../../sessions/turn/frame.ts';
import type { Led } from '../../sessions/turn/led-session.ts';
import type { TurnContext } from '../../sessions/turn/turn-context.ts';
import type { TurnReport } from '../../sessions/turn/turn-report.ts';
import type { TurnEnd } from '../../sessions/turn/work-events.ts';
import { type LoadedSaga, loadSaga } from '../read/load-saga.ts';
import { boundedOutcome } from '../step/call-step.ts';
import { type SagaScript, scriptOf } from '../step/saga-script.ts';

/** The outcome of a step, as somebody else reports it. */
interface Answered {
  readonly saga: string;
  readonly step: string;
  readonly side: 'do' | 'undo';
  /** The position of the key that was answered. */
  readonly round: number;
  readonly outcome:
    | { readonly ok: true; readonly result: JsonValue }
    | { readonly ok: false; readonly error: string; readonly happened: 'no' | 'maybe'; readonly permanent?: boolean };
}

/**
 * The turn of an answer: it is added to its saga, which goes on, and removed, in one record. One that comes twice, late,
 * or to a saga that has ended, changes nothing and is removed. What is no answer is parked.
 */
export async function runAnswer(context: TurnContext, led: Led): Promise<TurnReport> {
  return leadTurn(context, led, {
    work: async (turn) => {
      const told = await turn.read();
      if (!told) return turn.outcomeOfLead();
      const answers = readAnswer(told.data[0]);
      return answers ? addAnswers(turn, answers) : turn.park('it is no answer to a step of a saga');
    },
  });
}

/** Errors: those of the storage; that the app does not define the saga, or that the saga changes all the time. */
async function addAnswers(turn: LedTurn, answers: readonly Answered[]): Promise<TurnEnd> {
  const { context, led } = turn;
  for (let tries = 0; tries < limits.overtakenMax; tries++) {
    const operation = await delivery(context.host, led, answers);
    const result = await confirming(context, () => context.operate(operation));
    if (result.ok) return 'removed';
    // Its saga has something new, or has ended: that is read anew.
    const isOvertaken = !result.idle && /^SESSION_(CHANGED|GONE)$/.test(result.rejection.code);
    if (!isOvertaken || !(await turn.read())) return turn.outcomeOfLead();
  }
  throw new Error('its saga changes all the time');
}

/** Reads an answer; undefined of anything else. A receipt, a slip that came back, or `{ key, ok, result | error }`. */
function readAnswer(data: JsonValue | Uint8Array | undefined): readonly Answered[] | undefined {
  if (!isJsonObject(data)) return undefined;
  if (data.slip === 1) return answersOfSlip(data as unknown as Slip);
  const { key = data.id, ok, outcome, result, error, rejection, permanent } = data;
  const named = typeof key === 'string' ? stepOfKey(key) : undefined;
  if (!named || (typeof ok !== 'boolean' && typeof outcome !== 'string')) return undefined;
  const { saga, step, side, round } = named;
  if (ok === true || outcome === 'committed') {
    const known = outcome === undefined ? null : { position: data.position ?? null };
    return [{ saga, step, side, round, outcome: { ok: true, result: result ?? known } }];
  }
  const why = isJsonObject(rejection) ? `${rejection.code}: ${rejection.reason}` : String(error ?? 'it was refused');
  const happened = data.happened === 'maybe' ? 'maybe' : 'no';
  return [{ saga, step, side, round, outcome: { ok: false, error: why, happened, permanent: permanent !== false } }];
}

function answersOfSlip({ side, steps }: Slip): readonly Answered[] | undefined {
  const answers = steps.flatMap(({ key, outcome }): Answered[] => {
    const named = stepOfKey(key);
    if (!named) return [];
    const { saga, step, round } = named;
    // The steps after one that failed were not begun.
    const unbegun = { ok: false, error: 'the slip did not come so far', happened: 'no', permanent: true } as const;
    return [{ saga, step, side, round, outcome: outcome ?? unbegun }];
  });
  return answers.length === 0 ? undefined : answers;
}

/** The operation that adds answers to their saga and removes the session that brought them. */
async function delivery(host: SessionHost, { session, epoch }: Led, answers: readonly Answered[]): Promise<Operation> {
  const { saga: id } = present(answers[0], 'answer');
  const found = await host.read((cut) => loadSaga(cut, id));
  const removal: SessionStep = { op: 'remove', session, epoch };
  const events = found ? eventsOf(host, found, answers) : [];
  if (!found?.session || events.length === 0) return { ...removal };
  return { op: 'together', operations: [removal, ...addition(found, events, host.now())] };
}

/** The operations that add events from outside to a saga that has not ended, and wake it. */
export function addition(
  { saga, session }: LoadedSaga,
  events: readonly SagaEvent[],
  now: number,
): readonly SessionStep[] {
  const { phase } = events.reduce((folded, event) => foldSaga(folded, event, now), saga);
  const before = (session?.phase as SagaPhase | undefined) ?? 'running';
  const data = (events.length === 1 ? events[0] : events) as unknown as JsonValue;
  const by = { session: saga.id, force: true, seen: present(session, 'session of a saga').chunks };
  const only: SessionStatus[] = before === 'failed' && phase !== before ? ['stored', 'parked'] : ['stored'];
  return [
    { op: 'append', ofSaga: true, ...by, ...checkData(data), ...(phase !== before && { phase }) },
    { op: 'ready', session: saga.id, only, first: true },
  ];
}

/** The events that answers bring: none of a step that is not waited for. */
function eventsOf(
  host: SessionHost,
  { saga, session }: LoadedSaga,
  answers: readonly Answered[],
): readonly SagaEvent[] {
  if (!session) return [];
  const script = scriptOf(host.app, saga);
  if (!script) throw new Error(`the app defines no saga of type ${saga.type}`);
  return answers.flatMap((answer) => eventOf(host, { script, saga }, answer) ?? []);
}

function eventOf(
  host: SessionHost,
  { script, saga }: { readonly script: SagaScript; readonly saga: Saga },
  answer: Answered,
): SagaEvent | undefined {
  const { step, side, round } = answer;
  const outcome = boundedOutcome(answer.outcome.ok ? answer.outcome : { permanent: true, ...answer.outcome });
  const progress = saga.steps.get(step)?.[side];
  const planned = script.side(step, side);
  if (!progress || !planned || progress.status === 'done' || progress.status === 'skipped') return undefined;
  if (progress.begun === 0) return undefined;
  if (outcome.ok) return { event: 'did', step, side, result: outcome.result };
  if (progress.status === 'failed' || round !== progress.round) return undefined;
  const [now, chance] = [host.now(), host.random()];
  return failure({ step, side, attempt: progress.attempts }, planned.policy, { ...outcome, now, chance });
}
