import { type JsonValue, jsonEquals } from '../core/base/json.ts';
import type { State } from '../core/fold/state.ts';
import { keyChunk, keyPosition, keyRequest, keyText } from '../layout/keys.ts';
import { decodePositions } from '../layout/positions.ts';
import { readPostingChunks } from '../layout/posting-lists.ts';
import type { TableName } from '../ports/storage.ts';
import type { Cut } from '../view/cut.ts';
import type { Steps } from '../view/turns.ts';
import { type AuditLog, attemptSteps } from './audit-report.ts';
import { compareQueue } from './compare-queue.ts';

/**
 * Compares what an environment answers with what a fresh fold of the same log answers: every state, applied list,
 * request id, posting list, compensation, place in a queue and count of a theme. Both must stand at the same position.
 */
export function* compareIndexes(live: Cut, fresh: Cut, log: AuditLog): Steps<void> {
  const requests = { overlay: live.view.ids, name: keyRequest, position: positionOfRow('requests') };
  const compensations = {
    overlay: asText(live.view.compensations),
    name: (key: Uint8Array) => String(keyPosition(key)),
    position: positionOfRow('compensations'),
  };
  yield* attemptSteps(log, 'states', compareStates(live, fresh, log));
  yield* attemptSteps(log, 'requests', compareTable({ live, fresh }, { table: 'requests', reading: requests }, log));
  yield* attemptSteps(
    log,
    'compensations',
    compareTable({ live, fresh }, { table: 'compensations', reading: compensations }, log),
  );
  yield* attemptSteps(log, 'postings', comparePostings(live, fresh, log));
  yield* attemptSteps(log, 'queue', compareQueue(live, fresh, log));
}

function* compareStates(live: Cut, fresh: Cut, log: AuditLog): Steps<void> {
  for (const { key } of fresh.snapshot.range('states')) yield* attemptState({ live, fresh }, keyText(key), log);
  for (const { key } of live.snapshot.range('states')) {
    if (fresh.snapshot.get('states', key)) yield;
    else yield* attemptState({ live, fresh }, keyText(key), log);
  }
}

function attemptState(
  { live, fresh }: { readonly live: Cut; readonly fresh: Cut },
  key: string,
  log: AuditLog,
): Steps<void> {
  return attemptSteps(log, `states/${key}`, compareState({ live, fresh }, key, log));
}

function* compareState(
  { live, fresh }: { readonly live: Cut; readonly fresh: Cut },
  key: string,
  log: AuditLog,
): Steps<void> {
  yield;
  const found = live.state(key);
  const expected = fresh.state(key);
  const applied = yield* firstDifference(live.applied(key), fresh.applied(key));
  const place = `states/${key}`;
  if (applied !== undefined) {
    log.add({
      code: 'APPLIED_DIFFERS',
      place,
      reason: `the applied list differs from the log at position ${applied}`,
      position: applied,
    });
  }
  const reason = differenceOf(found, expected);
  if (reason === undefined) return;
  log.add({ code: 'STATE_DIFFERS', place, reason, position: applied ?? expected?.position ?? found?.position ?? 0 });
}

function differenceOf(found: State | undefined, expected: State | undefined): string | undefined {
  if (!found) return 'the index has no row, the log does';
  if (!expected) return 'the index has a row, the log does not';
  if (!jsonEquals(found.value, expected.value) || found.exists !== expected.exists)
    return `value ${brief(found)} is not that of the fold, ${brief(expected)}`;
  for (const field of ['kind', 'version', 'position', 'owner', 'pendingUntil', 'ops'] as const) {
    if (found[field] !== expected[field]) return `${field} ${found[field]} is not that of the fold, ${expected[field]}`;
  }
  return undefined;
}

function brief(state: State): string {
  if (!state.exists) return 'none';
  const text = JSON.stringify(state.value as JsonValue);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

interface TableReading {
  /** Rows that are not in the index yet. */
  readonly overlay: ReadonlyMap<string, number>;
  name(key: Uint8Array): string;
  position(value: Uint8Array, key: Uint8Array): number;
}

function* compareTable(
  { live, fresh }: { readonly live: Cut; readonly fresh: Cut },
  { table, reading }: { readonly table: TableName; readonly reading: TableReading },
  log: AuditLog,
): Steps<void> {
  for (const { key, value } of fresh.snapshot.range(table)) {
    yield;
    const name = reading.name(key);
    const row = live.snapshot.get(table, key);
    const found = reading.overlay.get(name) ?? (row && reading.position(row, key));
    const expected = reading.position(value, key);
    if (found !== expected)
      log.add({
        code: 'INDEX_DIFFERS',
        place: `${table}/${name}`,
        reason: `points to ${found ?? 'nothing'}, the log says ${expected}`,
        position: expected,
      });
  }
  for (const { key, value } of live.snapshot.range(table)) {
    yield;
    if (!fresh.snapshot.get(table, key)) {
      log.add({
        code: 'INDEX_DIFFERS',
        place: `${table}/${reading.name(key)}`,
        reason: 'the index has a row that the log does not explain',
        position: reading.position(value, key),
      });
    }
  }
}

const positionOfRow = (table: TableName) => (value: Uint8Array, key: Uint8Array) =>
  decodePositions(value, table, key)[0] ?? 0;

function* comparePostings(live: Cut, fresh: Cut, log: AuditLog): Steps<void> {
  const lists = new Set<string>();
  for (const side of [live, fresh]) {
    for (const { key } of side.snapshot.range('postings')) {
      lists.add(keyChunk(key).list);
      yield;
    }
  }
  for (const list of lists) {
    yield;
    const position = yield* firstDifference(postingsOf(live, list), postingsOf(fresh, list));
    if (position !== undefined)
      log.add({
        code: 'INDEX_DIFFERS',
        place: `postings/${list}`,
        reason: `differs from the log at position ${position}`,
        position,
      });
  }
}

function* postingsOf(cut: Cut, list: string): Iterable<number> {
  let last = 0;
  for (const { positions } of readPostingChunks(cut.snapshot, { table: 'postings', list })) {
    yield* positions;
    last = positions.at(-1) ?? last;
  }
  const type = /^type\/([0-9]+)$/.exec(list);
  const overlay = type
    ? cut.view.types.get(cut.typeRegistry.typeName(cut.snapshot, Number(type[1])))
    : cut.view.lists.get(list);
  for (const position of overlay ?? []) if (position > last) yield position;
}

/** Entries of long lists that are compared in one step. */
const positionsPerStep = 64;

/** The lesser of the first two entries that differ, or undefined when the lists are the same. */
function* firstDifference(found: Iterable<number>, expected: Iterable<number>): Steps<number | undefined> {
  const others = expected[Symbol.iterator]();
  let compared = 0;
  for (const position of found) {
    compared += 1;
    if (compared % positionsPerStep === 0) yield;
    const other = others.next();
    if (other.done || other.value !== position) return Math.min(position, other.done ? position : other.value);
  }
  const left = others.next();
  return left.done ? undefined : left.value;
}

function asText(map: ReadonlyMap<number, number>): ReadonlyMap<string, number> {
  return new Map([...map].map(([key, value]) => [String(key), value]));
}
