// Goal: a queue key says where its session stands, and keys sort as sessions are to be led, whatever ids and order keys are
// called. Method: random sessions; the bytes against the texts, and the order against one that is computed from the fields.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Session, SessionStatus } from '../../src/core/fold/session.ts';
import { sessionStatuses } from '../../src/core/fold/session.ts';
import {
  nameOfQueueKey,
  queueKeyBytes,
  queueKeyOf,
  queueKeysOf,
  queuePartOf,
  queuePrefix,
  sessionOfQueueKey,
  timeOfQueueKey,
} from '../../src/layout/queue-keys.ts';

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  // As `findNameProblem`: no name holds a control character.
  .filter((text) => ![...text].some((each) => each < ' ' || each === '\u007f'));
const theme = fc.oneof(fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff), fc.nat(300));
const time = fc.oneof(fc.nat(1_000), fc.constantFrom(2 ** 32 - 1, 2 ** 32, 1_700_000_000_000, 2 ** 53 - 1));

interface Placed {
  readonly id: string;
  readonly session: Session;
}

const placed: fc.Arbitrary<Placed> = fc
  .record({
    id: name,
    theme,
    status: fc.constantFrom<SessionStatus>(...sessionStatuses),
    created: fc.oneof(fc.nat(5), time),
    due: time,
    since: time,
    order: fc.option(fc.oneof(name, fc.constantFrom('k', 'ka', 'é', '\u{1f600}')), { nil: undefined }),
  })
  .map(({ id, order, ...fields }) => {
    const base = { epoch: 0, attempts: 0, createdAt: 0, from: 1, chunks: 1, bytes: 0, ...fields };
    return { id, session: order === undefined ? base : { ...base, order } };
  });

const bytes = (text: string) => Buffer.from(text);
const sign = (n: number) => Math.sign(n);

describe('queue keys', () => {
  it('give back their session and time, and survive as bytes', () => {
    fc.assert(
      fc.property(placed, ({ id, session }) => {
        const [status = '', line] = queueKeysOf(id, session);
        const waits = session.status === 'ready' || session.status === 'stored';
        const part = waits ? 'waiting' : session.status;
        expect(timeOfQueueKey(status)).toBe(waits ? session.due : session.since);
        expect(status.startsWith(queuePrefix(session.theme, part as 'active'))).toBe(true);
        expect(nameOfQueueKey(status)).toBe(`${session.theme}/${part}/${id}`);
        expect(line === undefined).toBe(session.order === undefined);
        expect(line?.startsWith(queuePrefix(session.theme, 'line', session.order)) ?? true).toBe(true);
        for (const key of [status, ...(line === undefined ? [] : [line])]) {
          expect(sessionOfQueueKey(key)).toBe(id);
          expect(queueKeyOf(queueKeyBytes(key))).toBe(key);
          expect(queueKeyBytes(key)).toHaveLength(key.length);
          expect(key.startsWith(queuePartOf(key))).toBe(true);
        }
      }),
    );
  });

  it('sort alike as texts and as bytes', () => {
    fc.assert(
      fc.property(placed, placed, (a, b) => {
        for (const x of queueKeysOf(a.id, a.session)) {
          for (const y of queueKeysOf(b.id, b.session))
            expect(x < y ? -1 : Number(x > y)).toBe(sign(queueKeyBytes(x).compare(queueKeyBytes(y))));
        }
      }),
    );
  });

  it('of one part sort by time, then by creation, then by the bytes of the id', () => {
    fc.assert(
      fc.property(placed, placed, (a, b) => {
        const other = { ...b.session, theme: a.session.theme, status: a.session.status };
        const waits = a.session.status === 'ready' || a.session.status === 'stored';
        const at = (session: Session) => (waits ? session.due : session.since);
        const expected =
          at(a.session) - at(other) || a.session.created - other.created || bytes(a.id).compare(bytes(b.id));
        const [x = ''] = queueKeysOf(a.id, a.session);
        const [y = ''] = queueKeysOf(b.id, other);
        expect(x < y ? -1 : Number(x > y)).toBe(sign(expected));
      }),
    );
  });

  it('of an order key stand together, by creation, and belong to no other order key', () => {
    fc.assert(
      fc.property(placed, placed, name, name, (a, b, order, another) => {
        const session = { ...a.session, order };
        const prefix = queuePrefix(session.theme, 'line', order);
        const [, x = ''] = queueKeysOf(a.id, session);
        const [, y = ''] = queueKeysOf(b.id, { ...b.session, theme: session.theme, order });
        const [, z = ''] = queueKeysOf(b.id, { ...b.session, theme: session.theme, order: another });
        expect([x.startsWith(prefix), y.startsWith(prefix)]).toEqual([true, true]);
        expect(z.startsWith(prefix)).toBe(another === order);
        const expected = session.created - b.session.created || bytes(a.id).compare(bytes(b.id));
        expect(x < y ? -1 : Number(x > y)).toBe(sign(expected));
      }),
    );
  });
});
