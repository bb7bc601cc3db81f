import type { HttpCall, StepContext, StepOutcome } from '../core/app/saga-definition.ts';
import { limits } from '../core/base/limits.ts';
import { addressIn, type Prepared, prepare, redirected, requestOf } from './http-request.ts';
import {
  done,
  failed,
  isJsonText,
  jsonOrText,
  permanentUnknown,
  refused,
  textOf,
  tooLarge,
  unknown,
  unlessAborted,
  unsent,
  type Verdict,
} from './outcome.ts';

/**
 * Makes one HTTP call with fetch, with the key as the header `Idempotency-Key`. A redirect is followed, up to 20 times,
 * when the method stays what it is: so the others are, for GET and HEAD only.
 *
 * Shape: any 2xx is done with `{ status, body }`: the body is JSON when its content-type says so and JSON holds it
 * exactly, else the text; null when it is empty. More than `limits.valueBytesMax`, what is no text, and a part that
 * nobody asked for are a permanent failure of what may have happened.
 * Errors: 408, 425, 429 and 5xx, and whatever the network does, leave room for another attempt; another 4xx, a 3xx
 * that leads nowhere, and a call that cannot be sent are permanent. It did not happen when there was no connection, and
 * after a 4xx but 408; otherwise, and after any redirect, it may have. A body or an answer that is silent for five
 * minutes ends the call whatever the timeout: fetch has that bound of its own.
 */
export function callHttp(call: HttpCall, context: StepContext): Promise<StepOutcome> {
  const { signal } = context;
  return unlessAborted(signal, async () => {
    let prepared: Prepared;
    let request: Request;
    try {
      prepared = prepare(call, context);
      request = requestOf(prepared);
    } catch (error) {
      return failed(textOf(error), refused);
    }
    return send(prepared, request, signal);
  });
}

async function send(first: Prepared, firstRequest: Request, signal: AbortSignal): Promise<StepOutcome> {
  let [prepared, request] = [first, firstRequest];
  for (let hops = 0; ; hops++) {
    // An address that led on may have done what was asked, whatever the next one answers.
    const known = hops === 0 ? (outcome: StepOutcome) => outcome : inDoubt;
    let response: Response;
    try {
      response = await fetch(request, { signal });
    } catch (error) {
      return known(failed(`${prepared.name}: ${networkText(error)}`, verdictOfThrown(error)));
    }
    const next = hops < limits.redirectsMax ? redirected(prepared, response) : undefined;
    if (next === undefined) return known(await outcomeOf(prepared, response));
    await discard(response);
    prepared = next;
    request = requestOf(next);
  }
}

function inDoubt(outcome: StepOutcome): StepOutcome {
  return outcome.ok ? outcome : { ...outcome, happened: 'maybe' };
}

async function outcomeOf(prepared: Prepared, response: Response): Promise<StepOutcome> {
  const { name } = prepared;
  const { status, headers } = response;
  if (!response.ok) {
    const where = leadsTo(prepared, response);
    return failed(`${name}: ${status}${where}${await excerpt(response)}`, verdictOfStatus(status));
  }
  if (status === 206 && !prepared.headers.has('range')) {
    await discard(response);
    return failed(`${name}: ${status}: a part of an answer, which nobody asked for`, permanentUnknown);
  }
  const read: Buffer[] = [];
  try {
    if (!(await readInto(read, response, limits.valueBytesMax))) return tooLarge(name);
  } catch (error) {
    return failed(`${name}: ${status}, but its body broke off: ${networkText(error)}`, unknown);
  }
  const text = textIn(Buffer.concat(read), headers.get('content-type'));
  if (text === undefined)
    return failed(`${name}: ${status}, but its body is no text in its character set`, permanentUnknown);
  if (!isJson(headers.get('content-type'))) return done(name, { status, body: text === '' ? null : text });
  // Its end is then only that of the connection, which may have come too early.
  if (!saysLength(headers) && !isJsonText(text)) return failed(`${name}: ${status}, but its JSON broke off`, unknown);
  return done(name, { status, body: jsonOrText(text) });
}

/** Where a redirect leads that is not followed. */
function leadsTo(prepared: Prepared, { status, headers }: Response): string {
  const url = status >= 300 && status < 400 ? addressIn(prepared, headers.get('location')) : undefined;
  return url === undefined ? '' : ` leads to ${url.origin}${url.pathname}, which is not followed`;
}

function saysLength(headers: Headers): boolean {
  return headers.has('content-length') || headers.has('transfer-encoding');
}

/** A body as text: UTF-8, unless its content-type names another character set. Undefined of bytes that are none. */
function textIn(bytes: Buffer, contentType: string | null): string | undefined {
  const [, charset = 'utf-8'] = /;\s*charset="?([\w.:-]+)/i.exec(contentType ?? '') ?? [];
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function verdictOfStatus(status: number): Verdict {
  if (status === 425 || status === 429) return unsent;
  if (status === 408 || status >= 500) return unknown;
  return status >= 400 ? refused : permanentUnknown;
}

function isJson(contentType: string | null): boolean {
  return /[/+]json$/i.test((contentType ?? '').split(';')[0]?.trim() ?? '');
}

const excerptUnits = 200;

/** The beginning of a body, as far as it can be had. */
async function excerpt(response: Response): Promise<string> {
  const read: Buffer[] = [];
  // A unit is three bytes at most. The status counts, whatever becomes of the body.
  await readInto(read, response, excerptUnits * 3).catch(() => {});
  const text = new TextDecoder().decode(Buffer.concat(read)).slice(0, excerptUnits).trim();
  return text === '' ? '' : `: ${text}`;
}

/** Reads a body; false when it goes on after `bytesMax`, and nothing more is read. */
async function readInto(read: Buffer[], { body }: Response, bytesMax: number): Promise<boolean> {
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    read.push(Buffer.from(chunk));
    // Leaving the loop cancels the stream.
    if (bytes > bytesMax) return false;
  }
  return true;
}

async function discard({ body }: Response): Promise<void> {
  await body?.cancel().catch(() => {});
}

/** The errors below one that fetch throws: one per address that was tried. */
function causesOf(error: unknown): readonly NodeJS.ErrnoException[] {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof AggregateError ? cause.errors : [cause as NodeJS.ErrnoException];
}

function networkText(error: unknown): string {
  return causesOf(error)
    .map((cause) => [textOf(cause), hint(cause)].join(''))
    .join('; ');
}

function hint({ code }: NodeJS.ErrnoException): string {
  return typeof code === 'string' ? ` (${code})` : '';
}

function verdictOfThrown(error: unknown): Verdict {
  const causes = causesOf(error);
  if (causes.every(({ code = '' }) => unsendable.has(code))) return refused;
  return causes.every(isUnsent) ? unsent : unknown;
}

const unsendable = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH']);
const notTrusted = /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)$)/;

// There was no connection over which it could have been sent.
function isUnsent({ code = '', syscall }: NodeJS.ErrnoException): boolean {
  if (syscall === 'connect' || syscall === 'getaddrinfo' || code === 'UND_ERR_CONNECT_TIMEOUT') return true;
  return notTrusted.test(code) || code === 'ERR_SSL_WRONG_VERSION_NUMBER';
}
