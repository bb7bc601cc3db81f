import type { ViewRange, ViewState, ViewStates } from '../core/app/view-definition.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { findKeyProblem } from '../core/base/key.ts';
import type { Cut } from '../view/cut.ts';
import { keysOfOverlay, type StateReading, stateAtInSteps } from '../view/read-state.ts';
import { takeAllSteps } from '../view/turns.ts';
import { keysInOrder } from './list-states.ts';

/** The moment that a view answers as of. Time in ms since 1970. */
export interface ViewMoment {
  readonly position: number;
  readonly time: number;
}

const pageKeys = 100;

/**
 * The states as a view reads them. No row stays open between two of its reads, so that a view may stop anywhere. `look`
 * throws once the view has had its time, or has ended.
 */
export function viewStates(cut: Cut, moment: ViewMoment, look: () => void): ViewStates {
  const read = (key: string): ViewState | undefined => {
    const steps = stateAtInSteps(cut, key, { position: moment.position, now: moment.time });
    for (;;) {
      look();
      const step = steps.next();
      if (step.done) return step.value && toViewState(step.value);
    }
  };
  return {
    get(key) {
      refuseBadKey('get()', key);
      return read(key);
    },
    *list({ prefix = '', after, reverse = false }: ViewRange = {}) {
      if (prefix !== '') refuseBadKey('list(): prefix', prefix);
      if (after !== undefined) refuseBadKey('list(): after', after);
      look();
      const overlay = takeAllSteps(keysOfOverlay(cut, prefix));
      for (let from = after; ; ) {
        look();
        const keys = [...firstOf(keysInOrder(cut.snapshot, { prefix, overlay, from, reverse }), pageKeys)];
        for (const key of keys) {
          const state = read(key);
          if (state) yield state;
        }
        if (keys.length < pageKeys) return;
        from = keys.at(-1);
      }
    },
  };
}

function refuseBadKey(where: string, key: unknown): void {
  const problem = findKeyProblem(key);
  if (problem) throw new TxlogError('KEY_INVALID', `states.${where} the key ${problem}`);
}

function toViewState({ key, kind, value, version, position, owner }: StateReading): ViewState {
  return Object.freeze({
    key,
    kind: kind === 'dedicated' ? 'dedicated' : 'shared',
    ...{ value, version, position },
    ...given({ owner: owner && Object.freeze(owner) }),
  });
}

function* firstOf<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const item of items) {
    yield item;
    if (--left === 0) return;
  }
}
