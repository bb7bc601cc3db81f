// A writer that works until it is killed. Tells every receipt on stdout as soon as it has it: `id position outcome`.

import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { limits, openEnvironment } from '../../dist/test/library.mjs';
import { Random } from './random.mjs';

const { dir, name, seed, bound, sliceRows, rebuilds, journal } = JSON.parse(process.argv[2]);
// Small slices, so that a checkpoint of a few rows is many commits, between any two of which it may be killed.
if (sliceRows !== undefined) Object.assign(limits, { sliceRows });
const random = new Random(seed);
/** Receipts of this process, to compensate, to release and to ask for again. */
const known = [];
let count = 0;

// Loaded, but not begun: the parent says when, so that loading is not what it kills.
writeSync(1, 'loaded\n');
await new Promise((go) => process.stdin.once('data', go));
let env = await open();
for (;;) await step();

function open() {
  return openEnvironment(dir, { create: true, journal, ...(bound !== undefined && { checkpointRecords: bound }) });
}

async function step() {
  const chance = random.next();
  if (chance < 0.4) await submitOne();
  else if (chance < 0.6) await Promise.all(Array.from({ length: 1 + random.below(16) }, submitOne));
  else if (chance < 0.78) await submitMany(1 + random.below(50), false);
  else if (chance < 0.86) await submitMany(2 + random.below(6), true);
  else if (chance < 0.92) await compensate();
  else if (chance < 0.97) await ask();
  else if (rebuilds && chance < 0.98) await env.rebuild();
  else {
    await env.close();
    env = await open();
  }
}

async function submitOne() {
  const request = makeRequest(makeId());
  told(request, await env.submit(request));
}

async function submitMany(size, atomic) {
  const unit = makeId();
  const requests = Array.from({ length: size }, (_, i) => makeRequest(atomic ? `${unit}/${i}of${size}` : makeId()));
  const answers = await env.submitChecked(
    requests.map((request) => env.check(request)),
    { atomic },
  );
  // A refused atomic unit is not in the log: its answers are no receipts.
  answers.forEach(({ receipt }, i) => {
    if (receipt.position > 0) told(requests[i], receipt);
  });
}

async function compensate() {
  const { receipt } = random.pick(known) ?? {};
  if (receipt?.outcome !== 'committed') return;
  told(undefined, await env.compensate(receipt.position, { id: makeId() }));
}

/** The same request again gives the same receipt. */
async function ask() {
  const { request, receipt } = random.pick(known.filter((item) => item.request)) ?? {};
  if (!request) return;
  const again = await env.submit(request);
  if (!isDeepStrictEqual(again, { ...receipt, duplicate: true })) throw new Error(`another receipt for ${request.id}`);
}

function told(request, receipt) {
  known.push({ request, receipt });
  writeSync(1, `${receipt.id} ${receipt.position} ${receipt.outcome}\n`);
}

function makeId() {
  count += 1;
  return random.next() < 0.5 ? randomUUID() : `${name}-${count}`;
}

function makeRequest(id) {
  const type = random.pick(['order', 'account', 'note', 'stock']);
  const changes = Array.from({ length: 1 + random.below(3) }, makeChange);
  return { id, type, actor: name, payload: { n: count }, changes };
}

function makeChange() {
  const chance = random.next();
  const cold = `cold/${random.below(300)}`;
  if (chance < 0.25) return { op: 'add', key: `hot/${random.below(2)}`, value: 1 + random.below(5) };
  if (chance < 0.4) return { op: 'set', key: cold, value: { text: 'x'.repeat(random.below(60)), n: count } };
  if (chance < 0.55) return { op: 'merge', key: cold, value: { [`f${random.below(5)}`]: random.pick([1, null, 'é']) } };
  if (chance < 0.62) return { op: 'append', key: `list/${random.below(20)}`, value: [count] };
  if (chance < 0.7) return { op: 'delete', key: random.pick([cold, `list/${random.below(20)}`]) };
  return makeClaim(`claim/${random.below(60)}`);
}

function makeClaim(key) {
  const owner = random.pick(known)?.receipt.id ?? 'nobody';
  const chance = random.next();
  if (chance < 0.4) return { op: 'claim', key, value: { by: name } };
  if (chance < 0.6) return { op: 'claim', key, value: { by: name }, pending: 0.05 };
  return { op: random.pick(['release', 'release', 'confirm']), key, owner };
}
