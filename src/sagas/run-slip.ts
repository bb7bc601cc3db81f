import { isJsonObject, type JsonValue } from '../core/json.ts';
import type { Completion, NewSession, Settled } from '../core/operation.ts';
import type { StepAction, StepContext, StepOutcome } from '../core/saga-definition.ts';
import { stepDefaults, stepsOf } from '../core/saga-definition.ts';
import { failure, fullStepPolicy } from '../core/saga-moves.ts';
import { destinationOf, nextOfSlip, noteOnSlip, type Slip, type SlipStep } from '../core/slip.ts';
import { readAddress, sessionOfMessage } from '../sessions/address.ts';
import { Interruption } from '../sessions/interruption.ts';
import { handBack, insist, setAside, type TurnContext, whatBecame } from '../sessions/set-aside.ts';
import { errorText, type Led, tell } from '../sessions/turn.ts';
import type { TurnReport } from '../sessions/turn-report.ts';
import { outcomeOf, perform } from './perform.ts';
import { valueFor } from './step-context.ts';

/**
 * The turn of a slip: this service does its step, notes what came of it, and passes the slip on, to the next service,
 * back home, or to the errors. A request to this engine, its note and the slip's way on are one record; a call is made
 * again under its key when its worker died, and tried as often as its policy says.
 */
export async function runSlip(context: TurnContext, led: Led): Promise<TurnReport> {
  const { session, epoch } = led;
  const interruption = new Interruption(context.operator.signal, context.kill);
  const report = (ended: TurnReport['ended'], error?: string): TurnReport => ({
    ...{ session, epoch, ended, operations: ended === 'removed' ? 1 : 0 },
    ...(error === undefined ? {} : { error }),
  });
  const park = async (error: string) =>
    report(await insist(context, led, { op: 'park', session, epoch, error, bytes: 0 }), error);
  try {
    const turn = await tell(context.reads, led, 0, context.operator);
    if (!turn) return report(await whatBecame(context.host, led));
    const slip = readSlip(turn.data[0]);
    const next = slip && nextOfSlip(slip);
    if (!slip || !next) return await park('it is no slip with a step to do');
    const action = actionOf(context, slip, next);
    if (!action) return await park(`the app has no step ${next.step} of ${slip.type} to ${slip.side}`);
    return await doStep(context, led, { slip, next, action, interruption, report });
  } catch (error) {
    interruption.end();
    if (context.operator.signal.aborted) return report('lost');
    if (context.kill.aborted) return report(await handBack(context, led));
    const text = errorText(error);
    return report(await setAside(context, led, text), text);
  } finally {
    interruption.end();
  }
}

interface Stop {
  readonly slip: Slip;
  readonly next: SlipStep;
  readonly action: StepAction;
  readonly interruption: Interruption;
  report(ended: TurnReport['ended'], error?: string): TurnReport;
}

async function doStep(context: TurnContext, led: Led, stop: Stop): Promise<TurnReport> {
  const { slip, next, action, report } = stop;
  if ('request' in action && action.service === undefined) return decideHere(context, led, stop);
  const outcome = await call(context, led, stop);
  if (outcome.ok) return report(await passOn(context, led, noteOnSlip(slip, next.step, outcome)));
  const policy = fullStepPolicy(action);
  const { host } = context;
  const why = { ...outcome, now: host.now(), chance: host.random() };
  const event = failure(next.step, slip.side, policy, led.attempts, why);
  if (event.event === 'failed' && event.next === 'retry') {
    const error = errorText(outcome.error);
    const seconds = Math.max(0, ((event.due ?? 0) - host.now()) / 1000);
    const { session, epoch } = led;
    return report(await insist(context, led, { op: 'store', session, epoch, seconds, error, bytes: 0 }), error);
  }
  const { error, happened } = outcome;
  return report(await passOn(context, led, noteOnSlip(slip, next.step, { ok: false, error, happened })), error);
}

async function call(context: TurnContext, led: Led, { slip, next, action, interruption }: Stop): Promise<StepOutcome> {
  const time = new AbortController();
  const seconds = action.timeout ?? stepDefaults.timeout;
  const late = new Error(`it took longer than ${seconds} s`);
  const cancel = context.host.clock.after(seconds * 1000, () => time.abort(late), { keepsAlive: true });
  try {
    const signal = AbortSignal.any([interruption.signal, time.signal]);
    const outcome = await perform(action, contextOf(slip, next, led.attempts, signal), context.host);
    if (!outcome.ok && interruption.signal.aborted) throw new Error('its worker was stopped');
    return outcome;
  } finally {
    cancel();
  }
}

async function decideHere(context: TurnContext, led: Led, { slip, next, action, report }: Stop): Promise<TurnReport> {
  const { session, epoch } = led;
  const told = contextOf(slip, next, led.attempts, new AbortController().signal);
  const request = 'request' in action ? valueFor(action.request, told) : undefined;
  const noted = (outcome: Settled) => noteOnSlip(slip, next.step, slipOutcome(outcomeOf(outcome)));
  const completes: Completion = {
    session,
    epoch,
    operations: (outcome) => [{ op: 'remove', session, epoch }, wayOn(context, noted(outcome))],
  };
  const [answer] = await context.host.process([{ ...context.host.check({ ...request, id: next.key }), completes }]);
  context.confirmed();
  if (answer && 'refusal' in answer) return report(await whatBecame(context.host, led));
  if (answer && 'error' in answer) {
    const error = errorText(answer.error);
    return report(await passOn(context, led, noteOnSlip(slip, next.step, { ok: false, error, happened: 'no' })), error);
  }
  return report('removed');
}

function slipOutcome(outcome: StepOutcome): NonNullable<SlipStep['outcome']> {
  return outcome.ok ? outcome : { ok: false, error: errorText(outcome.error), happened: outcome.happened };
}

/** Removes the slip here and makes it where it goes next, in one record. */
async function passOn(context: TurnContext, { session, epoch }: Led, slip: Slip): Promise<TurnReport['ended']> {
  const operations = [{ op: 'remove', session, epoch } as const, wayOn(context, slip)];
  const result = await context.operate({ op: 'together', operations, bytes: 0 });
  context.confirmed();
  return result.ok ? 'removed' : 'lost';
}

function wayOn({ host }: TurnContext, slip: Slip): NewSession {
  const to = destinationOf(slip);
  const { queue, service } = readAddress(to);
  const done = slip.steps.filter(({ outcome }) => outcome !== undefined).length;
  const [first] = slip.steps;
  // Each leg of the way is a message of its own.
  const message = { id: `${first?.key}#leg${done}`, data: slip as unknown as JsonValue };
  return sessionOfMessage({ ...message, to: service === host.app.name ? queue : to });
}

function actionOf({ host }: TurnContext, { type, side }: Slip, { step: name }: SlipStep): StepAction | undefined {
  const definition = host.app.sagas?.[type];
  const step = definition && stepsOf(definition).find((one) => one.name === name);
  return side === 'do' ? step?.do : step?.compensate;
}

function contextOf(slip: Slip, { step, key }: SlipStep, attempt: number, signal: AbortSignal): StepContext {
  const { saga, type, data, results, error } = slip;
  return Object.freeze({ saga, type, data, step, key, attempt, results, error, signal });
}

function readSlip(data: JsonValue | Uint8Array | undefined): Slip | undefined {
  return isJsonObject(data) && data.slip === 1 && Array.isArray(data.steps) ? (data as unknown as Slip) : undefined;
}
