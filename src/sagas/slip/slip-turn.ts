import { destinationOf, noteOnSlip, type Slip, type SlipStep } from '../../core/app/routing-slip.ts';
import { type StepAction, type StepOutcome, stepDefaults } from '../../core/app/saga-definition.ts';
import { failure, fullStepPolicy } from '../../core/app/saga-moves.ts';
import type { JsonValue } from '../../core/base/json.ts';
import type { Completion, NewSession, Settled } from '../../core/log/operation.ts';
import type { Request } from '../../core/log/request.ts';
import { sessionOfMessage } from '../../sessions/host/address.ts';
import type { LedTurn } from '../../sessions/turn/frame.ts';
import { Interrupted } from '../../sessions/turn/interruption.ts';
import { errorText, type Led } from '../../sessions/turn/led-session.ts';
import type { TurnContext } from '../../sessions/turn/turn-context.ts';
import type { TurnEnd } from '../../sessions/turn/work-events.ts';
import { callStep, isOfRequest, stepOutcomeOf } from '../step/call-step.ts';
import { valueFor } from '../step/step-context.ts';
import { fromHere } from './make-slip.ts';
import { type SlipStop, stopContext } from './slip-stop.ts';
import { fenceBegun, fenceOfRequest, fenceUndone } from './step-fence.ts';

/** How long the undoing of a step waits while a worker is at doing it. Seconds. */
const busySeconds = 0.5;
const undoneBefore = { ok: false, error: 'it was undone before it was done', happened: 'no' } as const;
const neverAborted = new AbortController().signal;

type Noted = NonNullable<SlipStep['outcome']>;

/** A slip while its step is done, or undone, at a service. */
export class SlipTurn {
  private readonly turn: LedTurn;
  private readonly context: TurnContext;
  private readonly led: Led;
  private readonly stop: SlipStop;
  /** The trace that the slip belongs to. */
  private traceparent: string | undefined;

  constructor(turn: LedTurn, stop: SlipStop) {
    this.turn = turn;
    this.context = turn.context;
    this.led = turn.led;
    this.stop = stop;
  }

  /** Takes the slip one step further. Errors: those of the engine; that the worker was stopped. */
  async run(): Promise<TurnEnd> {
    const { slip, next, action } = this.stop;
    this.traceparent = (await this.turn.linksOf({})).traceparent;
    if (slip.side === 'undo' && next.undoes !== undefined) {
      const ended = await this.prepareUndo(next.undoes);
      if (ended) return ended;
    }
    if (isOwnRequest(action)) return this.decideHere();
    if (slip.side === 'do') {
      const { word } = await fenceBegun(this.context.host, next.key, this.led.session);
      if (word === 'never') return this.passOn(undoneBefore);
    }
    return this.callOut();
  }

  /**
   * Makes sure that the step will not be done from now on. Ends the turn when nothing is to be undone, or a worker is
   * at doing it; undefined when it is to be undone now.
   */
  private async prepareUndo(key: string): Promise<TurnEnd | undefined> {
    const { context } = this;
    const first = await fenceUndone(context.host, key, isOwnRequest(this.stop.done));
    if (first.word === 'never') return this.passOn({ ok: true, result: null });
    if (first.session === undefined) return undefined;
    // The slip that brought it may still wait here for another attempt: its saga has given it up.
    const removed = await context.operate({ op: 'remove', session: first.session });
    context.confirmed();
    if (removed.ok || removed.idle || removed.rejection.code !== 'SESSION_ACTIVE') return undefined;
    return this.store(busySeconds, 'the step is being done just now');
  }

  /** A request to this engine: its record has the slip's way on. */
  private async decideHere(): Promise<TurnEnd> {
    const { context, stop, led } = this;
    const { session, epoch } = led;
    const request = this.request();
    if (!('bytes' in request)) return this.passOn(request);
    const completes: Completion = {
      session,
      epoch,
      operations: (outcome) => [{ op: 'remove', session, epoch }, this.wayOn(notedOf(outcome))],
    };
    const [answer] = await context.host.process([{ ...request, completes }]);
    context.confirmed();
    if (answer && answer.type === 'refusal') return this.turn.outcomeOfLead();
    if (answer?.type !== 'error') return 'removed';
    if (!isOfRequest(answer.error)) throw answer.error;
    // Its id has an outcome already: that it was undone, or that of another request.
    const first = await fenceOfRequest(context.host, stop.next.key);
    if (first?.word === 'never' && first.isUndone) return this.passOn(undoneBefore);
    const happened = first?.word === 'begun' ? 'maybe' : 'no';
    return this.passOn({ ok: false, error: errorText(answer.error), happened });
  }

  private request(): Request | Noted {
    const { action, next } = this.stop;
    const { host } = this.context;
    try {
      const told = stopContext(this.stop, this.led.attempts, { signal: neverAborted, traceparent: this.traceparent });
      const request = 'request' in action ? valueFor(action.request, told) : undefined;
      return host.check({ ...request, id: next.key });
    } catch (error) {
      return { ok: false, error: errorText(error), happened: 'no' };
    }
  }

  /** A call, tried as often as its policy says; it is begun, and may have happened, from here on. */
  private async callOut(): Promise<TurnEnd> {
    const { stop, led, context } = this;
    const policy = fullStepPolicy(stop.action);
    // Attempts whose worker died count too.
    if (led.attempts > policy.attempts)
      return this.passOn({ ok: false, error: 'its worker died at each attempt', happened: 'maybe' });
    const outcome = await this.attempt();
    if (outcome.ok) return this.passOn(outcome);
    const { host } = context;
    const error = errorText(outcome.error);
    const why = { ...outcome, error, now: host.now(), chance: host.random() };
    const event = failure({ step: stop.next.step, side: stop.slip.side, attempt: led.attempts }, policy, why);
    if (event.event !== 'failed' || event.next !== 'retry')
      return this.passOn({ ok: false, error, happened: outcome.happened });
    this.turn.error = error;
    const seconds = Math.max(0, ((event.due ?? 0) - host.now()) / 1000);
    return this.turn.end({ op: 'store', seconds, error });
  }

  private async attempt(): Promise<StepOutcome> {
    const { context, stop, led } = this;
    const { interruption } = this.turn;
    const { action } = stop;
    const time = new AbortController();
    const seconds = action.timeout ?? stepDefaults.timeout;
    const late = new Error(`it took longer than ${seconds} s`);
    const cancel = context.host.clock.after(seconds * 1000, () => time.abort(late), { keepsAlive: true });
    try {
      const signal = AbortSignal.any([interruption.signal, time.signal]);
      const told = stopContext(stop, led.attempts, { signal, traceparent: this.traceparent });
      const outcome = await callStep(action, told, this.turn);
      if (!outcome.ok && interruption.signal.aborted)
        throw new Interrupted(context.operator.signal.aborted ? 'lost' : 'killed');
      return outcome;
    } finally {
      cancel();
    }
  }

  /** Removes the slip here and makes it where it goes next, in one record. */
  private async passOn(noted: Noted): Promise<TurnEnd> {
    const { context, led } = this;
    const { session, epoch } = led;
    if (!noted.ok) this.turn.error = noted.error;
    const operations = [{ op: 'remove', session, epoch } as const, this.wayOn(noted)];
    const result = await context.operate({ op: 'together', operations });
    context.confirmed();
    return result.ok ? 'removed' : this.turn.outcomeOfLead();
  }

  private wayOn(noted: Noted): NewSession {
    const { slip, next } = this.stop;
    const passed: Slip = noteOnSlip(slip, next.step, noted);
    const done = passed.steps.filter(({ outcome }) => outcome !== undefined).length;
    // Each leg of the way is a message of its own.
    const id = `${slip.steps[0]?.key}#leg${done}`;
    const to = fromHere(this.context.host.app, destinationOf(passed));
    return sessionOfMessage({ id, to, data: passed as unknown as JsonValue });
  }

  /** No attempt is lost by waiting. */
  private store(seconds: number, error: string): Promise<TurnEnd> {
    return this.turn.end({ op: 'store', seconds, error, interrupted: true });
  }
}

/** Whether a step is a request to this engine. */
function isOwnRequest(action: StepAction): boolean {
  return 'request' in action && action.service === undefined;
}

function notedOf(settled: Settled): Noted {
  const outcome = stepOutcomeOf(settled);
  return outcome.ok ? outcome : { ok: false, error: errorText(outcome.error), happened: outcome.happened };
}
