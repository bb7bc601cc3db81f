import type { LoadedApp } from '../core/app/app.ts';
import { assert } from '../core/base/assert.ts';
import { foldChanges } from '../core/fold/fold-record.ts';
import { withVersion } from '../core/fold/raw-json.ts';
import type { State } from '../core/fold/state.ts';
import {
  compensateType,
  expireType,
  type LogRecord,
  type StoredRecord,
  sessionType,
  usersChanges,
} from '../core/log/record.ts';
import { choose } from '../pipeline/3-decide.ts';
import { DecisionReader, type DecisionSource } from '../pipeline/3-decision-reader.ts';
import type { Snapshot } from '../ports/storage.ts';
import { keyLists } from '../view/scan.ts';
import { stateAt } from '../view/time-travel.ts';
import type { View } from '../view/view.ts';

/** Records of the engine's own, which no one decided. */
const engineTypes: ReadonlySet<string> = new Set([compensateType, expireType, sessionType]);

/** A later transaction, how it was decided, and how it would have been. */
export interface PlannedFlip {
  readonly id: string;
  readonly position: string;
  readonly was: 'committed' | 'rejected';
  readonly would: 'committed' | 'rejected';
  readonly reason: string;
}

/** Later transactions that are decided again for one planned compensation. */
const laterMax = 2_000;

interface World {
  readonly view: View;
  readonly snapshot: Snapshot;
  readonly app: LoadedApp;
}

/**
 * Decides every later transaction on the keys of `target` again, in a world in which `target` never was: which of them
 * would have come out otherwise. Only the keys of `target` differ in that world, and versions count as they did.
 */
export function findFlips(
  world: World,
  target: StoredRecord,
): { readonly flips: readonly PlannedFlip[]; readonly flipsTruncated?: boolean } {
  const keys = new Set(usersChanges(target.changes).map(({ key }) => key));
  const other = new Map<string, State | undefined>();
  for (const key of keys) other.set(key, stateAt(world.view, world.snapshot, key, target.position - 1));
  const later = laterPositions(world, keys, target.position);
  const past = new PastStates(world);
  const flips: PlannedFlip[] = [];
  for (const position of later.slice(0, laterMax)) {
    const record = world.view.catalog.record(world.snapshot, position);
    if (!record || engineTypes.has(record.type)) continue;
    const flip = decideOtherwise(world, other, past, record);
    if (flip) flips.push(flip);
  }
  return later.length > laterMax ? { flips, flipsTruncated: true } : { flips };
}

function laterPositions({ view, snapshot }: World, keys: ReadonlySet<string>, after: number): number[] {
  const positions = new Set<number>();
  for (const key of keys) {
    for (const list of keyLists(view, snapshot, key, after + 1)) for (const position of list) positions.add(position);
  }
  return [...positions].filter((position) => position > after).sort((a, b) => a - b);
}

function decideOtherwise(
  world: World,
  other: Map<string, State | undefined>,
  past: PastStates,
  record: StoredRecord,
): PlannedFlip | undefined {
  const reader = new DecisionReader(otherWorld(world, other, past, record));
  const handled = world.app.requests?.[record.type]?.decide !== undefined;
  const { id, type, actor, payload, expect } = record;
  const changes = record.decided && handled ? [] : usersChanges(record.changes).map(({ result: _, ...asked }) => asked);
  const chosen = choose(world.app, reader, { id, type, actor, payload, expect, changes, bytes: 0 });
  const context = {
    position: record.position,
    time: record.time,
    idAt: (at: number) => world.view.idAt(world.snapshot, at),
  };
  const folded = chosen.ok ? foldChanges(chosen.changes, (key) => reader.state(key), context) : chosen;
  if (folded.ok) for (const [key, state] of folded.after) if (other.has(key)) other.set(key, state);
  return flipOf(record, folded.ok ? undefined : folded.rejection.reason);
}

function flipOf(record: LogRecord, refusal: string | undefined): PlannedFlip | undefined {
  const would = refusal === undefined ? 'committed' : 'rejected';
  if (record.outcome === would) return undefined;
  const reason =
    refusal ?? `what it was refused for (${record.rejection?.code ?? 'unknown'}) would not have been there`;
  return { id: record.id, position: String(record.position), was: record.outcome, would, reason };
}

/** States right before `record`, but for the keys that differ in the other world. */
function otherWorld(
  { view, snapshot }: World,
  other: ReadonlyMap<string, State | undefined>,
  past: PastStates,
  record: StoredRecord,
): DecisionSource {
  return {
    time: record.time,
    nextPosition: record.position,
    state(key) {
      const actual = past.before(key, record.position);
      if (!other.has(key)) return actual;
      const state = other.get(key);
      return state && withVersion(state, actual?.version ?? state.version);
    },
    record: (position) => view.catalog.record(snapshot, position),
    idAt: (position) => view.idAt(snapshot, position),
    *applied(key) {
      for (const position of view.applied(snapshot, key)) if (position < record.position) yield position;
    },
  };
}

/** States as they were, for positions that only rise: after the first, each key is folded on from there. */
class PastStates {
  private readonly world: World;
  private readonly reached = new Map<string, { readonly state: State | undefined; readonly next: number }>();

  constructor(world: World) {
    this.world = world;
  }

  before(key: string, position: number): State | undefined {
    const { view, snapshot } = this.world;
    let { state, next } = this.reached.get(key) ?? {
      state: stateAt(view, snapshot, key, position - 1),
      next: position,
    };
    for (const applied of view.applied(snapshot, key, next)) {
      if (applied >= position) break;
      const record = view.catalog.record(snapshot, applied);
      const own = record?.changes.filter((change) => change.key === key) ?? [];
      const folded = foldChanges(own, () => state, {
        position: applied,
        time: record?.time ?? 0,
        idAt: () => undefined,
      });
      assert(folded.ok, `record ${applied} of the log can be applied`);
      state = folded.after.get(key);
    }
    next = Math.max(next, position);
    this.reached.set(key, { state, next });
    return state;
  }
}
