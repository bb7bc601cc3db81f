// Goal: the overlay holds, in order, exactly the queue keys of the states that it was told, and speaks for nothing that it
// dropped. Method: random sets, drops and reads against a plain map that is sorted each time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fromSession,
  type Session,
  type SessionStatus,
  sessionKey,
  sessionStatuses,
} from '../../src/core/fold/session.ts';
import type { State } from '../../src/core/fold/state.ts';
import { type QueueKey, type QueuePart, queueKeysOf, queuePrefix } from '../../src/layout/queue-keys.ts';
import { mergeKeys, QueueOverlay } from '../../src/view/queue-overlay.ts';

const parts: readonly QueuePart[] = ['waiting', 'behind', 'active', 'parked', 'line'];

interface Step {
  readonly do: 'set' | 'remove' | 'drop' | 'clear';
  readonly id: string;
  readonly session: Session;
}

const session = fc
  .record({
    theme: fc.constantFrom(1, 2),
    status: fc.constantFrom<SessionStatus>(...sessionStatuses),
    created: fc.nat(30),
    due: fc.nat(5),
    since: fc.nat(5),
    order: fc.constantFrom(undefined, 'k', 'ka'),
  })
  .map(({ order, ...fields }): Session => {
    const base = { epoch: 0, attempts: 0, createdAt: 0, from: 1, chunks: 1, bytes: 0, ...fields };
    return order === undefined ? base : { ...base, order };
  });

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.oneof(
    { weight: 30, arbitrary: fc.constant('set' as const) },
    { weight: 10, arbitrary: fc.constant('remove' as const) },
    { weight: 5, arbitrary: fc.constant('drop' as const) },
    { weight: 1, arbitrary: fc.constant('clear' as const) },
  ),
  id: fc.nat(25).map((n) => `s${n}`),
  session,
});

function stateOf(id: string, value: Session | undefined): State {
  const fields = { key: sessionKey(id), kind: 'session', version: 1, position: 1, ops: 0 } as const;
  const none = { owner: undefined, pendingUntil: undefined };
  return { ...fields, ...none, exists: value !== undefined, value: value && fromSession(value) };
}

/** Does the same to an overlay and to a map. */
function take(overlay: QueueOverlay, plain: Map<string, readonly QueueKey[]>, each: Step): void {
  const { id } = each;
  switch (each.do) {
    case 'set':
      overlay.set(stateOf(id, each.session));
      plain.set(id, queueKeysOf(id, each.session));
      return;
    case 'remove':
      overlay.set(stateOf(id, undefined));
      plain.set(id, []);
      return;
    case 'drop':
      overlay.drop(sessionKey(id));
      plain.delete(id);
      return;
    case 'clear':
      overlay.clear();
      plain.clear();
  }
}

function compare(overlay: QueueOverlay, plain: ReadonlyMap<string, readonly QueueKey[]>): void {
  const all = [...plain.values()].flat().sort();
  for (const theme of [1, 2, 3]) {
    for (const part of parts) {
      const prefix = queuePrefix(theme, part);
      const own = all.filter((key) => key.startsWith(prefix));
      expect([...overlay.range(prefix)]).toEqual(own);
      const middle = own[own.length >> 1];
      if (middle === undefined) continue;
      expect([...overlay.range(prefix, middle)]).toEqual(own.slice(own.length >> 1));
      expect([...overlay.range(prefix, `${middle}\u0000`)]).toEqual(own.slice((own.length >> 1) + 1));
    }
    const line = queuePrefix(theme, 'line', 'k');
    expect([...overlay.range(line)]).toEqual(all.filter((key) => key.startsWith(line)));
  }
}

describe('the overlay of the queues', () => {
  it('is a sorted set of the keys of its sessions', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const overlay = new QueueOverlay();
        const plain = new Map<string, readonly QueueKey[]>();
        for (const each of steps) {
          take(overlay, plain, each);
          compare(overlay, plain);
        }
        const other = new QueueOverlay();
        for (const id of ['s0', 's1', 'only here']) other.set(stateOf(id, undefined));
        other.setAll(overlay);
        compare(other, plain);
        expect(other.has('only here')).toBe(true);
        for (let n = 0; n <= 26; n++) expect(overlay.has(`s${n}`)).toBe(plain.has(`s${n}`));
      }),
      { numRuns: 150 },
    );
  });

  it('stays a sorted set while a long queue is taken from its front', () => {
    const overlay = new QueueOverlay();
    const plain = new Map<string, readonly QueueKey[]>();
    const waiting: Session = {
      ...{ theme: 1, status: 'ready', epoch: 0, attempts: 0, createdAt: 0, since: 0, due: 0 },
      ...{ created: 0, from: 1, chunks: 1, bytes: 0 },
    };
    for (let n = 0; n < 400; n++)
      take(overlay, plain, { do: 'set', id: `s${n}`, session: { ...waiting, created: (n * 7) % 400 } });
    const prefix = queuePrefix(1, 'waiting');
    for (let n = 0; n < 400; n++) {
      const [first = ''] = overlay.range(prefix);
      const id = [...plain].find(([, keys]) => keys.includes(first))?.[0] ?? '';
      take(overlay, plain, { do: n % 3 === 0 ? 'remove' : 'set', id, session: { ...waiting, status: 'active' } });
      if (n % 50 === 0) compare(overlay, plain);
    }
    expect([...overlay.range(prefix)]).toEqual([]);
  });

  it('knows only states of sessions', () => {
    const overlay = new QueueOverlay();
    overlay.set({ ...stateOf('a', undefined), key: 'a', kind: 'shared' });
    overlay.drop('a');
    expect(overlay.has('a')).toBe(false);
  });
});

describe('two sorted lists', () => {
  it('are merged into one', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
        expect([...mergeKeys([...a].sort(), [...b].sort())]).toEqual([...a, ...b].sort());
      }),
    );
  });
});
