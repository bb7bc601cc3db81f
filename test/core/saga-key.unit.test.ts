// Goal: the idempotency key of a step names that step only, and can be read back, whatever the ids look like.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StepSide, stepKey, stepOfKey } from '../../src/core/app/saga.ts';

const odd = fc.constantFrom('/', '~', '#', 'undo', '/undo', '~1', ' ', 'é', '0', 'a', '%', '@');
const id = fc.array(odd, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
const step = id.filter((name) => !/[/~]/.test(name) && name !== 'undo');
const named = fc.record({ saga: id, step, side: fc.constantFrom<StepSide>('do', 'undo'), round: fc.nat(30) });

describe('the key of a step', () => {
  it('is read back as it was made', () => {
    fc.assert(
      fc.property(named, (name) => {
        expect(stepOfKey(stepKey(name.saga, name.step, { side: name.side, round: name.round }))).toEqual(name);
      }),
    );
  });

  it('is that of no other step', () => {
    fc.assert(
      fc.property(named, named, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        const keys = [one, other].map(({ saga, step: name, side, round }) => stepKey(saga, name, { side, round }));
        expect(keys[0] === keys[1]).toBe(same);
      }),
    );
  });

  it.each(['', 'a', '/a', 'a/', 'a/~1', 'a/b~', 'a/b~x', 'a/b~1.5', 'a/b~-1', 'a/b~0x1', 'a/b~1~2', '/undo', 'a/undo'])(
    'cannot be the text %j',
    (key) => expect(stepOfKey(key)).toBeUndefined(),
  );
});
