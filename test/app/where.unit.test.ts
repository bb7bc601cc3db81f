import { describe, expect, it } from 'vitest';
import { compileWhere } from '../../src/app/where.ts';
import { TxlogError } from '../../src/core/base/errors.ts';
import type { StoredRecord } from '../../src/core/log/record.ts';

// Goal: --where selects what a reader of the expression expects, and a wrong one says where. Method: one record of
// each outcome against a table of expressions.

const committed: StoredRecord = {
  position: 7,
  id: 'r-1',
  time: Date.UTC(2026, 1, 3),
  type: 'order.create',
  outcome: 'committed',
  decided: false,
  actor: 'web',
  payload: { amount: 6000.5, n: 7000, name: 'Ann', type: 'inner', tags: ['a', 'b'] },
  changes: [{ op: 'claim', key: 'email/a', value: 1 }],
  expect: [],
  rejection: undefined,
  compensates: undefined,
  digest: new Uint8Array(32),
};
const rejected: StoredRecord = {
  ...committed,
  position: 8,
  id: 'r-2',
  outcome: 'rejected',
  actor: undefined,
  payload: undefined,
  rejection: { code: 'KEY_OWNED', reason: 'owned', key: 'email/a', owner: { id: 'r-1', position: 7 } },
};

describe('a --where expression', () => {
  it.each<[string, boolean, boolean]>([
    ['type == "order.create"', true, true],
    ['payload.amount > 5000 && type.startsWith("order.")', true, false],
    ['payload.type == "inner"', true, false],
    ['payload["type"] == "inner"', true, false],
    ['type(payload.n) == double', true, false],
    ['payload.n + 1 == 7001 && 2 * payload.n == 14000 && payload.n % 2 == 0', true, false],
    ['payload.n in [1, 7000]', true, false],
    ['payload.tags.exists(t, t == "b")', true, false],
    ['has(rejection)', false, true],
    ['has(rejection.code)', false, true],
    ['!has(rejection.code)', true, false],
    ['rejection.code == "KEY_OWNED" && rejection.owner.position == 7', false, true],
    ['has(payload.missing)', false, false],
    ['!has(payload.missing)', true, true],
    ['payload.missing > 5', false, false],
    ['payload.missing > 5 || type == "order.create"', true, true],
    ['payload.?missing.orValue(9) > 5', true, true],
    ['actor == "web"', true, false],
    ['!has(actor)', false, true],
    ['position > 7', false, true],
    ['position % 2 == 0', false, true],
    ['changes.exists(c, c.op == "claim" && c.key.startsWith("email/"))', true, true],
    ['size(changes) == 1', true, true],
    ['outcome == "rejected" ? true : payload.n == 7000', true, true],
    ['timestamp(time) > timestamp("2026-02-01T00:00:00Z")', true, true],
    ['digest.startsWith("0000")', true, true],
    ['payload.name.matches("^A.*n$")', true, false],
    ['(type) . matches ("(?i)^ORDER") && actor.matches("w.b")', true, false],
    ['payload.tags.exists(t, t.matches("^[b-c]$"))', true, false],
    ['"matches" == "matches" && id.matches("r-" + "1")', true, false],
    ['type in ["x", "order.create"]', true, true],
    ['"type" == type', false, false],
    ['true', true, true],
  ])('%s', async (text, first, second) => {
    const where = await compileWhere(text);
    expect([where(committed), where(rejected)]).toEqual([first, second]);
  });

  it.each([
    ['type ==', '--where at column 8: Unexpected token: EOF'],
    ['payload.n == 1 && nope == 1', '--where at column 19: Unknown variable: nope'],
    ['type == "x" && foo(id)', "--where at column 16: found no matching overload for 'foo(dyn)'"],
    ['"a" + 1 == "a1"', '--where at column 1: no such overload: string + int'],
    ['1 + 1', '--where: it gives int, neither true nor false'],
    ['', '--where at column 1: Unexpected token: EOF'],
    ['actor == "web" && id.matches("(")', '--where at column 30: error parsing regexp: missing closing ): `(`'],
    ['id.matches("(?=r)")', '--where at column 12: error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
    ['id.matches()', "--where at column 1: found no matching overload for 'dyn.matches()'"],
  ])('is refused with its place: %s', async (text, message) => {
    const error = await compileWhere(text).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TxlogError);
    expect(error).toMatchObject({ code: 'FILTER_INVALID', message });
  });

  it('takes a time linear in the text, whatever the pattern', async () => {
    // A backtracking engine takes 2^5,000 steps for either, the second of which a record brings.
    const payload = { text: `${'a'.repeat(5_000)}!`, pattern: '(a+)+$' };
    for (const text of ['payload.text.matches("(a+)+$")', 'payload.text.matches(payload.pattern)']) {
      expect((await compileWhere(text))({ ...committed, payload })).toBe(false);
    }
  });

  it('that meets an invalid pattern fails with an error that names the record', async () => {
    const where = await compileWhere('id.matches(payload.name)');
    expect(() => where({ ...committed, payload: { name: '[' } })).toThrow(
      '--where: error parsing regexp: missing closing ]: `[`, in record 7',
    );
  });

  it('that meets a value of another type fails with an error that names the record', async () => {
    const where = await compileWhere('has(payload.name) && payload.name > 5');
    expect(() => where(committed)).toThrow('--where at column 22: no such overload: dyn<string> > int, in record 7');
    const other = await compileWhere('payload.n');
    expect(() => other(committed)).toThrow('--where: it is neither true nor false, in record 7');
  });
});
