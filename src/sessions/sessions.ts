import { present } from '../core/base/assert.ts';
import { checkBound, checkInRange, checkLease, checkWhole } from '../core/base/check-arguments.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given, ifGiven } from '../core/base/given.ts';
import type { JsonValue } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import { ranges } from '../core/base/number-range.ts';
import type { Links } from '../core/log/links.ts';
import type { Authority, NewSession, Operation, OperationResult, ThemeName } from '../core/log/operation.ts';
import {
  checkData,
  checkError,
  checkLinks,
  checkName,
  checkOwnName,
  checkSeconds,
  dataOf,
} from '../core/log/session-input.ts';
import { resultOrThrow } from '../pipeline/7-respond.ts';
import type { BulkOperation } from './bulk/bulk-operation.ts';
import type { ApplyOptions, BulkBy, BulkOutcome, PlanOptions, PlanTarget } from './bulk/bulk-plan.ts';
import type { OperationPlan } from './bulk/operation-plan.ts';
import { processNew } from './host/open-places.ts';
import type { SessionHost } from './host/session-host.ts';
import type { ListOptions } from './read/list-sessions.ts';
import type { KnownTheme } from './read/list-themes.ts';
import type { QueueReading } from './read/read-queues.ts';
import {
  chunksInSteps,
  readTheme,
  readThemes,
  type SessionReading,
  sessionInSteps,
  type ThemeReading,
} from './read/read-session.ts';
import type { SessionEvent } from './read/session-history.ts';
import type { StuckOptions, StuckSession } from './worker/find-stuck.ts';
import type { Recovered } from './worker/janitor.ts';

/** How a session is made, and where it comes from. */
export interface NewOptions extends Links {
  /** The same id again gives the same session; made when absent. */
  readonly id?: string;
  /** Seconds until it may be led. */
  readonly delay?: number;
  /** Sessions of one theme and order key run one after another. */
  readonly order?: string;
}

/** In whose name an operation is done, and why. */
export type OperationOptions = Omit<Authority, 'session'>;

/** JSON, or bytes. */
export type Data = JsonValue | Uint8Array;

/**
 * Sessions of an environment: durable work items. Each operation is a record of the log, durable when its promise
 * resolves; one that is refused (SESSION_GONE, SESSION_FENCED, SESSION_ACTIVE, SESSION_BUSY) changes nothing, and
 * is a value.
 */
export class Sessions {
  private readonly host: SessionHost;

  constructor(host: SessionHost) {
    this.host = host;
  }

  /**
   * Makes a session. Errors: REQUEST_ID_CONFLICT when the id is that of another one; THEME_CONFLICT; REQUEST_INVALID,
   * VALUE_TOO_LARGE and the JSON_ codes.
   */
  async create(theme: ThemeName, data: Data, options: NewOptions = {}): Promise<OperationResult> {
    const { id, delay, order, correlation, causation } = options;
    const number = this.numberOf(theme);
    const made: NewSession = {
      op: 'new',
      session: id === undefined ? this.host.makeId() : checkOwnName('id', id),
      theme: checkTheme(theme),
      ...given({ number }),
      ...checkData(data),
      ...given({
        delay: ifGiven(delay, (delay) => checkSeconds('delay', delay)),
        order: ifGiven(order, (order) => checkName('order', order)),
      }),
      links: checkLinks({ correlation, causation }),
    };
    const [answer] = await processNew(this.host, [made]);
    return resultOrThrow(present(answer, 'answer'));
  }

  /** Adds a chunk of data. Errors: SAGA_STATE of the session of a saga. */
  async append(session: string, data: Data, options: OperationOptions = {}): Promise<OperationResult> {
    return this.one({ op: 'append', session, ...checkData(data), ...options });
  }

  /** Puts one chunk of data in place of all. Errors: SAGA_STATE of the session of a saga. */
  async replace(session: string, data: Data, options: OperationOptions = {}): Promise<OperationResult> {
    return this.one({ op: 'replace', session, ...checkData(data), ...options });
  }

  /** Lets it sleep for so many seconds. With `error`, the turn counts as failed. */
  async store(
    session: string,
    seconds: number,
    { error, ...options }: OperationOptions & { readonly error?: string } = {},
  ): Promise<OperationResult> {
    const failed = given({ error: ifGiven(error, checkError) });
    return this.one({
      op: 'store',
      session,
      seconds: checkSeconds('seconds', seconds),
      ...failed,
      ...options,
    });
  }

  /** Ends it. Errors: SAGA_STATE of the session of a saga. */
  async remove(session: string, options: OperationOptions = {}): Promise<OperationResult> {
    return this.one({ op: 'remove', session, ...options });
  }

  /** Sets it aside until a person sees to it: `ready` brings it back. */
  async park(session: string, error: string, options: OperationOptions = {}): Promise<OperationResult> {
    return this.one({ op: 'park', session, error: checkError(error), ...options });
  }

  /** Makes a stored or parked one ready now, with all its attempts. */
  async ready(session: string, options: OperationOptions = {}): Promise<OperationResult> {
    return this.one({ op: 'ready', session, ...options });
  }

  /**
   * Takes a session, for `lease` seconds at a time: the one named, or the next of the theme that is due; `idle` when
   * there is none. One that is named is led also before it is due, and while its theme is paused. Whoever led it before
   * is refused from now on. Errors: USAGE of a lease.
   */
  async lead(
    which: { readonly session: string } | { readonly theme: ThemeName },
    operator: string,
    lease: number,
  ): Promise<OperationResult> {
    return this.one({
      op: 'lead',
      ...which,
      operator: checkName('operator', operator),
      lease: checkLease(lease),
    });
  }

  /**
   * Does the work of a session that was removed once more, by a new session ID/resend. Errors: SESSION_GONE; SESSION_BUSY of one
   * that is still there; SAGA_STATE of a saga.
   */
  async resend(session: string, by: BulkBy = {}): Promise<OperationResult> {
    const { resend } = await import('./queue/resend.ts');
    return resend(this.host, session, by);
  }

  /**
   * Plans one operation on each of these sessions, in this order. Writes nothing. One that is named with a position is refused
   * in the plan when it went on since: SESSION_CHANGED.
   */
  async plan(
    operation: BulkOperation,
    targets: readonly PlanTarget[],
    options: PlanOptions = {},
  ): Promise<OperationPlan> {
    const { planOperations } = await import('./bulk/operation-plan.ts');
    return planOperations(this.host, { operation, targets }, options);
  }

  /**
   * Carries out a plan, in its order; what it says is refused or unchanged is left out. A session that went on since is left
   * alone, and its result is SESSION_CHANGED. Applying the plan again goes on where it stopped, and tells what was done before.
   * Errors: PLAN_INVALID; PLAN_STALE when it was made for another environment.
   */
  async *applyPlan(plan: unknown, options: ApplyOptions = {}): AsyncGenerator<BulkOutcome> {
    const { applyOperations } = await import('./bulk/operation-plan.ts');
    yield* applyOperations(this.host, plan, options);
  }

  /** A session now, or as of a position; undefined when there is none. */
  async get(id: string, options: { readonly asOf?: number } = {}): Promise<SessionReading | undefined> {
    checkWhole('asOf', options.asOf);
    return this.host.readSteps((cut) => sessionInSteps(cut, id, options.asOf));
  }

  /** The data of a session: all chunks since the last Replace, oldest first. Errors: SESSION_GONE. */
  async data(
    id: string,
    options: { readonly asOf?: number; readonly limit?: number; readonly signal?: AbortSignal } = {},
  ): Promise<readonly Data[]> {
    checkWhole('asOf', options.asOf);
    checkBound('limit', options.limit);
    return this.host.readSteps(function* (cut) {
      const session = yield* sessionInSteps(cut, id, options.asOf);
      if (!session) throw new TxlogError('SESSION_GONE', `there is no session ${id}`, { next: ['txlog session list'] });
      return (yield* chunksInSteps(cut, session, options.limit)).map(dataOf);
    }, options.signal);
  }

  /** Sessions by theme and status, in the order in which they come. Errors: SESSION_GONE of `after`. */
  async *list(options: ListOptions = {}): AsyncGenerator<SessionReading> {
    const { listSessions } = await import('./read/list-sessions.ts');
    yield* listSessions(this.host, options);
  }

  /** All that ever happened to a session, oldest first: also to one that was removed. */
  async *history(id: string): AsyncGenerator<SessionEvent> {
    const { sessionHistory } = await import('./read/session-history.ts');
    yield* sessionHistory(this.host, id);
  }

  /** Sessions that will not go on by themselves, or do not as they should; each with the command to run. */
  async stuck(options: StuckOptions = {}): Promise<readonly StuckSession[]> {
    const { findStuck } = await import('./worker/find-stuck.ts');
    return findStuck(this.host, options);
  }

  /** One run of the janitor: what dead operators led is stored for repeat, or parked. Workers do so by themselves. */
  async recoverOrphans(): Promise<readonly Recovered[]> {
    const { recoverOrphans } = await import('./worker/janitor.ts');
    return recoverOrphans(this.host);
  }

  /** All themes that were ever used, with their counts. */
  themes(): Promise<readonly ThemeReading[]> {
    return this.host.read((cut) => readThemes(cut));
  }

  /** A theme. Errors: THEME_NOT_FOUND. */
  async theme(name: string): Promise<ThemeReading> {
    return (await this.host.read((cut) => readTheme(cut, name))) ?? themeNotFound(name);
  }

  /** All themes that were ever used, as queues: what waits in them, how fast they move, who works on them. */
  async queues(): Promise<readonly QueueReading[]> {
    const { readQueues } = await import('./read/read-queues.ts');
    return readQueues(this.host);
  }

  /** A theme as a queue, with up to `next` of the sessions that come next. Errors: THEME_NOT_FOUND. */
  async queue(theme: string, options: { readonly next?: number } = {}): Promise<QueueReading> {
    checkBound('next', options.next);
    const { readQueue } = await import('./read/read-queues.ts');
    return (await readQueue(this.host, theme, options.next ?? 1)) ?? themeNotFound(theme);
  }

  /** All themes that were ever used or that the app defines, with the policies in force. */
  async knownThemes(): Promise<readonly KnownTheme[]> {
    const { knownThemes } = await import('./read/list-themes.ts');
    return knownThemes(this.host);
  }

  /** Registers a theme, or pauses or resumes it: of a paused one no session is led, unless someone names it. */
  async changeTheme(
    theme: string,
    options: { readonly paused?: boolean; readonly reason?: string; readonly actor?: string } = {},
  ): Promise<OperationResult> {
    const number = this.numberOf(theme);
    checkName('theme', theme, limits.typeBytesMax);
    return this.one({ op: 'theme', theme, ...given({ number }), ...options });
  }

  private async one(operation: Operation): Promise<OperationResult> {
    const { epoch, seen, position } = operation as Partial<Authority>;
    checkWhole('epoch', epoch);
    checkWhole('seen', seen);
    checkWhole('position', position);
    const [result] = await this.host.operate([operation]);
    return present(result, 'result');
  }

  private numberOf(theme: ThemeName): number | undefined {
    return typeof theme === 'number' ? undefined : this.host.app.themes?.[theme]?.number;
  }
}

function checkTheme(theme: ThemeName): ThemeName {
  if (typeof theme !== 'number') return checkName('theme', theme, limits.typeBytesMax);
  checkInRange('theme', theme, ranges.themeNumber);
  return theme;
}

function themeNotFound(name: string): never {
  throw new TxlogError('THEME_NOT_FOUND', `no session ever belonged to the theme ${name}`, {
    next: ['txlog theme list'],
  });
}
