import type { StoredRecord, TransactionReport } from '../../../src/index.ts';

/** A record as the log gives it; `more` replaces fields. */
export function sampleRecord(more: Partial<StoredRecord> = {}): StoredRecord {
  return {
    position: 7,
    id: 'r-1',
    type: 'customer.create',
    time: Date.UTC(2026, 1, 3, 10),
    outcome: 'committed',
    decided: false,
    actor: 'web',
    payload: { name: 'Ann' },
    changes: [
      { op: 'claim', key: 'email/ann', value: 'c-1' },
      { op: 'add', key: 'customers', value: 1 },
    ],
    expect: [],
    rejection: undefined,
    compensates: undefined,
    digest: new Uint8Array(32),
    ...more,
  };
}

/** A report of a record in which every key had and has a value. */
export function sampleReport(record: StoredRecord, more: Partial<TransactionReport> = {}): TransactionReport {
  const keys = [...new Set(record.changes.map(({ key }) => key))].map((key) => ({
    key,
    before: { key, kind: 'shared' as const, value: 1, version: 1, position: 2, applied: 1 },
    after: { key, kind: 'shared' as const, value: 2, version: 2, position: record.position, applied: 2 },
    previous: { id: 'r-0', position: 2 },
  }));
  return { record, keys, sessions: [], ...more };
}
