import { type JsonValue, jsonEquals } from '../core/base/json.ts';
import { sessionIn, sessionKey } from '../core/fold/session.ts';
import { textKey } from '../layout/keys.ts';
import {
  nameOfQueueKey,
  type QueueKey,
  queueKeyOf,
  queueKeysOf,
  queuePartOf,
  sessionOfQueueKey,
} from '../layout/queue-keys.ts';
import { decodeStateRow } from '../layout/state-row.ts';
import { readThemeCounts, type ThemeCounts, themesCounted } from '../layout/theme-counts.ts';
import type { Cut } from '../view/cut.ts';
import type { Steps } from '../view/turns.ts';
import type { AuditLog } from './audit-report.ts';

/** Compares where all sessions stand in their queues, and the counts of their themes, with those of a fresh fold. */
export function* compareQueue(live: Cut, fresh: Cut, log: AuditLog): Steps<void> {
  for (const part of yield* partsOf(live, fresh)) {
    const found = live.queueKeys(part);
    for (const { key, isMissing } of yield* differences(found, fresh.queueKeys(part)))
      log.add({
        code: 'INDEX_DIFFERS',
        place: `queue/${nameOfQueueKey(key)}`,
        reason: isMissing ? 'the index has no row, the log does' : 'the index has a row that the log does not explain',
        ...positionOf(isMissing ? fresh : live, key),
      });
  }
  yield* compareHidden(live, log);
  compareCounts(live, fresh, log);
}

/** Prefixes of all parts of the table that either side has rows of. */
function* partsOf(...sides: readonly Cut[]): Steps<ReadonlySet<QueueKey>> {
  const parts = new Set<QueueKey>();
  for (const { snapshot } of sides) {
    for (const { key } of snapshot.range('queue')) {
      parts.add(queuePartOf(queueKeyOf(key)));
      yield;
    }
  }
  return parts;
}

/** Rows that newer records hide for now, but which no checkpoint will take away. */
function* compareHidden(cut: Cut, log: AuditLog): Steps<void> {
  if (cut.view.entries.size === 0) return;
  for (const row of cut.snapshot.range('queue')) {
    yield;
    const key = queueKeyOf(row.key);
    const stateKey = sessionKey(sessionOfQueueKey(key));
    if (!cut.view.entries.has(stateKey)) continue;
    const bytes = cut.snapshot.get('states', textKey(stateKey));
    const state = bytes && decodeStateRow(stateKey, bytes).state;
    const session = sessionIn(state);
    if (session && queueKeysOf(sessionOfQueueKey(key), session).includes(key)) continue;
    log.add({
      code: 'INDEX_DIFFERS',
      place: `queue/${nameOfQueueKey(key)}`,
      reason: 'the index has a row that its state does not explain',
      position: state?.position ?? 0,
    });
  }
}

function positionOf(cut: Cut, key: QueueKey): { readonly position?: number } {
  const entry = cut.entry(sessionKey(sessionOfQueueKey(key)));
  return entry ? { position: entry.state.position } : {};
}

interface Difference {
  readonly key: QueueKey;
  readonly isMissing: boolean;
}

/** Returns what only one of two rising lists has. */
function* differences(found: Iterable<QueueKey>, expected: Iterable<QueueKey>): Steps<readonly Difference[]> {
  const different: Difference[] = [];
  const others = expected[Symbol.iterator]();
  let other = others.next();
  for (const key of found) {
    yield;
    for (; !other.done && other.value < key; other = others.next())
      different.push({ key: other.value, isMissing: true });
    if (!other.done && other.value === key) other = others.next();
    else different.push({ key, isMissing: false });
  }
  for (; !other.done; other = others.next()) {
    yield;
    different.push({ key: other.value, isMissing: true });
  }
  return different;
}

function compareCounts(live: Cut, fresh: Cut, log: AuditLog): void {
  for (const theme of new Set([...themesCounted(fresh.snapshot), ...themesCounted(live.snapshot)])) {
    const found = readThemeCounts(live.snapshot, theme);
    for (const [name, expected] of Object.entries(readThemeCounts(fresh.snapshot, theme))) {
      const own = found[name as keyof ThemeCounts];
      if (jsonEquals(own as unknown as JsonValue, expected as JsonValue)) continue;
      log.add({
        code: 'COUNT_WRONG',
        place: `meta/theme/${theme}`,
        reason: `the row counts ${JSON.stringify(own)} ${name}, the log gives ${JSON.stringify(expected)}`,
      });
    }
  }
}
