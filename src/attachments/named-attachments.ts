import { positionKey } from '../layout/keys.ts';
import type { Cut } from '../view/cut.ts';
import type { LongViewReader } from '../view/reader.ts';
import type { Steps } from '../view/turns.ts';
import { queuedBy } from './queued-attachments.ts';

/** A record that names attachments. */
interface Naming {
  readonly position: number;
  readonly isCommitted: boolean;
  readonly attachments: readonly string[];
}

const pageRecords = 2_000;
const recordsShown = 1_000;

/** The records from a position on that name attachments, in log order. */
export async function* recordsWithAttachments(env: LongViewReader, from = 1): AsyncGenerator<Naming> {
  for (let at = from; ; ) {
    const start = at;
    const page = await env.readSteps((cut) => readNamings(cut, start));
    yield* page.namings;
    if (page.records === 0) return;
    at += page.records;
  }
}

function* readNamings(
  cut: Cut,
  from: number,
): Steps<{ readonly records: number; readonly namings: readonly Naming[] }> {
  const namings: Naming[] = [];
  let records = 0;
  for (const row of cut.snapshot.range('log', { start: positionKey(from), limit: pageRecords })) {
    const position = from + records;
    records += 1;
    // Most records have no preconditions at all.
    if (cut.typeRegistry.decodeFolded(cut.snapshot, { position, bytes: row.value }).expects !== false) {
      const record = cut.record(position);
      if (record?.attachments)
        namings.push({ position, isCommitted: record.outcome === 'committed', attachments: record.attachments });
    }
    yield;
  }
  return { records, namings };
}

/** The attachments that records behind a position name, or requests that these put into a queue. */
export function namedSince(cut: Cut, position: number): readonly string[] {
  const named: string[] = [];
  for (let at = position + 1; at <= cut.head.position; at++) {
    const record = cut.record(at);
    if (record) named.push(...(record.attachments ?? []), ...queuedBy(record));
  }
  return named;
}

/** Positions of the records that name an attachment. */
export async function recordsNaming(env: LongViewReader, digest: string): Promise<readonly number[]> {
  const positions: number[] = [];
  for await (const { position, attachments } of recordsWithAttachments(env)) {
    if (attachments.includes(digest)) positions.push(position);
    if (positions.length === recordsShown) break;
  }
  return positions;
}
