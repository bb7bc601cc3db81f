import type { App } from '../../src/core/app/app.ts';
import { rejectRequest } from '../../src/core/app/handler-terms.ts';
import type { JsonValue } from '../../src/core/base/json.ts';
import type { Change } from '../../src/core/fold/change.ts';

const amount = (value: JsonValue | undefined) => (typeof value === 'number' ? value : 0);

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

/** User code of all kinds, pure: the engine and the model both run it. */
export const modelApp: App = {
  requests: {
    // Events, where a request carries no changes.
    t: {},
    // Reducers: the request carries its changes, the app says how they fold.
    score: {
      reducers: {
        max: (value, argument) => Math.max(amount(value), amount(argument)),
        join: (value, argument) => `${typeof value === 'string' ? value : ''}${amount(argument)}`.slice(-6),
        gone: () => undefined,
      },
    },
    // Reads two keys and refuses by what it finds.
    transfer: {
      decide(request, states) {
        const { from, to, amount: sum } = request.payload as unknown as Transfer;
        if (amount(states.get(from)?.value) < sum) return rejectRequest('INSUFFICIENT', `${from} has too little`, from);
        const moved: Change[] = [
          { op: 'add', key: from, value: -sum },
          { op: 'add', key: to, value: sum },
        ];
        return moved;
      },
    },
    // Claims what is free as it sees it; a reservation that ran out is free.
    take: {
      decide(request, states) {
        const { key } = request.payload as { readonly key: string };
        const state = states.get(key);
        if (state) return rejectRequest('TAKEN', `by ${state.owner?.id} at version ${state.version}`, key);
        return [{ op: 'claim', key, value: request.time }];
      },
    },
    boom: {
      decide() {
        throw new Error('no way');
      },
    },
    guarded: {
      authorize: (request) => request.actor === 'root',
    },
    // Undone by a change of its own, which stays in the fold like any other.
    custom: {
      compensate: (record) =>
        record.changes.map(({ key }): Change => ({ op: 'append', key, value: [`undid ${record.id}`] })),
    },
  },
};
