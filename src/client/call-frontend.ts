import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { pauseAfter } from '../core/base/back-off.ts';
import { TxlogError } from '../core/base/errors.ts';
import { type FrontendAddress, readFrontendAddress } from '../core/base/frontend-address.ts';
import { given } from '../core/base/given.ts';
import { isJsonObject, type JsonObject } from '../core/base/json.ts';
import { parseJson } from '../layout/json-text.ts';
import { isTemporary, noAnswer, statusError } from './problem-error.ts';

/** How a client talks to frontends. All optional. */
export interface ConnectOptions {
  /** The token of the client, or where it comes from for each call: `Authorization: Bearer …`. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>);
  /** How often a call is tried whose outcome is not known, or that was refused for now. Default 8. */
  readonly attempts?: number;
  /** The same while no frontend has answered yet. Default: as `attempts`. */
  readonly firstAttempts?: number;
  /** For how long nothing may come, in ms, before a try counts as lost. Default 90,000: longer than a frontend lets a client wait. */
  readonly tryMs?: number;
}

/** One call. */
export interface FrontendCall {
  readonly method: 'GET' | 'HEAD' | 'PATCH' | 'POST';
  readonly path: string;
  /** JSON; or a text or bytes, with their media type among the headers. */
  readonly body?: JsonObject | string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** In place of `tryMs`. */
  readonly silenceMs?: number;
}

/** The answer to a call that is no problem. */
export interface FrontendAnswer {
  readonly status: number;
  readonly json: JsonObject;
}

/** Seconds between tries. */
const pauses = { first: 0.1, factor: 2, max: 5 };
const tryMsDefault = 90_000;

/** Calls the frontends behind one address. */
export class FrontendCaller {
  private readonly address: FrontendAddress;
  private readonly options: ConnectOptions;
  private wasAnswered = false;

  /** `url` is `http://HOST:PORT`, `https://HOST` or `unix:PATH`. Errors: USAGE. */
  constructor(url: string, options: ConnectOptions) {
    this.address = readFrontendAddress(url);
    this.options = options;
  }

  /**
   * Calls until there is an answer. Errors: those that a frontend tells, by their codes; SERVICE_FAILED when there is none,
   * and it is not known what became of the call; the reason of `signal`.
   */
  async call(call: FrontendCall): Promise<FrontendAnswer> {
    for (let failed = 1; ; failed++) {
      const answer = await this.tryOnce(call);
      if (!(answer instanceof TxlogError)) return answer;
      await this.restAfter(answer, failed, call.signal);
    }
  }

  /** Waits until the same may be tried again. Errors: `error` itself, when that makes no sense any more; the reason of `signal`. */
  async restAfter(error: TxlogError, failed: number, signal: AbortSignal | undefined): Promise<void> {
    const { attempts = 8, firstAttempts = attempts } = this.options;
    if (failed >= (this.wasAnswered ? attempts : firstAttempts) || !isTemporary(error)) throw error;
    await restFor(pauseAfter(pauses, failed, Math.random()), signal);
  }

  /** One try whose answer counts by its headers alone. Errors: as `open`. */
  async send(call: FrontendCall): Promise<IncomingHttpHeaders> {
    const answer = await this.open(call);
    answer.resume();
    return answer.headers;
  }

  /** Opens a call whose answer is a stream. Errors: as `call`, of one try. */
  async open(call: FrontendCall): Promise<IncomingMessage> {
    const bearer = await this.bearer();
    const answer = await this.ask(call, bearer).catch((cause) => {
      throw call.signal?.aborted ? call.signal.reason : noAnswer(cause);
    });
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode < 300) return answer;
    throw statusError(statusCode, await textOf(answer).catch(() => ''));
  }

  private async tryOnce(call: FrontendCall): Promise<FrontendAnswer | TxlogError> {
    const bearer = await this.bearer();
    try {
      const answer = await this.ask(call, bearer);
      const { statusCode: status = 0, headers } = answer;
      const body = await textOf(answer);
      if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return statusError(status, body);
      const json = parseJson(body);
      return isJsonObject(json) ? { status, json } : statusError(status, body);
    } catch (cause) {
      if (call.signal?.aborted) throw call.signal.reason;
      return noAnswer(cause);
    }
  }

  private async bearer(): Promise<string | undefined> {
    const { token } = this.options;
    return typeof token === 'function' ? token() : token;
  }

  /** One try, until the head of its answer is there. */
  private async ask(call: FrontendCall, bearer: string | undefined): Promise<IncomingMessage> {
    const { method, path, body, headers, signal, silenceMs = this.options.tryMs ?? tryMsDefault } = call;
    signal?.throwIfAborted();
    const request = await this.begin({
      ...{ method, path },
      headers: {
        host: 'path' in this.address ? 'localhost' : new URL(this.address.origin).host,
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(isJsonBody(body) && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...given({ signal }),
    });
    return new Promise((resolve, reject) => {
      request.once('error', reject);
      request.once('response', (answer) => {
        this.wasAnswered = true;
        resolve(answer);
      });
      request.setTimeout(silenceMs, () => request.destroy(new Error(`nothing came for ${silenceMs / 1_000} s`)));
      request.end(isJsonBody(body) ? JSON.stringify(body) : body);
    });
  }

  private async begin(options: RequestOptions): Promise<ClientRequest> {
    const { address } = this;
    if ('path' in address) return (await import('node:http')).request({ ...options, socketPath: address.path });
    const { host, port, isSecure } = address;
    const { request } = isSecure ? await import('node:https') : await import('node:http');
    return request({ ...options, host, port });
  }
}

function isJsonBody(body: FrontendCall['body']): body is JsonObject {
  return typeof body === 'object' && !(body instanceof Uint8Array);
}

/** Waits so many seconds. Errors: the reason of `signal`. */
export async function restFor(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  await pause(seconds * 1_000, undefined, given({ signal })).catch((error) => {
    throw signal?.aborted ? signal.reason : error;
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8');
  let text = '';
  for await (const part of answer) text += part;
  if (!answer.complete) throw new Error('the answer broke off');
  return text;
}
