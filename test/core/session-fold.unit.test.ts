// Goal: each operation means what its definition says, whoever asks for it. Method: one session in each status, each
// operation in each name, and what must come of it, written out.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/base/json.ts';
import type { Change } from '../../src/core/fold/change.ts';
import {
  fromSession,
  type Session,
  type SessionOp,
  type SessionStatus,
  sessionKey,
} from '../../src/core/fold/session.ts';
import { chunkOf, foldSession } from '../../src/core/fold/session-fold.ts';
import type { State } from '../../src/core/fold/state.ts';

const at = { position: 9, time: 9_000 };
const session: Session = {
  ...{ theme: 7, status: 'ready', epoch: 3, attempts: 2, created: 1, createdAt: 1_000, since: 2_000, due: 2_000 },
  ...{ order: 'k', from: 2, chunks: 2, bytes: 20, operator: 'op', lease: 30, error: 'before' },
};
const { error: _, ...clean } = session;

function stateOf(value: Session | undefined, version = 5): State {
  return {
    ...{ key: sessionKey('s'), kind: 'session', version, position: 5, ops: 0 },
    ...{ owner: undefined, pendingUntil: undefined },
    exists: value !== undefined,
    value: value && fromSession(value),
  };
}

const change = (op: SessionOp, value?: JsonObject): Change => ({
  ...{ op, key: sessionKey('s') },
  ...(value && { value }),
});

/** The session that an operation leaves, the code that it is refused with, or `removed`. */
function fold(before: Session | undefined, op: SessionOp, value?: JsonObject): Session | string {
  const folded = foldSession(stateOf(before, before ? 5 : 0), change(op, value), at);
  if (!folded.ok) return folded.rejection.code;
  return folded.session ?? 'removed';
}

const as = (status: SessionStatus): Session => ({ ...session, status });

describe('a new session', () => {
  it.each([
    ['is ready at once', {}, { status: 'ready', due: 9_000 }],
    ['is stored until it is due', { due: 9_001 }, { status: 'stored', due: 9_001 }],
    ['is ready when it is due now', { due: 9_000 }, { status: 'ready', due: 9_000 }],
    ['waits behind another one, due or not', { due: 9_500, behind: true }, { status: 'behind', due: 9_500 }],
  ])('%s', (_title, value, expected) => {
    const made = fold(undefined, 'session.new', { theme: 7, order: 'k', bytes: 4, data: 'é', ...value });
    expect(made).toEqual({
      ...{ theme: 7, epoch: 0, attempts: 0, created: 9, createdAt: 9_000, since: 9_000, order: 'k' },
      ...{ from: 9, chunks: 1, bytes: 4 },
      ...expected,
    });
  });

  it('is made once, also after it was removed', () => {
    expect(fold(session, 'session.new', { theme: 7 })).toBe('SESSION_EXISTS');
    const removed = foldSession(stateOf(undefined, 5), change('session.new', { theme: 7 }), at);
    expect(removed).toMatchObject({ ok: false, rejection: { code: 'SESSION_EXISTS' } });
  });
});

describe('a lead', () => {
  const lead = { operator: 'new', lease: 10 };

  it.each(['ready', 'stored'] as const)('takes a %s session in the next epoch', (status) => {
    expect(fold(as(status), 'session.lead', lead)).toEqual({
      ...{ ...session, status: 'active', epoch: 4, attempts: 3, since: 9_000, operator: 'new', lease: 10 },
    });
  });

  it.each(['behind', 'active', 'parked'] as const)('does not take one that is %s', (status) => {
    expect(fold(as(status), 'session.lead', lead)).toBe('SESSION_BUSY');
  });
});

describe('an operation on a session', () => {
  it.each<[SessionOp, JsonObject, Session | string]>([
    ['session.append', { bytes: 5, data: 1 }, { ...session, chunks: 3, bytes: 25 }],
    ['session.replace', { bytes: 5, data: 1 }, { ...session, from: 9, chunks: 1, bytes: 5 }],
    ['session.store', { due: 9_500 }, { ...clean, status: 'stored', since: 9_000, due: 9_500, attempts: 0 }],
    [
      'session.store',
      { due: 9_500, error: 'e' },
      { ...session, status: 'stored', since: 9_000, due: 9_500, error: 'e' },
    ],
    ['session.park', { error: 'e' }, { ...session, status: 'parked', since: 9_000, error: 'e' }],
    ['session.ready', {}, { ...session, since: 9_000, due: 9_000, attempts: 0 }],
    ['session.ready', { behind: true }, { ...session, status: 'behind', since: 9_000, due: 9_000, attempts: 0 }],
    ['session.remove', {}, 'removed'],
  ])('changes it as the table says: %s %j', (op, value, expected) => {
    expect(fold(session, op, value)).toEqual(expected);
    // The operator who leads may do all of it as well.
    const led = { ...session, status: 'active' } as const;
    const kept = op === 'session.append' || op === 'session.replace' ? { status: 'active' } : {};
    expect(fold(led, op, { ...value, epoch: 3 })).toEqual(
      typeof expected === 'string' ? expected : { ...expected, ...kept },
    );
  });

  it('that stores one leaves it behind if it was, and is refused if it is parked', () => {
    expect(fold(as('behind'), 'session.store', { due: 9_500 })).toMatchObject({ status: 'behind', due: 9_500 });
    expect(fold(as('parked'), 'session.store', { due: 9_500 })).toBe('SESSION_BUSY');
  });

  it('that stores one whose turn was interrupted takes its attempt back, and keeps the error of the one before', () => {
    const value = { due: 9_500, interrupted: true };
    const stored = { ...session, status: 'stored', since: 9_000, due: 9_500 };
    expect(fold(as('active'), 'session.store', { ...value, epoch: 3 })).toEqual({ ...stored, attempts: 1 });
    // Nobody led it: there is nothing to take back.
    expect(fold(session, 'session.store', value)).toEqual(stored);
  });

  it('that gives it its turn makes it ready, or lets it sleep until it is due', () => {
    expect(fold(as('behind'), 'session.turn')).toEqual({ ...session, since: 9_000 });
    expect(fold({ ...as('behind'), due: 9_001 }, 'session.turn')).toMatchObject({ status: 'stored', due: 9_001 });
  });
});

const steps: readonly SessionOp[] = [
  ...(['session.append', 'session.replace', 'session.store'] as const),
  ...(['session.remove', 'session.park', 'session.ready'] as const),
];

describe.each(steps)('%s', (op) => {
  const value = { due: 9_500, error: 'e', bytes: 1, data: 1 };

  it('is refused of a session that is gone', () => {
    expect(fold(undefined, op, value)).toBe('SESSION_GONE');
  });

  it.each([
    ['an earlier epoch', 2],
    ['a later one', 4],
  ])('is refused in %s than that of the lead', (_title, epoch) => {
    expect(fold(as('active'), op, { ...value, epoch })).toBe('SESSION_FENCED');
  });

  it.each(['ready', 'stored', 'behind', 'parked'] as const)('is refused to who led it, once it is %s', (status) => {
    expect(fold(as(status), op, { ...value, epoch: 3 })).toBe('SESSION_FENCED');
    expect(fold(as(status), op, { ...value, epoch: 3, force: true })).toBe('SESSION_FENCED');
  });

  it('is refused to others while it is led, unless they take it away', () => {
    expect(fold(as('active'), op, value)).toBe('SESSION_ACTIVE');
    expect(['SESSION_ACTIVE', 'SESSION_FENCED']).not.toContain(fold(as('active'), op, { ...value, force: true }));
  });
});

describe('the data of an operation', () => {
  it('are those of New, Append and Replace, as JSON or base64', () => {
    expect(chunkOf(change('session.new', { theme: 1, bytes: 1, data: 1 }))).toEqual({ data: 1 });
    expect(chunkOf(change('session.append', { bytes: 1, base64: 'AA==' }))).toEqual({ base64: 'AA==' });
    expect(chunkOf(change('session.replace', { bytes: 4, data: null }))).toEqual({ data: null });
    expect(chunkOf(change('session.store', { due: 1, data: 1 }))).toBeUndefined();
  });
});
