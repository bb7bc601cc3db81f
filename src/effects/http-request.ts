import type { HttpCall, StepContext } from '../core/app/saga-definition.ts';
import { findJsonProblem, type JsonValue } from '../core/base/json.ts';
import { textOf } from './outcome.ts';

/** A request that is ready to be sent. */
export interface Prepared {
  /** Its method, and its address without credentials and query: fit for a log. */
  readonly name: string;
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | undefined;
}

/**
 * Makes a call ready to be sent. The header `Idempotency-Key` is the key; what is not visible ASCII in it, and `%`, is
 * encoded as in a URL. The header `traceparent` is that of the saga, if the call has none. Credentials of the URL become the header `Authorization`, if the call has none.
 *
 * Errors: throws an Error that says what is wrong with the call, without a word of its credentials, query and headers.
 */
export function prepare(call: HttpCall, { key, traceparent }: Pick<StepContext, 'key' | 'traceparent'>): Prepared {
  const { body } = call;
  const method = (call.method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase();
  const url = urlOf(call.url, method);
  const name = nameOf(method, url);
  const headers = headersOf(call, name);
  if (url.username !== '' || url.password !== '') moveCredentials(url, headers);
  if (typeof body !== 'string' && body !== undefined && !headers.has('content-type')) {
    headers.set('content-type', 'application/json');
  }
  headers.set('idempotency-key', headerText(key));
  if (traceparent !== undefined && !headers.has('traceparent')) headers.set('traceparent', traceparent);
  return { name, url, method, headers, body: bodyText(body, name) };
}

/** A fetch request. Redirects are not followed. Errors: as `prepare`, of a method that cannot be sent. */
export function requestOf({ name, url, method, headers, body }: Prepared): Request {
  try {
    return new Request(url.href, { method, headers, body: body ?? null, redirect: 'manual' });
  } catch (error) {
    throw new Error(`${name}: ${textOf(error)}`);
  }
}

/**
 * Where a response leads to: the same request at another address. Undefined when it leads nowhere: what the address gives
 * to another method is no answer to this request, and what was sent by TLS is not sent in the open. To another origin
 * only the headers go along that say what the request is.
 */
export function redirected(from: Prepared, { status, headers }: Response): Prepared | undefined {
  const url = addressIn(from, headers.get('location'));
  const isRead = from.method === 'GET' || from.method === 'HEAD';
  // Fetch would get what 303 names, and make a GET of a POST after 301 and 302.
  const isSame = status === 307 || status === 308 || (isRead && [301, 302, 303].includes(status));
  if (!url || !isSame || (from.url.protocol === 'https:' && url.protocol === 'http:')) return undefined;
  const kept = new Headers(from.headers);
  const names = url.origin === from.url.origin ? [] : [...from.headers.keys()];
  for (const name of names) if (!plainHeaders.has(name)) kept.delete(name);
  return { ...from, name: nameOf(from.method, url), url, headers: kept };
}

/** The address that a redirect names, without credentials and fit for a log; undefined when it names none. */
export function addressIn({ url: from }: Prepared, location: string | null): URL | undefined {
  if (location === null || !URL.canParse(location, from.href)) return undefined;
  const url = new URL(location, from);
  if (!isHttp(url)) return undefined;
  url.username = '';
  url.password = '';
  return url;
}

/** Headers that hold no secret of the call: any other one may be a credential. */
const plainHeaders = new Set([
  ...['accept', 'accept-encoding', 'accept-language', 'user-agent', 'idempotency-key'],
  ...['content-type', 'content-encoding', 'content-language', 'traceparent'],
]);

function nameOf(method: string, url: URL): string {
  return `${method} ${url.origin}${url.pathname}`;
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

function urlOf(text: string, method: string): URL {
  if (!URL.canParse(text)) throw new Error(`${method}: the url is invalid; it must be whole, such as http://host/path`);
  const url = new URL(text);
  if (!isHttp(url)) throw new Error(`${method}: the url begins with http:// or https://, not with ${url.protocol}`);
  return url;
}

function headersOf(call: HttpCall, name: string): Headers {
  const headers = new Headers();
  for (const [header, value] of Object.entries(call.headers ?? {})) {
    try {
      headers.set(header, value);
    } catch {
      // Not its message, which shows the value: that may be a secret.
      throw new Error(`${name}: the header ${header} is invalid`);
    }
  }
  return headers;
}

// Fetch refuses a URL with credentials.
function moveCredentials(url: URL, headers: Headers): void {
  const text = [url.username, url.password].map(decoded).join(':');
  if (!headers.has('authorization')) headers.set('authorization', `Basic ${Buffer.from(text).toString('base64')}`);
  url.username = '';
  url.password = '';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function headerText(key: string): string {
  return key.toWellFormed().replace(/[^!-$&-~]+/gu, encodeURIComponent);
}

function bodyText(body: JsonValue | undefined, name: string): string | undefined {
  if (body === undefined || typeof body === 'string') return body;
  const problem = findJsonProblem(body, 'body');
  if (problem) throw new Error(`${name}: ${problem.path}: ${problem.reason}`);
  return JSON.stringify(body);
}
