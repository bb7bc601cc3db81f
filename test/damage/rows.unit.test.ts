// Goal: a row that is not what was written is told as damage (STORAGE_CORRUPT), or not noticed; it is never a bug, and holds
// nobody up. Method: rows of every table are flipped, cut, exchanged and lost at random but by a seed, in memory; then
// everything that reads is called. TXLOG_SEED plays another series.
import { expect, it } from 'vitest';
import type { App } from '../../src/core/app/app.ts';
import type { Environment } from '../../src/environment/environment.ts';
import type { TableName } from '../../src/ports/storage.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { Random } from '../crash/random.mjs';
import { runs } from '../kit/length.ts';
import { openOn } from '../sim/open-env.ts';
import { dumpOf, streamOf } from '../sync/dumps.ts';

const seed = Number(process.env.TXLOG_SEED ?? 1);
const trials = Math.ceil(320 * runs);
/** Seeds and trials that once found a bug. */
const found = [
  [1, 99],
  [1, 119],
  [77, 237],
  [77, 589],
  [77, 710],
] as const;

const app: App = {
  sagas: {
    trip: {
      steps: [
        { name: 'book', do: { run: () => 1 } },
        { name: 'pay', do: { run: () => 2 } },
      ],
    },
  },
  processes: { follow: { on: { types: ['odd'] }, decide: () => [] } },
};

/** An environment with something of everything. */
async function filled(files: MemoryFiles): Promise<Environment> {
  const env = await openOn(openMemoryStorage(files), { app, bound: 5 });
  for (let i = 0; i < 60; i++) {
    await env.submit({
      id: `r-${i}`,
      type: i % 2 ? 'odd' : 'even',
      ...(i % 5 === 0 && { payload: { i }, actor: 'web', correlation: 'r-0' }),
      changes: [
        { op: 'set', key: `k/${i % 7}`, value: { i } },
        { op: 'append', key: 'list', value: [i] },
        { op: 'claim', key: `d/${i % 11}`, value: i, ...(i % 3 === 0 && { pending: 60 }) },
      ].slice(i % 4 === 0 ? 0 : 1) as never,
    });
  }
  for (let i = 0; i < 6; i++) await env.sessions.create('mail', { i }, { id: `s-${i}`, order: `o-${i % 2}` });
  await env.sessions.append('s-0', { more: true });
  await env.sessions.park('s-1', 'broken');
  await env.enqueue({ id: 'q-1', type: 'queued', changes: [{ op: 'add', key: 'n', value: 1 }] });
  for (const id of ['t-1', 't-2']) await env.sagas.start('trip', null, { id });
  await env.compensate('r-3');
  await env.saveCursor('reader', { position: 5, details: {} });
  await env.head();
  return env;
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

/** Everything that reads, and some of what writes. */
const calls: Readonly<Record<string, (env: Environment, dump: Buffer) => Promise<unknown>>> = {
  get: async (env) => {
    for (const key of ['k/1', 'list', 'd/3', 'n']) await env.get(key);
  },
  'get as of': (env) => env.get('list', { asOf: 30 }),
  states: (env) => drain(env.states()),
  records: (env) => drain(env.records()),
  'records of a type': (env) => drain(env.records({ types: ['odd'] }, { reverse: true })),
  'records of a key': (env) => drain(env.records({ key: 'k/1' })),
  find: (env) => env.find('r-7'),
  count: (env) => env.countBy(['type']),
  applied: (env) => env.applied('list'),
  history: (env) => drain(env.history('k/1')),
  inspect: (env) => env.inspect('r-3'),
  linked: (env) => env.linked('r-0'),
  sessions: (env) => drain(env.sessions.list()),
  'a session': (env) => env.sessions.data('s-0'),
  'its history': (env) => drain(env.sessions.history('s-0')),
  stuck: (env) => env.sessions.stuck({ now: 1_800_000_000_000 }),
  queues: (env) => env.sessions.queues(),
  themes: (env) => env.sessions.themes(),
  sagas: (env) => drain(env.sagas.list()),
  'a saga': (env) => env.sagas.get('t-1'),
  overview: (env) => env.monitor.overview(),
  waiting: (env) => env.monitor.waiting('s-0'),
  types: (env) => env.monitor.types(),
  cursor: (env) => env.cursor('reader'),
  status: (env) => env.status(),
  'sync status': (env) => env.sync.status(),
  export: (env) => dumpOf(env, { states: true }),
  diff: (env, dump) => env.sync.diffDump(streamOf(dump)),
  plan: (env) => env.planCompensation(['r-8', 'r-20']),
  verify: (env) => env.verify(),
  'rescan --verify': (env) => env.rescanVerify(),
  lead: (env) => env.sessions.lead({ theme: 'mail' }, 'op', 30),
  'create session': (env) => env.sessions.create('mail', 1, { id: 'new', order: 'o-1' }),
  submit: (env) => env.submit({ id: 'new', type: 'odd', changes: [{ op: 'append', key: 'list', value: [1] }] }),
  close: (env) => env.close(),
};

const tables: readonly TableName[] = [
  ...(['meta', 'log', 'schemas', 'types', 'requests', 'states', 'states'] as const),
  ...(['applied', 'postings', 'compensations', 'cursors', 'queue'] as const),
];

/** Copies an environment, and damages one row of the copy; what was done. */
function damaged(origin: MemoryFiles, random: Random): { readonly files: MemoryFiles; readonly what: string } {
  const files = new MemoryFiles();
  for (const [name, { rows }] of origin.tables)
    for (const [key, value] of rows) files.tables.get(name)?.rows.set(key, value);
  const table = random.pick(tables);
  const rows = files.tables.get(table)?.rows ?? new Map<string, Uint8Array>();
  const key = random.pick([...rows.keys()]);
  if (key === undefined) return { files, what: `nothing in ${table}` };
  const value = Uint8Array.from(rows.get(key) ?? []);
  const how = random.pick(['flip', 'flip', 'cut', 'zero', 'other', 'lose', 'empty']);
  if (how === 'flip') {
    const at = random.below(value.length);
    value[at] = (value[at] ?? 0) ^ (1 << random.below(8));
  }
  if (how === 'zero') value.fill(0, random.below(value.length));
  if (how === 'lose') rows.delete(key);
  else if (how === 'cut') rows.set(key, value.subarray(0, random.below(value.length)));
  else if (how === 'other') rows.set(key, rows.get(random.pick([...rows.keys()])) ?? value);
  else rows.set(key, how === 'empty' ? new Uint8Array() : value);
  return { files, what: `${how} of ${JSON.stringify(key)} in ${table}` };
}

it('a damaged row is never a bug, whatever reads it', { timeout: 600_000 }, async () => {
  const origin = new MemoryFiles();
  const dump = await dumpOf(await filled(origin), { states: true });
  const bugs: string[] = [];
  const all = [...found, ...Array.from({ length: trials }, (_, trial) => [seed, trial] as const)];
  for (const [series, trial] of all) {
    const { files, what } = damaged(origin, new Random(series + trial * 7_919));
    const told = (name: string) => (error: Error) => {
      if (error.name !== 'TxlogError') bugs.push(`${series}.${trial}, ${what}: ${name}: ${error.stack?.slice(0, 400)}`);
    };
    const env = await openOn(openMemoryStorage(files), { app, bound: 5 }).catch(told('open'));
    if (env) for (const [name, call] of Object.entries(calls)) await call(env, dump).catch(told(name));
  }
  expect(bugs).toEqual([]);
});
