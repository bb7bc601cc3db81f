import { setMaxListeners } from 'node:events';
import { type ThemeDefinition, themeDefaults } from '../../core/app/theme.ts';
import { present } from '../../core/base/assert.ts';
import { retryMsAfter } from '../../core/base/back-off.ts';
import { given } from '../../core/base/given.ts';
import { limits } from '../../core/base/limits.ts';
import type { NewSession } from '../../core/log/operation.ts';
import { isQueueTheme } from '../../pipeline/3-queued-request.ts';
import { resultOrThrow } from '../../pipeline/7-respond.ts';
import { CommitSignal } from '../../view/commit-signal.ts';
import type { KeptPlace, PlaceKeeper } from '../host/open-places.ts';
import { fullPolicy, policyOfTheme } from '../host/policy.ts';
import type { SessionHost } from '../host/session-host.ts';
import { coalesceOperations, coalesceReads } from '../turn/coalesce.ts';
import { LeaseHolder } from '../turn/lease-holder.ts';
import { type Led, ledSession } from '../turn/led-session.ts';
import { runTurn } from '../turn/run-advisor.ts';
import { runRequest } from '../turn/run-request.ts';
import { isFinal, type TurnContext } from '../turn/turn-context.ts';
import type { TurnReport } from '../turn/turn-report.ts';
import type { WorkEvent, Worker, WorkOptions, WorkReport } from '../turn/work-events.ts';
import { type DueWork, findDue, sharePlaces } from './due.ts';
import { recoverOrphans } from './janitor.ts';
import { KeptPlaces } from './kept-places.ts';
import { findLedBy } from './lead-one.ts';
import { LeftRequests } from './left-requests.ts';
import type { DueTheme, TurnKind, WakeupPoller } from './turn-kind.ts';
import { isLedBy, type WorkThemes, workThemes } from './work-themes.ts';
import { emergencyStop, WorkerTally } from './worker-tally.ts';

/** Starts a worker. Errors: USAGE and THEME_NOT_FOUND of options that do not fit; ENV_READ_ONLY, STORAGE_FAILED. */
export function startWorker(host: SessionHost, options: WorkOptions, kinds: readonly TurnKind[]): Worker {
  const worker = new WorkerRun(host, options, { themes: workThemes(host.app, options, kinds), kinds });
  const done = worker.run();
  return {
    done,
    stop: () => {
      worker.drain();
      return done;
    },
    kill: () => {
      worker.kill();
      return done;
    },
  };
}

/** A turn under way. */
interface Running {
  readonly theme: string;
  readonly turn: Promise<void>;
  /** No other turn runs beside it. */
  readonly alone: boolean;
}

/**
 * A worker, from its start to its end: one loop leads, as many turns as there are places run beside it.
 *
 * Invariants:
 * 1. Nothing is kept here that is not in the log: the worker may die at any line, and another goes on.
 * 2. Each session that this operator leads has a turn in `running`, or the next look finds it (`isUnsure`), or its record is
 *    under way (`kept`).
 * 3. No more turns run and no more places are kept than there are places; a turn that is `alone` has no other beside it.
 * 4. A worker that drains leads no more. It ends when the last turn has ended.
 * 5. The lease is ended only when nothing is led under it; else it is abandoned, and the janitor stores what is left.
 * 6. Whatever happens during a look wakes the next one: `commits` is armed before the log is read.
 */
class WorkerRun implements PlaceKeeper {
  private readonly host: SessionHost;
  private readonly reads: TurnContext['reads'];
  private readonly operate: TurnContext['operate'];
  private readonly options: WorkOptions;
  private readonly themes: WorkThemes;
  private readonly kinds: readonly TurnKind[];
  private readonly pollers: readonly WakeupPoller[];
  private readonly tally = new WorkerTally();
  private readonly running = new Map<string, Running>();
  private readonly kept = new KeptPlaces();
  private readonly drained = new AbortController();
  private readonly killed = new AbortController();
  private operator: LeaseHolder;
  private due: DueWork = notLooked;
  /** Heard from while it runs: what others commit, and turns that end. */
  private commits: CommitSignal | undefined;
  private stopPausing = () => {};
  private started = 0;
  private errorsInRow = 0;
  private lastError: Error | undefined;
  /** A lead was not confirmed: it may have been done. */
  private isUnsure = false;
  private glancedAt = 0;
  private mendedAt = 0;
  private failure: unknown;
  /** A turn came to no end: its session may still be led. */
  private mayLead = false;
  private readonly left = new LeftRequests();

  constructor(
    host: SessionHost,
    options: WorkOptions,
    { themes, kinds }: { readonly themes: WorkThemes; readonly kinds: readonly TurnKind[] },
  ) {
    this.host = host;
    this.reads = coalesceReads(host);
    this.operate = coalesceOperations(host);
    this.options = options;
    this.themes = themes;
    this.kinds = kinds;
    this.pollers = kinds.flatMap((kind) => kind.wakeupPoller?.(host, themes.wanted) ?? []);
    this.operator = this.takeLease();
    // Each turn listens.
    setMaxListeners(0, this.killed.signal);
    this.mendedAt = host.clock.elapsed() - limits.janitorMs;
    this.glancedAt = this.mendedAt;
  }

  async run(): Promise<WorkReport> {
    const commits = new CommitSignal(this.host);
    this.commits = commits;
    const { signal } = this.options;
    const withdraw = this.host.places.add(this);
    const drain = () => this.drain();
    signal?.addEventListener('abort', drain);
    try {
      if (signal?.aborted) this.drain();
      const { id: operator, lease } = this.operator;
      const { wanted, queues } = this.themes;
      this.tell({ type: 'started', operator, themes: [...wanted], queues, lease });
      await this.loop(commits);
    } finally {
      withdraw();
      commits.stop();
      signal?.removeEventListener('abort', drain);
      // The janitor finds what is still led after an emergency, or a bug, by its lease.
      if (this.tally.emergency || this.mayLead) this.operator.abandon();
      else this.operator.end();
    }
    const left = this.left.count;
    const report = { ...this.tally.report, ...(left > 0 && { left }) };
    this.tell({ type: 'stopped', report });
    if (this.failure !== undefined) throw this.failure;
    return report;
  }

  /** Leads no more; each turn ends after the answer that it waits for. */
  drain(): void {
    if (this.drained.signal.aborted) return;
    this.drained.abort();
    this.tell({ type: 'draining', running: this.running.size });
    this.stopPausing();
    this.commits?.tell();
  }

  /** Ends all turns where they are. */
  kill(): void {
    this.drain();
    this.killed.abort();
  }

  private async loop(commits: CommitSignal): Promise<void> {
    for (;;) {
      commits.arm();
      await this.look();
      if (this.isOver) return;
      if (this.errorsInRow > 0 && !this.drained.signal.aborted) await this.pause();
      else await commits.next(this.untilDue());
    }
  }

  private get isOver(): boolean {
    if (this.running.size > 0 || this.kept.size > 0) return false;
    if (this.drained.signal.aborted) return true;
    if (this.errorsInRow > 0 || this.isUnsure || this.kept.isUnsure) return false;
    if (this.options.once) return this.started > 0 || this.due.themes.length === 0;
    return this.options.untilEmpty === true && this.due.themes.length === 0;
  }

  private async look(): Promise<void> {
    try {
      if (this.operator.isLost) this.replaceLease();
      await this.tidy();
      await this.fill();
    } catch (error) {
      this.confirmed(error as Error);
    }
  }

  /** After an error only time helps, whatever happens meanwhile; or that the worker is told to stop. */
  private async pause(): Promise<void> {
    let cancel = () => {};
    await new Promise<void>((resolve) => {
      cancel = this.host.clock.after(retryMsAfter(this.errorsInRow), resolve, { keepsAlive: true });
      this.stopPausing = resolve;
    });
    cancel();
  }

  /** Ms until the next session becomes due, or until others are to be looked after. */
  private untilDue(): number {
    // A worker that can lead no more does not wait for what becomes due.
    const next = this.drained.signal.aborted || this.places === 0 ? undefined : this.due.next;
    const untilDue = (next ?? Number.POSITIVE_INFINITY) - this.host.now();
    return Math.max(1, Math.min(limits.glanceMs, untilDue));
  }

  /** Leads as many sessions as there are places, all in one batch, while there are any. */
  private async fill(): Promise<void> {
    while (!this.drained.signal.aborted) {
      if (this.isUnsure || this.kept.isUnsure) await this.adopt();
      const places = this.places;
      if (places === 0) return;
      this.due = await this.findDue(places);
      for (const event of this.left.see(this.due.left)) this.tell(event);
      const suspect = this.due.themes.find(({ alone }) => alone);
      // The turns that run end first.
      if (suspect && this.running.size > 0) return;
      if (suspect && (await this.leadAll([suspect.name])) > 0) return;
      const others = this.due.themes.filter(({ alone }) => !alone);
      const shared = sharePlaces(others, { places, first: this.started }, (theme) => this.roomOf(theme));
      if (shared.length === 0 || (await this.leadAll(shared)) === 0 || this.options.once) return;
    }
  }

  /** Sessions that are due, and those that sleep and are to be woken. */
  private async findDue(most: number): Promise<DueWork> {
    const woken: DueTheme[] = [];
    for (const poller of this.pollers) woken.push(...(await poller.look()));
    const due = await this.host.read((cut) => findDue(cut, this.themes, { now: this.host.now(), most }));
    return woken.length === 0 ? due : { ...due, themes: [...due.themes, ...woken] };
  }

  private get places(): number {
    if (this.options.once) return this.started > 0 ? 0 : 1;
    if ([...this.running.values()].some(({ alone }) => alone)) return 0;
    return Math.max(0, (this.options.concurrency ?? themeDefaults.concurrency) - this.running.size - this.kept.size);
  }

  private roomOf(theme: string): number {
    const { concurrency } = policyOfTheme(this.host.app, theme);
    if (concurrency === undefined) return Number.POSITIVE_INFINITY;
    const led = [...this.running.values()].filter((other) => other.theme === theme).length;
    return Math.max(0, concurrency - led - this.kept.of(theme));
  }

  private async leadAll(themes: readonly string[]): Promise<number> {
    const { id: operator, lease } = this.operator;
    const leads = themes.map((theme) => {
      const session = this.due.themes.find(({ name }) => name === theme)?.session;
      const fits = this.themes.fits(theme);
      const which = session === undefined ? { theme, ...(fits && { fits }) } : { session };
      return { op: 'lead', ...which, operator, lease, grouped: true } as const;
    });
    this.isUnsure = true;
    const alone = this.due.themes.some((theme) => theme.alone && theme.name === themes[0]);
    const results = (await this.host.process(leads)).map(resultOrThrow);
    this.isUnsure = false;
    this.confirmed();
    let led = 0;
    results.forEach((result, i) => {
      if (!result.ok) return;
      led += 1;
      this.start(ledSession(result.session, themes[i] ?? '', present(result.now, 'session that is led')), alone);
    });
    return led;
  }

  /** Keeps a place for a session that is being made here, if no other theme's session is due that this worker knows of. */
  keepPlace({ theme, chunk }: NewSession): KeptPlace | undefined {
    if (typeof theme !== 'string' || !isLedBy(this.themes, theme, chunk) || this.options.once) return undefined;
    if (this.drained.signal.aborted || this.operator.isLost || this.due === notLooked) return undefined;
    if (this.errorsInRow > 0 || this.isUnsure || this.kept.isUnsure) return undefined;
    if (this.due.themes.some(({ name }) => name !== theme)) return undefined;
    if (this.places === 0 || this.roomOf(theme) <= 0) return undefined;
    return this.kept.keep(theme, this.operator, (led) => {
      if (led && !this.running.has(turnKey(led))) this.start(led);
      this.commits?.tell();
    });
  }

  /** Sessions of leads that were not confirmed. */
  private async adopt(): Promise<void> {
    this.kept.isUnsure = false;
    this.isUnsure = true;
    const led = await findLedBy(this.host, this.operator.id);
    this.isUnsure = false;
    for (const session of led) if (!this.running.has(turnKey(session))) this.start(session);
  }

  private start(led: Led, alone = false): void {
    this.started += 1;
    const began = this.host.clock.elapsed();
    const { session, theme, epoch, attempts } = led;
    this.tell({ type: 'led', session, theme, epoch, attempts });
    const turn = this.runTurn(led)
      .then((report) => {
        // Those who hear of the end may make the next session: the place is free.
        this.running.delete(turnKey(led));
        this.ended(led, report, this.host.clock.elapsed() - began);
      })
      .catch((error: unknown) => {
        this.mayLead = true;
        this.fail(error);
      })
      .finally(() => {
        this.running.delete(turnKey(led));
        this.commits?.tell();
      });
    this.running.set(turnKey(led), { theme, turn, alone });
  }

  private runTurn(led: Led): Promise<TurnReport> {
    const { app } = this.host;
    const definition: ThemeDefinition = app.themes?.[led.theme] ?? {};
    const context = {
      host: this.host,
      reads: this.reads,
      operate: this.operate,
      operator: this.operator,
      policy: fullPolicy(policyOfTheme(app, led.theme)),
      kill: this.killed.signal,
      drain: this.drained.signal,
      confirmed: (error?: Error) => this.confirmed(error),
    };
    if (isQueueTheme(led.theme)) return runRequest(context, led);
    const kind = this.kinds.find(({ handles }) => handles(led.theme, app));
    if (kind) return kind.run(context, led);
    return runTurn(context, led, (turn) => definition.advisor?.(turn));
  }

  private ended({ session, theme, epoch }: Led, report: TurnReport, ms: number): void {
    const { ended, operations, error, reason } = report;
    this.tally.add(theme, report);
    if (ended === 'idle') return;
    const why = given({ error, reason });
    this.tell({ type: 'ended', session, theme, epoch, ended, operations, ms, ...why });
  }

  /** The janitor's part, of every worker: now and then, and at once when another's lease is found ended. */
  private async tidy(): Promise<void> {
    const elapsed = this.host.clock.elapsed();
    if (this.drained.signal.aborted || elapsed - this.glancedAt < limits.glanceMs) return;
    this.glancedAt = elapsed;
    await this.host.refuseWhenGone();
    const isLate = elapsed - this.mendedAt >= limits.janitorMs;
    if (!isLate && this.host.leases.all().every(({ alive }) => alive)) return;
    this.mendedAt = elapsed;
    for (const mended of await recoverOrphans(this.host)) {
      this.tally.mended += 1;
      this.tell({ type: 'mended', ...mended });
    }
  }

  private takeLease(): LeaseHolder {
    const { host, options, themes } = this;
    const { wanted, types, lease } = themes;
    const more = types ? { types } : {};
    return new LeaseHolder(host, { id: host.makeId(), lease: options.lease ?? lease, themes: [...wanted], ...more });
  }

  /** A worker that was stopped for longer than its lease goes on under another name: its sessions are others' now. */
  private replaceLease(): void {
    this.isUnsure = false;
    this.operator = this.takeLease();
    this.tell({ type: 'lease-lost', operator: this.operator.id });
  }

  /** Counts what could not be confirmed. Too much of it in a row ends in an orderly stop. */
  private confirmed(error?: Error): void {
    // Turns that fail together get one error: it counts once, however many turns there are.
    if (error && error === this.lastError) return;
    this.lastError = error;
    this.errorsInRow = error ? this.errorsInRow + 1 : 0;
    if (!error) return;
    this.tell({ type: 'error', error, inRow: this.errorsInRow });
    if (!isFinal(error) && this.errorsInRow < limits.workerErrorsMax) return;
    this.tally.emergency ??= emergencyStop(error);
    this.drain();
  }

  private tell(event: WorkEvent): void {
    try {
      this.options.onEvent?.(event);
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    this.drain();
  }
}

/** Before the first look. */
const notLooked: DueWork = { themes: [], left: [], next: undefined };

/** A turn that could not confirm its end may still be at it while the same worker leads its session anew. */
function turnKey({ session, epoch }: Led): string {
  return `${epoch} ${session}`;
}
