import type { LogRecord } from '../../core/log/record.ts';
import type { RanOut } from '../../core/log/request.ts';
import { damagedRow } from '../../layout/damaged-row.ts';
import { keyText, textKey } from '../../layout/keys.ts';
import { decodeSummed, encodeSummed } from '../../layout/summed-json.ts';
import type { Row, Snapshot, WriteTx } from '../../ports/storage.ts';
import type { Cut } from '../../view/cut.ts';

// A request that is decided here has the time of here, where its pending claim is young; so it is the origin's time that
// tells whether it had run out there when a later record was decided. That record may come in a later dump, which tells
// nothing of the claim: the end of each is kept until the origin's records have passed it.

interface OpenClaim extends RanOut {
  /** By the clock of the origin, in ms since 1970. */
  readonly until: number;
}

// Among the cursors; no name of a user's cursor holds a control character.
const prefix = '\u0001open/';

/** The claims that had run out at the origin before each of its next records, each once. Errors: STORAGE_CORRUPT. */
export function findRunOut(cut: Cut, origin: string, records: readonly LogRecord[]): readonly (readonly RanOut[])[] {
  const time = records.at(-1)?.time ?? 0;
  const kept = rowsUntil(cut.snapshot, origin, time).map(({ key, value }) => toOpenClaim(keyText(key), value));
  // Most are confirmed long since.
  const pending = kept.filter(({ key }) => cut.state(key)?.pendingUntil !== undefined);
  const open = [...pending, ...records.flatMap(claimsOf)].sort((a, b) => a.until - b.until);
  let next = 0;
  return records.map((record) => {
    const first = next;
    while ((open[next]?.until ?? Number.POSITIVE_INFINITY) <= record.time) next += 1;
    return open.slice(first, next);
  });
}

/** Keeps the claims of records that were asked for here, and drops those that have run out by `time`, that of the last record. */
export function keepOpenClaims(
  tx: WriteTx,
  origin: string,
  { asked, time }: { readonly asked: readonly LogRecord[]; readonly time: number },
): void {
  for (const { key } of rowsUntil(tx, origin, time)) tx.delete('cursors', key);
  for (const record of asked) {
    for (const [n, { key, owner, until }] of claimsOf(record).entries()) {
      if (until <= time) continue;
      const name = `${nameUntil(origin, until)}/${record.position}/${n}`;
      tx.put('cursors', textKey(name), encodeSummed({ key, owner }));
    }
  }
}

/** The pending claims that a record made at its origin. */
function claimsOf({ id, time, outcome, changes }: LogRecord): readonly OpenClaim[] {
  if (outcome === 'rejected') return [];
  // The last one of several claims of one key holds.
  const ofKeys = new Map(
    changes.flatMap((change) => (change.op === 'claim' ? [[change.key, change.pending] as const] : [])),
  );
  return [...ofKeys].flatMap(([key, pending]) =>
    pending === undefined ? [] : [{ key, owner: id, until: time + Math.round(pending * 1_000) }],
  );
}

function rowsUntil(snapshot: Snapshot, origin: string, time: number): readonly Row[] {
  const bounds = { start: textKey(nameUntil(origin, 0)), end: textKey(nameUntil(origin, time + 1)) };
  return [...snapshot.range('cursors', bounds)];
}

function toOpenClaim(name: string, bytes: Uint8Array): OpenClaim {
  const { key, owner } = decodeSummed('cursors', name, bytes);
  if (typeof key !== 'string' || typeof owner !== 'string') throw damagedRow('cursors', name, 'it names no claim');
  return { key, owner, until: Number(name.split('/').at(-3)) };
}

function nameUntil(origin: string, until: number): string {
  return `${prefix}${origin}/${String(until).padStart(16, '0')}`;
}
