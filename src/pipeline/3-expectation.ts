import { ownerOf } from '../core/fold/fold.ts';
import { type Rejection, reject } from '../core/fold/rejection.ts';
import type { Expectation } from '../core/log/record.ts';
import type { DecisionReader } from './3-decision-reader.ts';

/** The first expectation that does not hold, as a rejection with what was found instead. */
export function findUnmetExpectation(expect: readonly Expectation[], reader: DecisionReader): Rejection | undefined {
  for (const expected of expect) {
    const reason = findMismatch(expected, reader);
    if (reason === undefined) continue;
    const state = reader.state(expected.key);
    const owner = state && ownerOf(state, reader);
    return reject('EXPECTATION_FAILED', reason, owner ? { key: expected.key, owner } : { key: expected.key });
  }
  return undefined;
}

function findMismatch({ key, exists, version, owner }: Expectation, reader: DecisionReader): string | undefined {
  const state = reader.state(key);
  const found = state?.exists ?? false;
  if (exists !== undefined && exists !== found) {
    return exists ? `${key} does not exist` : `${key} exists`;
  }
  if (version !== undefined && version !== (state?.version ?? 0)) {
    return `${key} has version ${state?.version ?? 0}, not ${version}`;
  }
  if (owner === undefined) return undefined;
  const actual = state && ownerOf(state, reader);
  if (actual?.id === owner) return undefined;
  return actual ? `${key} is owned by ${actual.id}, not by ${owner}` : `${key} is owned by no one`;
}
