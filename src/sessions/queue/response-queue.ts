import { retryMsAfter } from '../../core/base/back-off.ts';
import { limits } from '../../core/base/limits.ts';
import { sessionIn, sessionKey } from '../../core/fold/session.ts';
import { requestOfResponse } from '../../core/log/response-id.ts';
import { queuePrefix, sessionOfQueueKey } from '../../layout/queue-keys.ts';
import { resultOrThrow } from '../../pipeline/7-respond.ts';
import { CommitSignal } from '../../view/commit-signal.ts';
import type { Cut } from '../../view/cut.ts';
import type { SessionHost } from '../host/session-host.ts';
import { readTheme } from '../read/read-session.ts';
import { findOutcome, type RequestOutcome } from './wait-for-session.ts';

/** A wait for the outcome of one request. */
export interface Awaited {
  readonly outcome: Promise<RequestOutcome>;
  /** The response goes to another queue: from now on the log is looked at whenever any process commits. */
  comesElsewhere(): void;
  /** Waits no more: a response that comes later has no taker. */
  stop(): void;
}

interface Waiter {
  readonly resolve: (outcome: RequestOutcome) => void;
  isElsewhere: boolean;
}

/** The findings of one look: outcomes by the id of their request, and the sessions whose responses are removed. */
interface Look {
  readonly outcomes: ReadonlyMap<string, RequestOutcome>;
  readonly taken: readonly string[];
  readonly expired: readonly string[];
}

/**
 * The response queue of one who asks, such as a frontend: it takes the responses from a theme, gives each to those who wait
 * for its request, and removes it.
 *
 * Nothing is lost with it: the outcome of a request is in the log. A response that nobody waits for here is that of another
 * process of the same name, or what a dead one left: it is removed once it is `limits.responseKeptMs` old.
 */
export class ResponseQueue {
  readonly theme: string;
  /** Responses that were taken by those who waited, and those that nobody took in time. */
  readonly counts = { delivered: 0, expired: 0 };
  private readonly host: SessionHost;
  private readonly waiters = new Map<string, Set<Waiter>>();
  /** Responses that were given to those who wait, and are still in the theme. */
  private readonly given = new Set<string>();
  private readonly ended = new AbortController();
  private readonly commits: CommitSignal;
  private readonly run: Promise<void>;
  private glancedAt: number;

  /** Begins at once, on a theme that nothing else leads. `onError` hears of each look that failed; the next one follows. Of an environment that is gone it hears ENV_NOT_FOUND. */
  constructor(host: SessionHost, theme: string, onError: (error: Error) => void) {
    this.host = host;
    this.theme = theme;
    this.glancedAt = host.clock.elapsed();
    this.commits = new CommitSignal(host, this.ended.signal);
    this.run = this.lookOn(onError);
  }

  /** Waits for the outcome of a request. Begin before the request is queued: then no response comes too early. */
  await(id: string): Awaited {
    const waiters = this.waiters.get(id) ?? new Set();
    this.waiters.set(id, waiters);
    let waiter: Waiter | undefined;
    const outcome = new Promise<RequestOutcome>((resolve) => {
      waiter = { resolve, isElsewhere: false };
      waiters.add(waiter);
    });
    return {
      outcome,
      comesElsewhere: () => {
        if (waiter) waiter.isElsewhere = true;
        this.commits.tell();
      },
      stop: () => {
        if (waiter) waiters.delete(waiter);
        if (waiters.size === 0 && this.waiters.get(id) === waiters) this.waiters.delete(id);
      },
    };
  }

  /** Requests whose outcome is waited for. */
  get size(): number {
    return this.waiters.size;
  }

  /** Takes no more responses; those who wait hear nothing more. Resolves once the last look has ended. */
  async stop(): Promise<void> {
    this.ended.abort();
    await this.run;
    this.commits.stop();
  }

  private async lookOn(onError: (error: Error) => void): Promise<void> {
    for (let failed = 0; !this.ended.signal.aborted; ) {
      this.commits.arm();
      try {
        await this.look();
        failed = 0;
        await this.commits.next(limits.glanceMs);
      } catch (error) {
        failed += 1;
        onError(error as Error);
        await this.pause(retryMsAfter(failed));
      }
    }
  }

  /** After an error only time helps, whatever is committed meanwhile. */
  private async pause(ms: number): Promise<void> {
    const { clock } = this.host;
    const { signal } = this.ended;
    let end = () => {};
    const passed = new Promise<void>((resolve) => {
      end = resolve;
    });
    const cancel = clock.after(ms, end, { keepsAlive: true });
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    await passed;
    signal.removeEventListener('abort', end);
    cancel();
  }

  private async look(): Promise<void> {
    const { clock } = this.host;
    const isGlance = clock.elapsed() - this.glancedAt >= limits.glanceMs;
    if (isGlance) {
      this.glancedAt = clock.elapsed();
      await this.host.refuseWhenGone();
    }
    const { outcomes, taken, expired } = await this.host.read((cut) => this.readDone(cut, isGlance));
    for (const [id, outcome] of outcomes) this.settle(id, outcome);
    for (const session of taken) this.given.add(session);
    const done = [...this.given, ...expired];
    if (done.length === 0) return;
    // Those who waited have their outcome already. Another process of this name may be faster: that is no error.
    (await this.host.process(done.map((session) => ({ op: 'remove', session, grouped: true })))).map(resultOrThrow);
    this.counts.delivered += this.given.size;
    this.counts.expired += expired.length;
    this.given.clear();
  }

  private settle(id: string, outcome: RequestOutcome): void {
    const waiters = this.waiters.get(id);
    this.waiters.delete(id);
    for (const { resolve } of waiters ?? []) resolve(outcome);
  }

  private readDone(cut: Cut, isGlance: boolean): Look {
    const { durability } = this.host.handle.storage;
    const outcomes = new Map<string, RequestOutcome>();
    const taken: string[] = [];
    const expired: string[] = [];
    for (const { session, request } of this.responses(cut)) {
      const outcome = this.waiters.has(request) ? findOutcome(cut, request, durability) : undefined;
      if (outcome) {
        outcomes.set(request, outcome);
        taken.push(session);
      } else if (this.isOld(cut, session)) expired.push(session);
    }
    // A response may go elsewhere, or have been taken by another process of this name.
    for (const [id, waiters] of this.waiters) {
      if (outcomes.has(id) || !(isGlance || [...waiters].some(({ isElsewhere }) => isElsewhere))) continue;
      const outcome = findOutcome(cut, id, durability);
      if (outcome) outcomes.set(id, outcome);
    }
    return { outcomes, taken, expired };
  }

  /** The responses that wait in the theme. Sessions of other names in it are not ours. */
  private *responses(cut: Cut): Generator<{ readonly session: string; readonly request: string }> {
    const theme = readTheme(cut, this.theme);
    if (!theme) return;
    for (const key of cut.queueKeys(queuePrefix(theme.number, 'waiting'))) {
      const session = sessionOfQueueKey(key);
      const request = requestOfResponse(session);
      if (request !== undefined) yield { session, request };
    }
  }

  private isOld(cut: Cut, session: string): boolean {
    const made = sessionIn(cut.state(sessionKey(session)));
    return made !== undefined && this.host.now() - made.createdAt >= limits.responseKeptMs;
  }
}
