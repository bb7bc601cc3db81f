// Goal: what is no request is refused with its code and its place, and what is one shares nothing with its giver.
// Method: one wrong field at a time, by table.

import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/core/base/error-codes.ts';
import { given } from '../../src/core/base/given.ts';
import { limits } from '../../src/core/base/limits.ts';
import { checkChanges, checkRequest } from '../../src/core/log/request.ts';

const check = (input: unknown, bytesKnown?: number) => checkRequest(input, () => 'made', bytesKnown);
const change = (fields: object) => ({ type: 't', changes: [{ key: 'k', ...fields }] });

function problemOf(input: unknown, bytesKnown?: number): { code: ErrorCode; path?: string } {
  try {
    check(input, bytesKnown);
  } catch (error) {
    const { code, details } = error as { code: ErrorCode; details: { path?: string } };
    return { code, ...given({ path: details.path }) };
  }
  throw new Error('was accepted');
}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

describe('checkRequest', () => {
  it('takes the smallest request and makes its id', () => {
    expect(check({ type: 't' })).toEqual({
      id: 'made',
      type: 't',
      actor: undefined,
      payload: undefined,
      changes: [],
      expect: [],
      bytes: expect.any(Number),
    });
  });

  it('takes every operation with exactly its fields', () => {
    const changes = [
      { op: 'claim', key: 'a' },
      { op: 'claim', key: 'a', value: null, pending: 0.5 },
      { op: 'confirm', key: 'a', owner: 'x' },
      { op: 'release', key: 'a', owner: 'x' },
      { op: 'replace', key: 'a', owner: 'x', value: 0 },
      { op: 'set', key: 'b', value: null },
      { op: 'merge', key: 'b', value: {} },
      { op: 'add', key: 'b', value: { a: 1 } },
      { op: 'append', key: 'b', value: [] },
      { op: 'delete', key: 'b' },
      { op: 'reduce', key: 'b', reducer: 'max' },
      { op: 'reduce', key: 'b', reducer: 'max', value: 1 },
    ];
    expect(check({ id: 'i', type: 't', actor: 'a', payload: 0, changes }).changes).toEqual(changes);
  });

  it.each<[string, unknown, ErrorCode, string?]>([
    ['text', 'x', 'REQUEST_INVALID'],
    ['a list', [], 'REQUEST_INVALID'],
    ['null', null, 'REQUEST_INVALID'],
    ['no type', {}, 'REQUEST_INVALID', 'type'],
    ['a number for a type', { type: 1 }, 'REQUEST_INVALID', 'type'],
    ['an empty type', { type: '' }, 'REQUEST_INVALID', 'type'],
    ['a type of 129 bytes', { type: 'x'.repeat(129) }, 'REQUEST_INVALID', 'type'],
    ['a reserved type', { type: 'txlog.expire' }, 'TYPE_RESERVED', 'type'],
    ['a reserved id', { type: 't', id: 'txlog.expire/3' }, 'TYPE_RESERVED', 'id'],
    ['an id of 257 bytes', { type: 't', id: 'é'.repeat(129) }, 'REQUEST_INVALID', 'id'],
    ['a control character in the id', { type: 't', id: 'a\u0000b' }, 'REQUEST_INVALID', 'id'],
    ['half a surrogate pair in the actor', { type: 't', actor: '\ud800' }, 'REQUEST_INVALID', 'actor'],
    ['an unknown field', { type: 't', chnages: [] }, 'REQUEST_INVALID', 'chnages'],
    ['changes that are no list', { type: 't', changes: {} }, 'REQUEST_INVALID', 'changes'],
    [
      '1,001 changes',
      { type: 't', changes: Array(1001).fill({ op: 'delete', key: 'k' }) },
      'REQUEST_INVALID',
      'changes',
    ],
    ['a change that is no object', { type: 't', changes: ['x'] }, 'REQUEST_INVALID', 'changes[0]'],
    ['an unknown op', change({ op: 'put' }), 'REQUEST_INVALID', 'changes[0].op'],
    ['an op of the engine', change({ op: 'restore', result: {} }), 'REQUEST_INVALID', 'changes[0].op'],
    ['an inherited name for an op', change({ op: 'constructor' }), 'REQUEST_INVALID', 'changes[0].op'],
    [
      'a result from outside',
      change({ op: 'reduce', reducer: 'r', result: 1 }),
      'REQUEST_INVALID',
      'changes[0].result',
    ],
    ['a set without a value', change({ op: 'set' }), 'REQUEST_INVALID', 'changes[0].value'],
    ['a claim with an owner', change({ op: 'claim', owner: 'x' }), 'REQUEST_INVALID', 'changes[0].owner'],
    ['a release without an owner', change({ op: 'release' }), 'REQUEST_INVALID', 'changes[0].owner'],
    ['an owner that is no name', change({ op: 'release', owner: '' }), 'REQUEST_INVALID', 'changes[0].owner'],
    ['a reservation of no time', change({ op: 'claim', pending: 0 }), 'REQUEST_INVALID', 'changes[0].pending'],
    ['a reservation over a year', change({ op: 'claim', pending: 31536001 }), 'REQUEST_INVALID', 'changes[0].pending'],
    ['a reservation of NaN', change({ op: 'claim', pending: Number.NaN }), 'REQUEST_INVALID', 'changes[0].pending'],
    ['an append of no list', change({ op: 'append', value: 1 }), 'REQUEST_INVALID', 'changes[0].value'],
    ['an add of text', change({ op: 'add', value: '1' }), 'REQUEST_INVALID', 'changes[0].value'],
    ['an add of a nested field', change({ op: 'add', value: { a: {} } }), 'REQUEST_INVALID', 'changes[0].value.a'],
    ['an add of null', change({ op: 'add', value: null }), 'REQUEST_INVALID', 'changes[0].value'],
    ['an add of NaN', change({ op: 'add', value: Number.NaN }), 'JSON_INEXACT_NUMBER', 'changes[0].value'],
    [
      'an infinite value',
      change({ op: 'set', value: [Number.POSITIVE_INFINITY] }),
      'JSON_INEXACT_NUMBER',
      'changes[0].value[0]',
    ],
    ['a date', change({ op: 'set', value: new Date(0) }), 'JSON_INVALID', 'changes[0].value'],
    ['a bigint', change({ op: 'set', value: 1n }), 'JSON_INVALID', 'changes[0].value'],
    ['a hole of undefined', change({ op: 'set', value: { a: [undefined] } }), 'JSON_INVALID', 'changes[0].value.a[0]'],
    [
      'a forbidden key',
      change({ op: 'set', value: JSON.parse('{"__proto__":1}') }),
      'JSON_FORBIDDEN_KEY',
      'changes[0].value',
    ],
    [
      'a forbidden key below',
      { type: 't', payload: { a: [{ constructor: 1 }] } },
      'JSON_FORBIDDEN_KEY',
      'payload.a[0]',
    ],
    ['half a surrogate pair', { type: 't', payload: { a: 'x\udc00' } }, 'JSON_UNPAIRED_SURROGATE', 'payload.a'],
    ['half a surrogate pair in a name', { type: 't', payload: { '\ud800': 1 } }, 'JSON_UNPAIRED_SURROGATE', 'payload'],
    ['65 levels', { type: 't', payload: nested(65) }, 'JSON_TOO_DEEP'],
    ['no key', { type: 't', changes: [{ op: 'delete' }] }, 'KEY_INVALID', 'changes[0].key'],
    ['an empty key', { type: 't', changes: [{ op: 'delete', key: '' }] }, 'KEY_INVALID', 'changes[0].key'],
    [
      'a key of 513 bytes',
      { type: 't', changes: [{ op: 'delete', key: `${'é'.repeat(256)}x` }] },
      'KEY_INVALID',
      'changes[0].key',
    ],
    ['a line break in a key', { type: 't', changes: [{ op: 'delete', key: 'a\nb' }] }, 'KEY_INVALID', 'changes[0].key'],
    [
      'a line separator in a key',
      { type: 't', expect: [{ key: 'a\u2028', exists: true }] },
      'KEY_INVALID',
      'expect[0].key',
    ],
    ['an expectation of nothing', { type: 't', expect: [{ key: 'k' }] }, 'REQUEST_INVALID', 'expect[0]'],
    ['a negative version', { type: 't', expect: [{ key: 'k', version: -1 }] }, 'REQUEST_INVALID', 'expect[0].version'],
    ['a broken version', { type: 't', expect: [{ key: 'k', version: 1.5 }] }, 'REQUEST_INVALID', 'expect[0].version'],
    ['exists in words', { type: 't', expect: [{ key: 'k', exists: 'no' }] }, 'REQUEST_INVALID', 'expect[0].exists'],
    ['an unknown expectation', { type: 't', expect: [{ key: 'k', value: 1 }] }, 'REQUEST_INVALID', 'expect[0].value'],
  ])('refuses %s', (_, input, code, path) => {
    expect(problemOf(input)).toMatchObject(path === undefined ? { code } : { code, path });
  });

  it('takes 64 levels, keys of 512 bytes and values of 1 MiB, and not a byte more', () => {
    expect(check({ type: 't', payload: nested(64) }).payload).toBeDefined();
    expect(check(change({ op: 'set', key: 'é'.repeat(256), value: 1 })).changes).toHaveLength(1);
    const value = 'x'.repeat(limits.valueBytesMax - 2);
    expect(check(change({ op: 'set', value })).changes).toHaveLength(1);
    expect(problemOf(change({ op: 'set', value: `${value}x` }))).toEqual({
      code: 'VALUE_TOO_LARGE',
      path: 'changes[0].value',
    });
    expect(problemOf({ type: 't', payload: 'x'.repeat(limits.requestBytesMax) }).code).toBe('REQUEST_TOO_LARGE');
    const many = Array(5).fill({ op: 'set', key: 'k', value });
    expect(problemOf({ type: 't', changes: many }).code).toBe('REQUEST_TOO_LARGE');
    expect(problemOf({ type: 't' }, limits.requestBytesMax + 1).code).toBe('REQUEST_TOO_LARGE');
  });

  it('measures values in bytes of UTF-8, escapes included', () => {
    const value = '"'.repeat(limits.valueBytesMax / 2);
    expect(problemOf(change({ op: 'set', value })).code).toBe('VALUE_TOO_LARGE');
    expect(problemOf(change({ op: 'set', value: 'é'.repeat(limits.valueBytesMax / 2) })).code).toBe('VALUE_TOO_LARGE');
  });

  it('ends on a value that holds itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(problemOf({ type: 't', payload: loop }).code).toBe('JSON_TOO_DEEP');
  });

  it('shares nothing with a program that goes on changing what it gave', () => {
    const input = {
      type: 't',
      payload: { a: [1] },
      changes: [{ op: 'set', key: 'k', value: { n: 1 } }],
      expect: [{ key: 'k', version: 0 }],
    };
    const request = check(input);
    input.payload.a.push(2);
    input.changes[0]!.value.n = 2;
    input.expect[0]!.version = 9;
    expect(request).toMatchObject({
      payload: { a: [1] },
      changes: [{ value: { n: 1 } }],
      expect: [{ version: 0 }],
    });
  });

  it('leaves out fields that are undefined, as programs write them', () => {
    const request = check({
      type: 't',
      changes: [{ op: 'claim', key: 'k', value: undefined, pending: undefined }],
      expect: [{ key: 'k', exists: true, version: undefined }],
    });
    expect(Object.keys(request.changes[0]!)).toEqual(['op', 'key']);
    expect(Object.keys(request.expect[0]!)).toEqual(['key', 'exists']);
  });
});

describe('checkChanges', () => {
  it('bounds what a handler returns as it bounds a request', () => {
    const value = 'x'.repeat(limits.valueBytesMax - 2);
    const changes = Array(5).fill({ op: 'set', key: 'k', value });
    expect(() => checkChanges(changes, 'decide()')).toThrow(expect.objectContaining({ code: 'REQUEST_TOO_LARGE' }));
    expect(() => checkChanges([{ op: 'set', key: '' }], 'decide()')).toThrow('decide()[0]');
    expect(checkChanges(changes.slice(0, 3), 'decide()')).toHaveLength(3);
  });
});

describe('the bound of a request', () => {
  it('is the length of its text, where it was parsed from one', () => {
    const shell = JSON.stringify({ type: 't', payload: '' });
    const request = (bytes: number) => JSON.stringify({ type: 't', payload: 'a'.repeat(bytes - shell.length) });
    const whole = request(limits.requestBytesMax);
    expect(check(JSON.parse(whole), whole.length).type).toBe('t');
    expect(problemOf(JSON.parse(request(limits.requestBytesMax + 1)), whole.length + 1)).toEqual({
      code: 'REQUEST_TOO_LARGE',
    });
  });
});
