import { given } from '../../core/base/given.ts';
import { type Environment, findApp, type NextFlip, openEnvironment, TxlogError } from '../../index.ts';
import { screenOf } from '../app/screen-of.ts';
import type { AppEvent } from '../model/app-event.ts';
import { type AppState, listKey, shownCrumb, wantKey } from '../model/app-state.ts';
import type { Want } from '../model/places.ts';
import type { Problem } from '../model/screen-problem.ts';
import { load, readMarks } from './load-want.ts';
import { LogTail } from './log-tail.ts';
import { isStopped, toProblem } from './problem.ts';
import { SeenOverview } from './seen-overview.ts';

/** An environment that cannot be read is tried again so much later, in ms. */
const tryAgainMs = 1_000;

/** How the environment is opened. */
export interface SourceOptions {
  readonly dir: string;
  readonly app: string | undefined;
  readonly readOnly: boolean;
  /** Milliseconds between two overviews. */
  readonly intervalMs: number;
}

/** Where all that is shown comes from: one environment, opened again whenever it was lost. */
export class Source {
  private readonly options: SourceOptions;
  private readonly tell: (event: AppEvent) => void;
  private readonly ended = new AbortController();
  private following = new AbortController();
  private env: Environment | undefined;
  private tail = new LogTail();
  private marking: { readonly key: string; readonly stop: AbortController } | undefined;
  private loading: { readonly key: string; readonly stop: AbortController } | undefined;

  constructor(options: SourceOptions, tell: (event: AppEvent) => void) {
    this.options = options;
    this.tell = tell;
  }

  /** Tells of the environment until it is closed. */
  async run(): Promise<void> {
    const { signal } = this.ended;
    while (!signal.aborted) {
      this.following = new AbortController();
      const until = AbortSignal.any([signal, this.following.signal]);
      try {
        const { env, without } = await open(this.options);
        this.env = env;
        this.tail = new LogTail();
        this.tell({ type: 'opened', without });
        const seen = new SeenOverview();
        for await (const overview of env.monitor.follow({ signal: until, intervalMs: this.options.intervalMs })) {
          const now = Date.now();
          this.tell(seen.isNews(overview, now) ? { type: 'overview', overview, now } : { type: 'quiet', now });
        }
        this.following.signal.throwIfAborted();
      } catch (error) {
        if (!signal.aborted) this.tell({ type: 'lost', problem: toProblem(error), now: Date.now() });
      }
      await this.closeEnvironment();
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, tryAgainMs));
    }
  }

  /** Loads what the place that is shown wants and has not, one thing after the other; what nobody wants any more is left. */
  serve(state: AppState): void {
    const { env } = this;
    if (!env || state.lost) return;
    const crumb = shownCrumb(state);
    const wants = screenOf(crumb.place).wants(state, crumb);
    const head = state.overview?.head.position ?? 0;
    // Nobody waits for the marks of a list that is out of sight.
    if (this.marking && !wants.some((want) => listKey(want) === this.marking?.key)) this.stopMarking();
    if (this.loading && !wants.some((want) => wantKey(want) === this.loading?.key)) this.stopLoading();
    if (this.loading) return;
    const want = wants.find((one) => isStale(one, state, head));
    if (want) void this.begin(env, { key: wantKey(want), want: restOf(want, state) }, head);
  }

  /**
   * Reads all of a list that pass its filter, and tells what can be done to each, or why that cannot be read. It is left
   * once another list is shown.
   */
  async markAll(want: Want): Promise<void> {
    this.stopMarking();
    const stop = new AbortController();
    this.marking = { key: listKey(want), stop };
    const { signal } = stop;
    try {
      const found = await this.use((env) => readMarks(env, want, { signal }));
      if (!signal.aborted) this.tell({ type: 'marked', want, ...found });
    } catch (error) {
      if (!signal.aborted) this.tell({ type: 'not marked', problem: toProblem(error) });
    }
  }

  /**
   * Works with the environment as it is open now; where its engine has stopped, which the error of the work says, or the one
   * that its result names as `failed`, it is opened anew. Errors: ENV_CLOSED while it is lost.
   */
  async use<T>(work: (env: Environment) => Promise<T>): Promise<T> {
    const { env } = this;
    if (!env) throw new TxlogError('ENV_CLOSED', 'the environment cannot be read at the moment');
    try {
      const result = await work(env);
      this.leaveStopped((result as { readonly failed?: unknown } | undefined)?.failed);
      return result;
    } catch (error) {
      this.leaveStopped(error);
      throw error;
    }
  }

  private leaveStopped(error: unknown): void {
    if (isStopped(error)) this.following.abort(error);
  }

  async close(): Promise<void> {
    this.ended.abort();
    this.stopLoading();
    this.stopMarking();
    await this.closeEnvironment();
  }

  private async begin(env: Environment, { key, want }: { key: string; want: Want }, head: number): Promise<void> {
    const loading = { key, stop: new AbortController() };
    this.loading = loading;
    try {
      const value = await load(env, want, { signal: loading.stop.signal, head, tail: this.tail });
      this.finish(loading, { type: 'loaded', key: loading.key, head, value });
    } catch (error) {
      this.finish(loading, { type: 'not loaded', key: loading.key, head, problem: toProblem(error) });
    }
  }

  private finish(loading: object, event: AppEvent): void {
    if (this.loading !== loading) return;
    this.loading = undefined;
    this.tell(event);
  }

  private stopMarking(): void {
    this.marking?.stop.abort();
    this.marking = undefined;
  }

  private stopLoading(): void {
    this.loading?.stop.abort();
    this.loading = undefined;
  }

  private async closeEnvironment(): Promise<void> {
    const { env } = this;
    this.env = undefined;
    await env?.close().catch(() => undefined);
  }
}

/** Whether a thing was not loaded yet, or may be another one by now: what is past never is. */
function isStale(want: Want, { loaded }: AppState, head: number): boolean {
  const known = loaded.get(wantKey(want));
  if (!known) return true;
  // A decision is made on what was: nothing that comes later changes it.
  if (want.want === 'decision' && known.value !== undefined) return false;
  if (want.want === 'flip' && (known.value as NextFlip | undefined)?.flip) return false;
  // A record of long ago is compensated so seldom that it is not read again for that.
  if (want.want === 'record' && known.value !== undefined && want.position < head - 1_000_000) return false;
  if (want.want === 'records' && want.around !== undefined && known.value !== undefined) return false;
  return known.head !== head;
}

/** The part of a thing that is not known yet: a search that has found nothing goes on where it ended. */
function restOf(want: Want, { loaded }: AppState): Want {
  if (want.want !== 'flip') return want;
  const found = loaded.get(wantKey(want))?.value as NextFlip | undefined;
  return found ? { ...want, after: found.at } : want;
}

/**
 * Opens it as a command does that writes at once, or to read alone. An app that was named has to be there. Without the
 * environment's own, where that cannot be loaded, and with the reason: who looks after things needs to see them first.
 */
async function open({
  dir,
  app,
  readOnly,
}: SourceOptions): Promise<{ readonly env: Environment; readonly without?: Problem }> {
  const how = readOnly ? { readOnly } : { checkpointRecords: 0 };
  if (app !== undefined) return { env: await openEnvironment(dir, { ...how, app }) };
  try {
    const found = findApp(dir);
    return { env: await openEnvironment(dir, { ...how, ...given({ app: found }) }) };
  } catch (error) {
    if (!/^APP_/.test((error as { readonly code?: string }).code ?? '')) throw error;
    return { env: await openEnvironment(dir, how), without: toProblem(error) };
  }
}
