import type { Turn } from '../../core/app/theme.ts';
import { given } from '../../core/base/given.ts';
import type { Links } from '../../core/log/links.ts';
import type { SessionStep } from '../../core/log/operation.ts';
import { linksOfSent } from '../../view/links-of-name.ts';
import { Interrupted, Interruption } from './interruption.ts';
import { errorText, type Led, readTurn } from './led-session.ts';
import { endTurn, failTurn, outcomeOfLead, requeue, type TurnContext } from './turn-context.ts';
import type { TurnReport } from './turn-report.ts';
import type { TurnEnd } from './work-events.ts';

/** An operation that ends a turn, without its session. */
export type Ending =
  | { readonly op: 'remove' }
  | { readonly op: 'park'; readonly error: string }
  | { readonly op: 'store'; readonly seconds: number; readonly error?: string; readonly interrupted?: boolean };

/** A turn under way, with what its report will say. Its session is led by us until it ends. */
export class LedTurn {
  readonly context: TurnContext;
  readonly led: Led;
  readonly interruption: Interruption;
  /** Operations that were done. Of a turn that does not count them, the removal of its session is one. */
  operations: number | undefined;
  /** Why it failed, or what its session is parked for. */
  error: string | undefined;
  /** Why it ended, when it did not fail. */
  reason: string | undefined;

  constructor(context: TurnContext, led: Led) {
    this.context = context;
    this.led = led;
    this.interruption = new Interruption(context.operator.signal, context.kill);
  }

  /** Counts an operation that was done. */
  did(): void {
    this.operations = (this.operations ?? 0) + 1;
  }

  /** Reads the session, as an advisor is told of it; undefined when it is not led by us any more. */
  read(step = 0): Promise<Turn | undefined> {
    return readTurn(this.context.reads, this.led, { step, stop: this.interruption });
  }

  /** The links of a request that the session sends elsewhere, beside its `own`: those that it would get here. */
  linksOf(own: Links): Promise<Links> {
    return this.context.reads.read((cut) => linksOfSent(cut, this.led.session, own));
  }

  /** Tells from the log how the turn ended, when it was ended by another, or by an attempt that was not confirmed. */
  outcomeOfLead(): Promise<TurnEnd> {
    return outcomeOfLead(this.context.host, this.led);
  }

  /** Ends the turn, and tries again until that is confirmed. */
  end(ending: Ending): Promise<TurnEnd> {
    const { session, epoch } = this.led;
    const step: SessionStep = { session, epoch, ...ending };
    return endTurn(this.context, this.led, { ...step });
  }

  /** Parks the session: a person has to see to it. */
  park(error: string): Promise<TurnEnd> {
    this.error = error;
    return this.end({ op: 'park', error });
  }

  /** Stores the session with a back-off, or parks it when it has failed too often. */
  failTurn(error: string): Promise<TurnEnd> {
    this.error = error;
    return failTurn(this.context, this.led, error);
  }

  /** Makes the report of the turn that ended so. */
  report(ended: TurnEnd): TurnReport {
    const { led, operations = ended === 'removed' ? 1 : 0, error, reason } = this;
    return {
      ...{ session: led.session, epoch: led.epoch, ended, operations },
      ...given({ error, reason }),
    };
  }
}

/** Ends a turn whose work failed by itself. What it throws ends the worker. */
type Failed = (turn: LedTurn, error: unknown) => Promise<TurnEnd>;

/**
 * Takes a session that is led through one turn: every kind of turn runs in this frame.
 *
 * 1. The turn ends exactly once: by its work, or here.
 * 2. A lost lease ends it without a write: the session is another's, or soon will be.
 * 3. A turn that is stopped from outside has not failed: its session is handed back, and no attempt is lost.
 * 4. What fails otherwise is the turn's own failure: the session is stored with a back-off, or parked (`failed`).
 * 5. Whatever still runs for the turn hears that it is over before its session can be led again.
 */
export async function leadTurn(
  context: TurnContext,
  led: Led,
  {
    work,
    failed = (turn, error) => turn.failTurn(errorText(error)),
  }: { readonly work: (turn: LedTurn) => Promise<TurnEnd>; readonly failed?: Failed | undefined },
): Promise<TurnReport> {
  const turn = new LedTurn(context, led);
  try {
    return turn.report(await work(turn));
  } catch (error) {
    turn.interruption.end();
    const stopped = Interrupted.of(context, error);
    turn.error = undefined;
    if (stopped?.why === 'lost') return turn.report('lost');
    if (!stopped) return turn.report(await failed(turn, error));
    turn.reason = stopped.message;
    return turn.report(await requeue(context, led));
  } finally {
    turn.interruption.end();
  }
}

/** Does what has to be confirmed, and tells the worker whether it was. Errors: those of `work`. */
export async function confirming<T>(context: TurnContext, work: () => Promise<T>): Promise<T> {
  try {
    const done = await work();
    context.confirmed();
    return done;
  } catch (error) {
    context.confirmed(error as Error);
    throw error;
  }
}
