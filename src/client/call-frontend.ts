import { setTimeout as pause } from 'node:timers/promises';
import { pauseAfter } from '../core/base/back-off.ts';
import { type ErrorCode, isErrorCode } from '../core/base/error-codes.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { isJsonObject, type JsonObject } from '../core/base/json.ts';
import { parseJson } from '../layout/json-text.ts';

/** How a client talks to frontends. All optional. */
export interface ConnectOptions {
  /** The token of the client, or where it comes from for each call: `Authorization: Bearer …`. */
  readonly token?: string | (() => string | Promise<string>);
  /** How often a call is tried whose outcome is not known, or that was refused for now. Default 8. */
  readonly attempts?: number;
  /** How long one try may take, in ms. Default 90,000: longer than a frontend lets a client wait. */
  readonly tryMs?: number;
}

/** One call. */
export interface FrontendCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** A call whose body is bytes, if it has one. */
export interface SentBytes extends Omit<FrontendCall, 'method' | 'body'> {
  readonly method: 'HEAD' | 'PATCH' | 'POST';
  readonly bytes?: Uint8Array;
}

/** The answer to a call that is no problem. */
export interface FrontendAnswer {
  readonly status: number;
  readonly json: JsonObject;
}

/** Seconds between tries. */
const pauses = { first: 0.1, factor: 2, max: 5 };
/** Refused for now, or by a balancer that reached no frontend: the same again is safe, as ids make it. */
const temporary: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Calls the frontends behind one address. */
export class FrontendCaller {
  private readonly origin: string;
  private readonly options: ConnectOptions;

  /** `url` is `http://HOST:PORT` or `https://HOST`. Errors: USAGE. */
  constructor(url: string, options: ConnectOptions) {
    this.origin = originOf(url);
    this.options = options;
  }

  /**
   * Calls until there is an answer. Errors: those that a frontend tells, by their codes; SERVICE_FAILED when there is none,
   * and it is not known what became of the call; the reason of `signal`.
   */
  async call(call: FrontendCall): Promise<FrontendAnswer> {
    const { attempts = 8 } = this.options;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.tryOnce(call);
      if (!(answer instanceof TxlogError)) return answer;
      if (attempt >= attempts || !isTemporary(answer)) throw answer;
      await pause(pauseAfter(pauses, attempt, Math.random()) * 1_000, undefined, given({ signal: call.signal }));
    }
  }

  /** Opens a call whose answer is a stream. Errors: as `call`, of one try. */
  async open(call: FrontendCall): Promise<ReadableStream<Uint8Array>> {
    const answer = await this.ask(call, call.signal).catch((cause) => {
      throw call.signal?.aborted ? call.signal.reason : unknownOutcome(cause);
    });
    if (answer.ok && answer.body) return answer.body;
    throw problemOf(answer.status, await answer.text());
  }

  private async tryOnce(call: FrontendCall): Promise<FrontendAnswer | TxlogError> {
    const { tryMs = 90_000 } = this.options;
    const timeout = AbortSignal.timeout(tryMs);
    const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
    try {
      const answer = await this.ask(call, signal);
      const { status } = answer;
      const body = await answer.text();
      if (!/^application\/json\b/.test(answer.headers.get('content-type') ?? '')) return problemOf(status, body);
      const json = parseJson(body);
      return isJsonObject(json) ? { status, json } : problemOf(status, body);
    } catch (cause) {
      if (call.signal?.aborted) throw call.signal.reason;
      return unknownOutcome(cause);
    }
  }

  /** One try whose answer has no JSON, but headers. Errors: as `open`. */
  async send(call: SentBytes): Promise<Headers> {
    const answer = await this.ask(call, call.signal).catch((cause) => {
      throw call.signal?.aborted ? call.signal.reason : unknownOutcome(cause);
    });
    if (!answer.ok) throw problemOf(answer.status, await answer.text());
    await answer.body?.cancel();
    return answer.headers;
  }

  private async ask(call: FrontendCall | SentBytes, signal: AbortSignal | undefined): Promise<Response> {
    const { method, path, headers } = call;
    const body = 'body' in call && call.body ? JSON.stringify(call.body) : undefined;
    const bytes = 'bytes' in call ? call.bytes : undefined;
    const { token } = this.options;
    const bearer = typeof token === 'function' ? await token() : token;
    return fetch(this.origin + path, {
      ...{ method, redirect: 'manual' },
      headers: {
        ...headers,
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...given({ body: body ?? bytes, signal }),
    });
  }
}

/** Errors: USAGE. */
function originOf(url: string): string {
  const { protocol, origin, pathname, search } = URL.canParse(url) ? new URL(url) : ({} as Partial<URL>);
  const isPlain = pathname === '/' && search === '';
  if (origin !== undefined && (protocol === 'http:' || protocol === 'https:') && isPlain) return origin;
  throw new TxlogError('USAGE', `${JSON.stringify(url)} is no address of a frontend`, {
    hint: 'It is http://HOST:PORT or https://HOST.',
  });
}

/** Statuses are kept beside the errors that were made of them. */
const statusOf = new WeakMap<TxlogError, number>();

/** The status of the answer that an error was made of; of no answer, that nobody could answer. */
export function statusIn(error: TxlogError): number | undefined {
  return statusOf.get(error);
}

/** Whether the same call may come to another answer later. */
export function isTemporary(error: TxlogError): boolean {
  return temporary.has(statusIn(error) ?? 0);
}

function unknownOutcome(cause: unknown): TxlogError {
  const error = new TxlogError('SERVICE_FAILED', `no answer of the frontend: ${(cause as Error).message}`, {
    cause,
    hint: 'What became of the call is not known. The same request with the same id is safe.',
  });
  statusOf.set(error, 503);
  return error;
}

/** The error of a problem document; of anything else, that it is none of a frontend. */
function problemOf(status: number, body: string): TxlogError {
  const problem = asProblem(body);
  const { code, detail, hint, path, line, column } = problem;
  const known: ErrorCode = typeof code === 'string' && isErrorCode(code) ? code : 'SERVICE_FAILED';
  const message = typeof detail === 'string' ? detail : `the frontend answered ${status}`;
  const error = new TxlogError(known, message, given({ hint, path, line, column }) as TxlogError['details']);
  statusOf.set(error, status);
  return error;
}

function asProblem(body: string): JsonObject {
  try {
    const problem = parseJson(body);
    return isJsonObject(problem) ? problem : {};
  } catch {
    // A page of a balancer: its status says it all.
    return {};
  }
}
