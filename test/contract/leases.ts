import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Leases } from '../../src/ports/leases.ts';
import { TimedClock } from '../sessions/timed-clock.ts';

/** Leases to test: each opening is as another process of the same environment sees them. */
export interface LeasesUnderTest {
  open(clock: TimedClock): Leases;
  dispose(): void;
}

const lease = 30;
const id = 'operator-1';

/** What all leases promise. */
export function leasesContract(name: string, make: () => LeasesUnderTest): void {
  let under: LeasesUnderTest;
  let clock: TimedClock;
  let leases: Leases;
  let others: Leases;

  beforeEach(() => {
    under = make();
    clock = new TimedClock();
    leases = under.open(clock);
    others = under.open(clock);
  });

  afterEach(() => under.dispose());

  describe(`leases: ${name}`, () => {
    it('know nothing of an operator that never showed a sign of life', () => {
      expect(others.look(id)).toEqual({ alive: false, why: 'gone' });
      expect(others.all()).toEqual([]);
    });

    it('show to all which operator is alive, and until when', () => {
      leases.hold({ id, lease, themes: ['mail'] });
      const state = others.look(id);
      expect(state).toMatchObject({ alive: true, operator: { id, lease, themes: ['mail'], started: clock.now() } });
      expect(state.until).toBeCloseTo(clock.now() + lease * 1000, -1);
      expect(others.all()).toEqual([state]);
    });

    it.each([0.25, 0.5, 0.75])(
      'show an operator as alive at the very moment of its lease, %d ms after a whole one',
      (part) => {
        clock.sleep(part);
        const held = leases.hold({ id, lease });
        expect(others.look(id)).toMatchObject({ alive: true });
        clock.sleep(1_000 + part);
        expect(held.renew()).toBe(true);
        expect(others.look(id)).toMatchObject({ alive: true });
      },
    );

    it('end when they are not renewed, for good', () => {
      const held = leases.hold({ id, lease });
      clock.sleep(lease * 1000 + 1);
      expect(others.look(id)).toMatchObject({ alive: false, why: 'late', operator: { id } });
      expect(others.all()).toMatchObject([{ alive: false }]);
      expect(held.renew()).toBe(false);
      expect(others.look(id)).toMatchObject({ alive: false, why: 'late' });
    });

    it('last their full length again with each renewal', () => {
      const held = leases.hold({ id, lease });
      for (let i = 0; i < 10; i++) {
        clock.sleep(lease * 1000 - 1);
        expect(held.renew()).toBe(true);
        expect(others.look(id).alive).toBe(true);
      }
      expect(others.look(id).until).toBeCloseTo(clock.now() + lease * 1000, -1);
    });

    it.each([
      ['forward', 3_600_000],
      ['back', -3_600_000],
    ])('neither end nor last longer when the wall clock jumps %s', (_, ms) => {
      const held = leases.hold({ id, lease });
      clock.jump(ms);
      expect(others.look(id).alive).toBe(true);
      expect(held.renew()).toBe(true);
      clock.sleep(lease * 1000 + 1);
      expect(others.look(id)).toMatchObject({ alive: false, why: 'late' });
    });

    it('are gone once they end in order', () => {
      const held = leases.hold({ id, lease });
      held.end();
      expect(others.look(id)).toEqual({ alive: false, why: 'gone' });
      expect(others.all()).toEqual([]);
      expect(held.renew()).toBe(false);
      held.end();
    });

    it('can be ended by no other operator while they last, and be forgotten after', () => {
      const held = leases.hold({ id, lease });
      others.forget(id);
      expect(held.renew()).toBe(true);
      clock.sleep(lease * 1000 + 1);
      others.forget(id);
      expect(others.look(id)).toEqual({ alive: false, why: 'gone' });
      expect(held.renew()).toBe(false);
      others.forget('who never was');
    });

    it('pass to the last operator that takes the name', () => {
      const first = leases.hold({ id, lease });
      const second = others.hold({ id, lease });
      expect(first.renew()).toBe(false);
      first.end();
      expect(second.renew()).toBe(true);
      expect(leases.look(id).alive).toBe(true);
    });

    it('of a shell last from each sign of life on, and belong to no process', () => {
      leases.hold({ id, lease, detached: true });
      clock.sleep(lease * 1000 - 1);
      leases.hold({ id, lease, detached: true });
      clock.sleep(lease * 1000 - 1);
      expect(others.look(id)).toMatchObject({ alive: true, operator: { process: 0 } });
      clock.sleep(2);
      expect(others.look(id)).toMatchObject({ alive: false, why: 'late' });
    });

    it.each(['Ann/../../etc', 'ÄÖ 日本', 'a'.repeat(256), '.', 'CON', 'x.id', 'A', 'a'])('take the name %j', (name) => {
      leases.hold({ id, lease });
      leases.hold({ id: name, lease });
      expect(others.look(name)).toMatchObject({ alive: true, operator: { id: name } });
      expect(
        others
          .all()
          .map((state) => state.operator?.id)
          .sort(),
      ).toEqual([id, name].sort());
    });

    it('tell names apart that differ in case only', () => {
      leases.hold({ id: 'A', lease }).end();
      leases.hold({ id: 'a', lease });
      expect(others.look('A')).toEqual({ alive: false, why: 'gone' });
    });
  });
}
