import { type SagaEvent, type SagaOutcome, sagaTheme } from '../core/app/saga.ts';
import { present } from '../core/base/assert.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given, ifGiven } from '../core/base/given.ts';
import type { JsonValue } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import type { Links } from '../core/log/links.ts';
import type { OperationResult } from '../core/log/operation.ts';
import { type Receipt, receiptOf } from '../core/log/receipt.ts';
import { sagaType } from '../core/log/record.ts';
import { checkData, checkLinks, checkName, checkOwnName, checkSeconds } from '../core/log/session-input.ts';
import { resultOrThrow } from '../pipeline/7-respond.ts';
import type { ApplyOptions, PlanOptions, PlanTarget } from '../sessions/bulk/bulk-plan.ts';
import { readRespond } from '../sessions/host/address.ts';
import { processNew } from '../sessions/host/open-places.ts';
import type { SessionHost } from '../sessions/host/session-host.ts';
import type { Intervened } from './intervene/apply-plan.ts';
import type { InterventionPlan } from './intervene/intervention-plan.ts';
import type { Intervention, SagaCommand } from './intervene/saga-command.ts';
import type { ListSagasOptions, SagaSummary } from './read/list-sagas.ts';
import type { SagaReading } from './read/saga-report.ts';
import { unknownSaga } from './read/unknown-saga.ts';

/** How a saga is started, and where it comes from. */
export interface StartOptions extends Links {
  /** The same id again gives the same saga; made when absent. */
  readonly id?: string;
  /** Seconds until its first step. */
  readonly delay?: number;
  /** Sagas of one type and order key run one after another. */
  readonly order?: string;
  /** Gets the outcome as a session: a queue of this environment, or `QUEUE@SERVICE`. */
  readonly respond?: string;
}

/** A saga that was started; with its outcome, when it had ended before. */
export interface Started {
  readonly id: string;
  readonly position: number;
  /** ms since 1970. */
  readonly time: number;
  readonly duplicate: boolean;
  readonly durability: Receipt['durability'];
  readonly outcome?: Receipt;
}

/**
 * Sagas of an environment: each does all its steps, or undoes those that it has done. They are sessions, and led by
 * workers; each intervention of a person is a record of the log.
 */
export class Sagas {
  private readonly host: SessionHost;

  constructor(host: SessionHost) {
    this.host = host;
  }

  /**
   * Starts a saga: durable when it resolves. Errors: SAGA_NOT_FOUND of a type that the app does not define;
   * PAYLOAD_INVALID; REQUEST_ID_CONFLICT when the id is that of another one; THEME_CONFLICT; VALUE_TOO_LARGE, JSON_ codes.
   */
  async start(type: string, data: JsonValue, options: StartOptions = {}): Promise<Started> {
    const { host } = this;
    const definition = host.app.sagas?.[type];
    if (!definition) throw unknownType(type, Object.keys(host.app.sagas ?? {}));
    const problem = host.app.findSagaProblem(type, data);
    if (problem !== undefined)
      throw new TxlogError('PAYLOAD_INVALID', `data of saga ${type}: ${problem}`, { path: 'data' });
    const { id = host.makeId(), delay, order, respond, correlation, causation } = options;
    if (respond !== undefined) readRespond(respond);
    const event: SagaEvent = { event: 'started', v: 1, type, data, ...given({ respond }) };
    const { number } = definition;
    const [answer] = await processNew(host, [
      {
        op: 'new',
        ofSaga: true,
        session: checkOwnName('id', id, limits.sagaIdBytesMax),
        theme: sagaTheme(type),
        ...checkData(event as unknown as JsonValue),
        ...given({
          number,
          delay: ifGiven(delay, (delay) => checkSeconds('delay', delay)),
          order: ifGiven(order, (order) => checkName('order', order)),
        }),
        links: checkLinks({ correlation, causation }),
      },
    ]);
    return this.started(id, resultOrThrow(present(answer, 'answer')));
  }

  /** All about one saga, also when it has ended. Errors: SAGA_NOT_FOUND. */
  async get(id: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<SagaReading> {
    const { readReport } = await import('./read/saga-report.ts');
    return (await readReport(this.host, id, signal)) ?? unknownSaga(id);
  }

  /** Sagas by type and phase; those that have not ended first, oldest first. */
  async *list(options: ListSagasOptions = {}): AsyncGenerator<SagaSummary> {
    const { listSagas } = await import('./read/list-sagas.ts');
    yield* listSagas(this.host, options);
  }

  /** Retries now, with a fresh attempt count, steps that await a retry and compensations that failed. Errors: SAGA_STATE. */
  retry(id: string, by: Intervention = {}): Promise<OperationResult> {
    return this.intervene(id, { kind: 'retry' }, by);
  }

  /** Goes on as if a step were done, or what undoes it. Without a step, the one that fails. Errors: SAGA_STATE. */
  skip(id: string, by: Intervention & { readonly step?: string } = {}): Promise<OperationResult> {
    const { step, ...who } = by;
    return this.intervene(id, { kind: 'skip', ...given({ step }) }, who);
  }

  /**
   * Turns a saga back; one that is done is undone by another one, whose result this is. Errors: SAGA_STATE when it is on
   * its way back, or compensated.
   */
  compensate(id: string, by: Intervention = {}): Promise<OperationResult> {
    return this.intervene(id, { kind: 'compensate' }, by);
  }

  /** Ends a saga now, whatever is left. Errors: SAGA_STATE when it has ended. */
  force(id: string, outcome: SagaOutcome, by: Intervention = {}): Promise<OperationResult> {
    return this.intervene(id, { kind: 'force', outcome }, by);
  }

  /** Tells what a step came to that waits for an answer. Errors: SAGA_STATE when it does not. */
  answer(
    { id, step }: { readonly id: string; readonly step: string },
    outcome: { readonly result: JsonValue } | { readonly error: string },
    by: Intervention = {},
  ): Promise<OperationResult> {
    return this.intervene(id, { kind: 'answer', step, outcome }, by);
  }

  /**
   * Plans the effects of a command on these sagas. Writes nothing. One that is named with a position is refused in the plan when
   * it went on since: SESSION_CHANGED.
   */
  async plan(word: SagaCommand, targets: readonly PlanTarget[], options: PlanOptions = {}): Promise<InterventionPlan> {
    const { planInterventions } = await import('./intervene/intervention-plan.ts');
    return planInterventions(this.host, { word, targets }, options);
  }

  /**
   * Carries out a plan, in its order; what it says is refused is left out. A saga that went on since is left alone, and its
   * result is SESSION_CHANGED. Applying the plan again goes on where it stopped, and tells what was done before.
   * Errors: PLAN_INVALID; PLAN_STALE when it was made for another environment.
   */
  async *applyPlan(plan: unknown, options: ApplyOptions = {}): AsyncGenerator<Intervened> {
    const { applyInterventions } = await import('./intervene/apply-plan.ts');
    yield* applyInterventions(this.host, plan, options);
  }

  /**
   * Intervenes in many sagas; one result each, in their order. With the position of its newest record, one is told only
   * while it is there: SESSION_CHANGED.
   */
  async *say(
    word: SagaCommand,
    sagas: readonly (string | { readonly id: string; readonly position: number })[],
    by: Intervention = {},
  ): AsyncGenerator<Intervened> {
    const { intervenes } = await import('./intervene/apply-plan.ts');
    const items = sagas.map((saga) => (typeof saga === 'string' ? { id: saga } : saga));
    yield* intervenes(this.host, { word, items }, by);
  }

  private async intervene(id: string, what: SagaCommand, by: Intervention): Promise<OperationResult> {
    const { intervene } = await import('./intervene/intervene.ts');
    return intervene(this.host, { id, word: what }, by);
  }

  private async started(id: string, result: OperationResult): Promise<Started> {
    if (!result.ok) throw new TxlogError('SAGA_STATE', `saga ${id} cannot be started`);
    const { position, time, duplicate, durability, now } = result;
    const started = { id, position, time, duplicate, durability };
    if (now) return started;
    const record = await this.host.find(id);
    return record?.type === sagaType ? { ...started, outcome: receiptOf(record, true, durability) } : started;
  }
}

function unknownType(type: string, known: readonly string[]): TxlogError {
  return new TxlogError('SAGA_NOT_FOUND', `the app defines no saga of type ${type}`, {
    hint: known.length === 0 ? 'It defines no sagas.' : `It defines ${known.join(', ')}.`,
    next: ['txlog saga start --help'],
  });
}
