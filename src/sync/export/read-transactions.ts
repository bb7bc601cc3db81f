import { present } from '../../core/base/assert.ts';
import type { RecordFilter } from '../../core/log/filter.ts';
import { toTransaction } from '../../layout/dump-record.ts';
import type { TransactionBody } from '../../layout/dump-schema.ts';
import { keyPosition, positionKey } from '../../layout/keys.ts';
import type { Cut } from '../../view/cut.ts';
import type { ViewReader } from '../../view/reader.ts';
import { Scan } from '../../view/scan.ts';

/** A record on its way into a dump. */
export interface Outgoing {
  readonly position: number;
  readonly txn: TransactionBody;
}

/** Records up to a position, and the page that they make. */
interface Page {
  readonly records: readonly Outgoing[];
  /** Where the next page begins; undefined at the end. */
  readonly next: number | undefined;
}

const pageRecords = 1_000;
const pageBytes = 2 * 1024 * 1024;
const visitedMax = 20_000;

/** Pages of the records from `from` to `to` that pass the filter, in log order. Bounded in memory, whatever they are. */
export async function* readTransactions(
  env: ViewReader,
  { from, to, filter }: { readonly from: number; readonly to: number; readonly filter: RecordFilter | undefined },
): AsyncGenerator<readonly Outgoing[]> {
  const scan = filter && new Scan({ ...filter, from, to }, false);
  let at: number | undefined = from;
  while (at !== undefined && at <= to) {
    const start: number = at;
    const page: Page = await env.read((cut) => (scan ? filteredPage(scan, cut, start) : plainPage(cut, start, to)));
    at = page.next;
    if (page.records.length > 0) yield page.records;
  }
}

function plainPage(cut: Cut, from: number, to: number): Page {
  const records: Outgoing[] = [];
  let bytes = 0;
  const range = { start: positionKey(from), end: positionKey(to + 1), limit: pageRecords };
  for (const { key, value } of cut.snapshot.range('log', range)) {
    records.push(outgoing(cut, keyPosition(key), value));
    bytes += value.length;
    if (bytes > pageBytes) break;
  }
  const last = records.at(-1);
  return { records, next: last && last.position + 1 };
}

function filteredPage(scan: Scan, cut: Cut, from: number): Page {
  const bounds = { records: Math.ceil(pageRecords / 4), visited: visitedMax };
  const { records, next } = scan.slice(cut, { at: from, bounds });
  const texts = records.map(({ position }) => {
    const bytes = present(cut.snapshot.get('log', positionKey(position)), 'record');
    return outgoing(cut, position, bytes);
  });
  return { records: texts, next };
}

function outgoing(cut: Cut, position: number, bytes: Uint8Array): Outgoing {
  const texts = cut.typeRegistry.decodeTexts(cut.snapshot, position, bytes);
  return { position, txn: toTransaction(position, cut.typeRegistry.typeName(cut.snapshot, texts.header.type), texts) };
}
