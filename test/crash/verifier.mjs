// Proves what a fresh process finds in an environment whose writers were killed. Ends with code 1 and the first flaw.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { openEnvironment } from '../../dist/test/library.mjs';
import { TinyFold } from './tiny-fold.mjs';

const [dir, acknowledged, mode] = process.argv.slice(2);
// Closing a writable environment writes its indexes: what it finds before and after must be the same.
const env = await openEnvironment(dir, { readOnly: mode === 'read-only' });
const records = [];
for await (const record of env.records()) records.push(record);

const fold = new TinyFold();
const byId = new Map();
for (const record of records) {
  fold.apply(record);
  assert(!byId.has(record.id), `id ${record.id} stands twice in the log`);
  byId.set(record.id, record);
}
checkPositions();
checkChain();
checkAcknowledged();
checkAtomicUnits();
await checkStates();
await checkCounts();
await checkIndexes();
await checkAudit();
await env.close();
console.log(JSON.stringify({ records: records.length, keys: fold.states.size }));

function checkPositions() {
  records.forEach((record, i) => {
    assert.equal(record.position, i + 1, 'positions have no gap');
    assert(i === 0 || record.time >= records[i - 1].time, `time goes back at ${record.position}`);
  });
}

/** The raw bytes of the log: header, body and checksum, each with the digest over the one before. */
function checkChain() {
  let digest = Buffer.alloc(32);
  let count = 0;
  for (const { key, value } of rawLog()) {
    assert.equal(Number(key.readBigUInt64BE()), ++count);
    const end = value.length - 32;
    assert.equal(value.readUInt32BE(0), crc32(value.subarray(4, end)), `checksum of ${count}`);
    digest = createHash('sha256').update(digest).update(value.subarray(0, end)).digest();
    assert(digest.equals(value.subarray(end)), `digest of ${count}`);
    assert(digest.equals(records[count - 1].digest), `digest of ${count} as read`);
  }
  assert.equal(count, records.length);
}

/** Rows as they lie in the files: in the tables, or in the tables and the journal before them. */
function rawLog() {
  const { format, generation, storage } = env.handle;
  if (format.format > 1)
    return storage.read((snapshot) =>
      [...snapshot.range('log')].map(({ key, value }) => ({ key: Buffer.from(key), value: Buffer.from(value) })),
    );
  const { open } = createRequire(import.meta.url)('lmdb');
  const root = open({ path: join(dir, `g${generation}`), readOnly: true, encoding: 'binary', keyEncoding: 'binary' });
  return root.openDB({ name: 'log', encoding: 'binary', keyEncoding: 'binary' }).getRange();
}

function checkAcknowledged() {
  for (const line of readFileSync(acknowledged, 'utf8').split('\n')) {
    if (line === '') continue;
    const [id, position, outcome] = line.split(' ');
    const record = byId.get(id);
    assert(record, `acknowledged ${id} is lost`);
    assert.deepEqual([String(record.position), record.outcome], [position, outcome], `receipt of ${id}`);
  }
}

function checkAtomicUnits() {
  const units = new Map();
  for (const { id, outcome } of records) {
    const [, unit, size] = /^(.*)\/\d+of(\d+)$/.exec(id) ?? [];
    if (unit === undefined) continue;
    assert.equal(outcome, 'committed', `${id} of an atomic unit`);
    units.set(unit, { size: Number(size), found: (units.get(unit)?.found ?? 0) + 1 });
  }
  for (const [unit, { size, found }] of units) assert.equal(found, size, `unit ${unit} is there in part`);
}

async function checkStates() {
  for (const [key, expected] of fold.states) {
    const state = await env.get(key);
    assert.equal(state !== undefined, expected.exists, `whether ${key} exists`);
    if (state) {
      assert.deepEqual(state.value, expected.value, `value of ${key}`);
      assert.equal(state.version, expected.applied.length, `version of ${key}`);
      assert.equal(state.position, expected.applied.at(-1), `position of ${key}`);
      assert.equal(state.owner?.position, expected.owner, `owner of ${key}`);
    }
    const applied = await env.applied(key, { limit: 1_000_000 });
    assert.deepEqual(
      applied.map(({ position }) => position),
      expected.applied,
      `applied list of ${key}`,
    );
  }
  const listed = [];
  for await (const { key } of env.states()) listed.push(key);
  assert.deepEqual(listed, [...fold.existing('shared'), ...fold.existing('dedicated')].sort());
}

async function checkCounts() {
  const head = await env.head();
  assert.equal(head.position, records.length);
  assert.equal(head.counts.committed, fold.committed);
  assert.equal(head.counts.rejected, fold.rejected);
  assert.equal(head.counts.shared, fold.existing('shared').length);
  assert.equal(head.counts.dedicated, fold.existing('dedicated').length);
  assert.equal(head.counts.keys, fold.states.size);
}

async function checkIndexes() {
  for (const type of new Set(records.map((record) => record.type)))
    await checkFilter({ types: [type] }, (record) => record.type === type);
  for (const outcome of ['committed', 'rejected'])
    await checkFilter({ outcome }, (record) => record.outcome === outcome);
  const keys = new Map();
  for (const record of records) {
    const named = new Set(record.changes.map(({ key }) => key));
    if (record.rejection?.key !== undefined) named.add(record.rejection.key);
    for (const key of named) keys.set(key, [...(keys.get(key) ?? []), record.position]);
  }
  // A sample of the keys each time: reading a short log for each of hundreds of keys would take longer than the kills.
  const step = Math.ceil(keys.size / 25);
  for (const [key, positions] of [...keys].filter((_, i) => i % step === records.length % step)) {
    const found = [];
    for await (const record of env.records({ key })) found.push(record.position);
    assert.deepEqual(found, positions, `records of key ${key}`);
  }
}

async function checkFilter(filter, passes) {
  const expected = records.filter(passes).map(({ position }) => position);
  const found = [];
  for await (const record of env.records(filter)) found.push(record.position);
  assert.deepEqual(found, expected, `records of ${JSON.stringify(filter)}`);
  assert.equal(await env.count(filter), expected.length, `count of ${JSON.stringify(filter)}`);
}

/** The engine's own audit agrees: it also compares index rows that no reader of a short log looks at. */
async function checkAudit() {
  for (const report of [await env.verify(), await env.rescanVerify()]) {
    assert.deepEqual(report.problems, []);
    assert(report.ok);
  }
}
