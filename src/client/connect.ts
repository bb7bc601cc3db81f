import { setTimeout as pause } from 'node:timers/promises';
import { timeOrderedIds } from '../clock/time-ordered-id.ts';
import type { ViewAnswer } from '../core/app/view-definition.ts';
import { pauseAfter } from '../core/base/back-off.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { isJsonObject, type JsonObject } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import type { Receipt } from '../core/log/receipt.ts';
import type { RequestInput } from '../core/log/request.ts';
import { parseJson } from '../layout/json-text.ts';
import type { StateReading } from '../view/read-state.ts';
import { type ConnectOptions, FrontendCaller } from './call-frontend.ts';
import { toReceipt, toState, toViewAnswer } from './read-answers.ts';
import { readEvents } from './read-events.ts';
import { type UploadedFile, type UploadOptions, uploadFile } from './upload-file.ts';

/** How long a client waits for an outcome, and until when. */
export interface OutcomeOptions {
  /** Default 60,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Which records a frontend is asked for: those of `txlog log`. */
export interface RemoteFilter {
  readonly types?: readonly string[];
  readonly outcome?: 'committed' | 'rejected';
  readonly key?: string;
  readonly prefix?: string;
  readonly from?: number;
  readonly to?: number;
  /** A condition in CEL. */
  readonly where?: string;
}

const idOf = timeOrderedIds(() => Date.now());
const timeoutDefaultMs = 60_000;
/** Seconds until a stream that broke is opened again. */
const reopen = { first: 0.2, factor: 2, max: 5 };

/**
 * Connects to the frontends of an environment, behind a balancer or not. Nothing is sent before the first call.
 *
 * ```ts
 * import { connect } from 'txlog';
 * const shop = connect('http://127.0.0.1:8080');
 * export const greet = () => shop.submit({ type: 'greet', changes: [{ op: 'add', key: 'greetings', value: 1 }] });
 * ```
 */
export function connect(url: string, options: ConnectOptions = {}): RemoteEnvironment {
  return new RemoteEnvironment(new FrontendCaller(url, options));
}

/**
 * An environment behind frontends, with the calls of an open one that make sense there. A call whose outcome is not known is
 * made again with the same id, so that a request is decided once.
 *
 * Errors: those of the environment, by their codes; SERVICE_FAILED when no frontend answers.
 */
export class RemoteEnvironment {
  private readonly caller: FrontendCaller;

  constructor(caller: FrontendCaller) {
    this.caller = caller;
  }

  /** Submits one request, and waits for its receipt. Errors: WAIT_TIMEOUT, while the request waits in its queue. */
  async submit(input: RequestInput, options: OutcomeOptions = {}): Promise<Receipt> {
    const { timeoutMs = timeoutDefaultMs, signal } = options;
    const id = input.id ?? idOf();
    const until = Date.now() + timeoutMs;
    const path = `/v1/requests?wait=${waitOf(timeoutMs)}`;
    const body = { ...input, id } as unknown as JsonObject;
    const { status, json } = await this.caller.call({ method: 'POST', path, body, signal });
    return status === 202 ? this.wait(id, { ...options, timeoutMs: until - Date.now() }) : toReceipt(json);
  }

  /** Puts one request into its queue; its id, by which `wait` has the outcome. */
  async enqueue(input: RequestInput, options: { readonly signal?: AbortSignal } = {}): Promise<string> {
    const id = input.id ?? idOf();
    const body = { ...input, id } as unknown as JsonObject;
    const headers = { prefer: 'respond-async' };
    await this.caller.call({ method: 'POST', path: '/v1/requests', body, headers, ...options });
    return id;
  }

  /** Waits until a request is decided. Errors: WAIT_TIMEOUT, TRANSACTION_NOT_FOUND, SESSION_GONE. */
  async wait(id: string, { timeoutMs = timeoutDefaultMs, signal }: OutcomeOptions = {}): Promise<Receipt> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const left = Math.max(0, until - Date.now());
      const path = `/v1/requests/${encodeURIComponent(id)}?wait=${waitOf(left)}`;
      const { status, json } = await this.caller.call({ method: 'GET', path, signal });
      if (status !== 202) return toReceipt(json);
      if (Date.now() >= until) throw new TxlogError('WAIT_TIMEOUT', `${id} was not done within ${timeoutMs / 1_000} s`);
    }
  }

  /** Uploads a file, of any size, as an attachment: it goes on where it broke off. Errors: INPUT_UNREADABLE. */
  async upload(file: string, options: UploadOptions = {}): Promise<UploadedFile> {
    return uploadFile(this.caller, file, options);
  }

  /** The state of a key now, or as of a position; undefined when it has none. `after` waits until the log has that position. */
  async get(
    key: string,
    { asOf, after }: { readonly asOf?: number; readonly after?: number } = {},
  ): Promise<StateReading | undefined> {
    const path = `/v1/states/${encodeURIComponent(key)}${queryOf({ 'as-of': asOf, after })}`;
    try {
      return toState((await this.caller.call({ method: 'GET', path })).json);
    } catch (error) {
      if (error instanceof TxlogError && error.code === 'KEY_NOT_FOUND') return undefined;
      throw error;
    }
  }

  /** Asks a view of the app, as `Environment.view` does; the token says who asks. `after` is that of `get`. */
  async view(
    name: string,
    params: Readonly<Record<string, ParameterValue>> = {},
    { asOf, after }: { readonly asOf?: number; readonly after?: number } = {},
  ): Promise<ViewAnswer> {
    const path = `/v1/views/${encodeURIComponent(name)}${queryOf({ ...params, 'as-of': asOf, after })}`;
    return toViewAnswer((await this.caller.call({ method: 'GET', path })).json);
  }

  /** States in key order, all as of one position. */
  async *states(options: { readonly prefix?: string; readonly asOf?: number } = {}): AsyncGenerator<StateReading> {
    const { prefix, asOf } = options;
    for await (const item of this.pages('/v1/states', { prefix, 'as-of': asOf })) yield toState(item);
  }

  /** Records that pass a filter, as JSON (docs/formats/json.md), in their order or from the last one down. */
  async *records(
    filter: RemoteFilter = {},
    { reverse }: { readonly reverse?: boolean } = {},
  ): AsyncGenerator<JsonObject> {
    yield* this.pages('/v1/log', { ...fieldsOf(filter), reverse });
  }

  /** Records that pass a filter, from its position on, and then new ones, until `signal` aborts: over any number of connections. */
  async *follow(filter: RemoteFilter, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<JsonObject> {
    const path = `/v1/log/stream${queryOf(fieldsOf(filter))}`;
    let last: string | undefined;
    for (let failed = 0; !signal.aborted; ) {
      try {
        const headers = given({ 'last-event-id': last }) as Record<string, string>;
        const stream = await this.caller.open({ method: 'GET', path, headers, signal });
        for await (const { id = last, data } of readEvents(stream)) {
          failed = 0;
          last = id;
          const record = data === undefined ? undefined : parseJson(data);
          if (isJsonObject(record)) yield record;
        }
      } catch (error) {
        if (signal.aborted) return;
        const isLost = !(error instanceof TxlogError) || error.code === 'SERVICE_FAILED';
        if (!isLost) throw error;
      }
      failed += 1;
      await pause(pauseAfter(reopen, failed, Math.random()) * 1_000, undefined, { signal }).catch(() => undefined);
    }
  }

  private async *pages(path: string, query: Query): AsyncGenerator<JsonObject> {
    let cursor: string | undefined;
    do {
      const { json } = await this.caller.call({ method: 'GET', path: `${path}${queryOf({ ...query, cursor })}` });
      for (const item of Array.isArray(json.items) ? json.items : []) if (isJsonObject(item)) yield item;
      cursor = typeof json.next === 'string' ? json.next : undefined;
    } while (cursor !== undefined);
  }
}

type ParameterValue = string | number | boolean | readonly (string | number | boolean)[];
type Query = Readonly<Record<string, ParameterValue | undefined>>;

function fieldsOf({ types, ...filter }: RemoteFilter): Query {
  return { ...filter, type: types };
}

function queryOf(query: Query): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) fields.append(name, String(one));
  }
  return fields.size === 0 ? '' : `?${fields}`;
}

/** A frontend lets nobody wait for longer than its own bound; a client asks again. */
function waitOf(ms: number): string {
  return `${Math.max(1, Math.round(Math.min(ms, limits.httpWaitMsMax)))}ms`;
}
