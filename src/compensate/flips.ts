import { foldChanges } from '../core/fold/fold-record.ts';
import { isEngineType, type LogRecord, type StoredRecord } from '../core/log/record.ts';
import { DecisionReader } from '../pipeline/3-decision-reader.ts';
import { chooseAgain } from '../replay/logged-request.ts';
import type { Steps } from '../view/turns.ts';
import { OtherWorld, type Present } from './other-world.ts';

/** A later transaction, how it was decided, and how it would have been. */
export interface PlannedFlip {
  readonly id: string;
  readonly position: string;
  readonly was: 'committed' | 'rejected';
  readonly would: 'committed' | 'rejected';
  readonly reason: string;
}

/** Later transactions that are decided again for one planned compensation, and for all of a plan. */
const laterMax = { each: 2_000, all: 200_000, least: 100 };
/** Transactions that may be folded one by one for each of these decisions. */
const stepsPerDecision = 16;

/** How many later transactions are decided again for each of so many planned compensations. */
export function laterFor(items: number): number {
  return Math.min(laterMax.each, Math.max(laterMax.least, Math.floor(laterMax.all / Math.max(1, items))));
}

/**
 * Decides later transactions on the keys of `target` again, in a world in which `target` never was: which of them would
 * have come out otherwise. Only the keys of `target` differ in that world, and versions count as they did. Those that are
 * applied whatever the keys hold are only folded, many in one step; the search ends where the worlds are the same again.
 */
export function* findFlips(
  present: Present,
  target: StoredRecord,
  decisionsMax: number,
): Steps<{ readonly flips: readonly PlannedFlip[]; readonly flipsTruncated?: boolean }> {
  const other = new OtherWorld(present, target, decisionsMax * stepsPerDecision);
  const flips: PlannedFlip[] = [];
  let decisions = 0;
  const decideAt = (position: number) => {
    const flip = decideOtherwise(present, other, position);
    if (flip) flips.push(flip);
    decisions += 1;
  };
  for (const position of other.decided()) {
    yield;
    for (let refused = other.advanceTo(position - 1); refused !== undefined; refused = other.advanceTo(position - 1)) {
      decideAt(refused);
      yield;
    }
    if (other.isSame || position > present.head) break;
    if (other.isCut || decisions >= decisionsMax) return { flips, flipsTruncated: true };
    decideAt(position);
  }
  return other.isCut ? { flips, flipsTruncated: true } : { flips };
}

function decideOtherwise(present: Present, other: OtherWorld, position: number): PlannedFlip | undefined {
  const record = present.cut.record(position);
  other.passed(position);
  if (!record || isEngineType(record.type)) return undefined;
  const reader = new DecisionReader(other.before(record));
  const chosen = chooseAgain(present.app, reader, record);
  const context = {
    position: record.position,
    time: record.time,
    idAt: (at: number) => present.cut.idAt(at),
  };
  const folded = chosen.ok ? foldChanges(chosen.changes, (key) => reader.state(key), context) : chosen;
  if (folded.ok) for (const [key, state] of folded.after) other.put(key, state);
  return flipOf(record, folded.ok ? undefined : folded.rejection.reason);
}

function flipOf(record: LogRecord, refusal: string | undefined): PlannedFlip | undefined {
  const would = refusal === undefined ? 'committed' : 'rejected';
  if (record.outcome === would) return undefined;
  const reason = refusal ?? `the reason for its rejection (${record.rejection?.code ?? 'unknown'}) would not exist`;
  return { id: record.id, position: String(record.position), was: record.outcome, would, reason };
}
