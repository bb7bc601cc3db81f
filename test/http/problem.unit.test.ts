// Goal: an answer that is an error tells a client what to do, and nothing of the machine. Method: errors of every kind.
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/core/base/error-codes.ts';
import { TxlogError } from '../../src/core/base/errors.ts';
import { problemOf } from '../../src/http/answer/problem-answer.ts';
import { readListenAddress } from '../../src/http/frontend/listen-address.ts';
import { withKey } from '../../src/http/route/idempotency-key.ts';
import { readPreferences } from '../../src/http/route/preferences.ts';
import { readSpan, readTraceId } from '../../src/http/route/trace-context.ts';

describe('a problem document', () => {
  it('tells nothing of a bug', () => {
    const problem = problemOf(new Error('at /home/ann/secret.ts:7'));
    expect(problem).toMatchObject({ status: 500, isBug: true, body: { code: 'BUG', detail: 'the frontend failed' } });
    expect(JSON.stringify(problem.body)).not.toContain('secret');
    expect(problemOf(undefined)).toMatchObject({ status: 500, isBug: true });
  });

  it('has the place of a mistake, and no commands of a shell', () => {
    const error = new TxlogError('KEY_INVALID', 'no key', {
      path: 'changes[0].key',
      next: ['txlog doctor'],
      hint: 'Use one.',
    });
    expect(problemOf(error).body).toEqual({
      type: 'urn:txlog:error:KEY_INVALID',
      ...{
        title: 'Bad Request',
        status: 400,
        detail: 'no key',
        code: 'KEY_INVALID',
        hint: 'Use one.',
        path: 'changes[0].key',
      },
    });
  });

  it.each([...errorCodes])('of %s has a status that is an error', (code) => {
    const { status, retryAfter, isBug } = problemOf(new TxlogError(code, 'so'));
    expect([status >= 400 && status < 600, isBug]).toEqual([true, false]);
    if (status === 429) expect(retryAfter).toBe(1);
  });
});

it.each([
  ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080, isLoopback: true }],
  ['8080', { host: '127.0.0.1', port: 8080, isLoopback: true }],
  ['localhost:0', { host: 'localhost', port: 0, isLoopback: true }],
  ['[::1]:80', { host: '::1', port: 80, isLoopback: true }],
  ['0.0.0.0:80', { host: '0.0.0.0', port: 80, isLoopback: false }],
  ['[::]:80', { host: '::', port: 80, isLoopback: false }],
  ['127.evil.example:80', { host: '127.evil.example', port: 80, isLoopback: false }],
  ['unix:a/b.sock', { path: 'a/b.sock' }],
])('%s is an address', (text, address) => {
  expect(readListenAddress(text)).toEqual(address);
});

it.each(['', 'host', 'host:', ':80', '1.2.3.4:65536', '[zz]:80', '[1.2.3.4]:80', 'unix:', 'http://a:80'])(
  '%j is none',
  (text) => {
    expect(() => readListenAddress(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  },
);

it.each([
  [undefined, undefined, { isAsync: false, waitMs: 30_000 }],
  ['respond-async', undefined, { isAsync: true, waitMs: 30_000 }],
  ['Respond-Async; x=1, handling=lenient', undefined, { isAsync: true, waitMs: 30_000 }],
  ['respond-async, wait=10', undefined, { isAsync: false, waitMs: 10_000 }],
  ['wait = "5"', undefined, { isAsync: false, waitMs: 5_000 }],
  ['wait=999999', undefined, { isAsync: false, waitMs: 60_000 }],
  ['wait=10', '2s', { isAsync: false, waitMs: 2_000 }],
  ['nonsense', '500ms', { isAsync: false, waitMs: 500 }],
])('Prefer: %s and wait=%s', (header, wait, preferences) => {
  expect(readPreferences(header, wait)).toEqual(preferences);
});

it('a trace is one that can be named', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  expect(readTraceId(`00-${trace}-00f067aa0ba902b7-01`)).toBe(trace);
  expect(readTraceId(`01-${trace}-00f067aa0ba902b7-01-more`)).toBe(trace);
  expect(readSpan(`01-${trace}-00f067aa0ba902b7-01-more`)).toBe(`01-${trace}-00f067aa0ba902b7-01`);
  for (const bad of [
    undefined,
    '',
    `ff-${trace}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${trace}`,
  ])
    expect(readTraceId(bad)).toBeUndefined();
});

it('a key is the id of what is an object', () => {
  expect(withKey({ type: 'a' }, 'k')).toEqual({ type: 'a', id: 'k' });
  expect(withKey([1], 'k')).toEqual([1]);
  expect(withKey({ id: 'k' }, '"k"')).toEqual({ id: 'k' });
});
