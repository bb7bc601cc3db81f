import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEnvironment } from '../../../src/engine.ts';
import type { Environment } from '../../../src/environment/environment.ts';
import { parseJson } from '../../../src/layout/json-text.ts';
import { type Input, register } from '../inputs.ts';
import { check, type Figures, type Finding, type Run, type Workload } from '../measure.ts';
import { anonymousMegabytes, writtenBytes } from '../process-figures.ts';
import { RawSqlite } from '../raw-sqlite.ts';
import { RawTables } from '../raw-tables.ts';
import { toRequestInput } from '../requests.ts';
import { hasSqlite } from '../sqlite.ts';
import { tableBytes } from '../table-bytes.ts';
import { Stopwatch } from '../timing.ts';
import { verifyRegisters } from '../verify.ts';

const group = 1_000;
const txlog = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** W1c and W8: a bulk load of a file, its memory and its space. */
export const w1c: Workload = {
  name: 'w1c',
  what: 'bulk load of an NDJSON file, from opening it to the last durable commit (and W8: space)',
  count: { full: 200_000, quick: 20_000 },
  prepare: ({ dir, count }) => writeLines(join(dir, 'lines.ndjson'), count),
  sides: {
    engine,
    raw: (run) => raw(run, RawTables),
    ...(hasSqlite && { sqlite: (run: Run) => raw(run, RawSqlite) }),
    cli,
  },
  conclude,
};

async function writeLines(file: string, count: number): Promise<void> {
  const out = createWriteStream(file);
  for (let from = 0; from < count; from += group) {
    const lines = Array.from({ length: group }, (_, i) => `${JSON.stringify(register(from + i))}\n`);
    if (!out.write(lines.join(''))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

async function engine({ dir, count }: Run): Promise<Figures> {
  const own = mkdtempSync(join(dir, 'run-'));
  const env = await openEnvironment(join(own, 'env'), { create: true });
  const watch = new Stopwatch();
  let peakMegabytes = 0;
  await watch.time(async () => {
    let earlier: Promise<unknown> | undefined;
    for await (const lines of readGroups(join(dir, 'lines.ndjson'))) {
      const later = submitLines(env, lines);
      await earlier;
      earlier = later;
      peakMegabytes = Math.max(peakMegabytes, anonymousMegabytes());
    }
    await earlier;
  });
  const closing = new Stopwatch();
  await closing.time(() => env.close());
  const written = writtenBytes();
  const tables = tableBytes(join(own, 'env', 'g1'));
  const again = await openEnvironment(join(own, 'env'), { readOnly: true });
  await verifyRegisters(again, count);
  await again.close();
  const { blocks } = statSync(join(own, 'env', 'g1', 'data.mdb'));
  rmSync(own, { recursive: true });
  return {
    ...watch.figures(count),
    closedPerSecond: (count / (watch.ms + closing.ms)) * 1000,
    peakMegabytes,
    diskBytes: (blocks * 512) / count,
    amplification: written / statSync(join(dir, 'lines.ndjson')).size,
    ...Object.fromEntries(Object.entries(tables).map(([name, bytes]) => [`table ${name}`, bytes / count])),
  };
}

/** Lines as the caller has them are checked like any other input, and each is decided on its own. */
async function submitLines(env: Environment, lines: readonly string[]): Promise<void> {
  const requests = lines.map((line) => env.check(toRequestInput(parseJson(line) as unknown as Input), line.length));
  for (const answer of await env.submitChecked(requests)) if ('error' in answer) throw answer.error;
}

async function* readGroups(file: string): AsyncGenerator<string[]> {
  let rest = '';
  let lines: string[] = [];
  for await (const text of createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
    const parts = (rest + (text as string)).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) lines.push(line);
    for (; lines.length >= group; lines = lines.slice(group)) yield lines.slice(0, group);
  }
  if (lines.length > 0) yield lines;
}

type Floor = Pick<RawTables | RawSqlite, 'submit' | 'count' | 'close'>;

async function raw({ dir, count }: Run, Tables: new (dir: string) => Floor): Promise<Figures> {
  const own = mkdtempSync(join(dir, 'run-'));
  const tables = new Tables(own);
  const watch = new Stopwatch();
  await watch.time(async () => {
    let from = 0;
    for await (const lines of readGroups(join(dir, 'lines.ndjson'))) {
      const inputs = lines.map((line) => JSON.parse(line) as Input);
      tables.submit(inputs, from);
      from += inputs.length;
    }
  });
  check('records', tables.count, count);
  await tables.close();
  rmSync(own, { recursive: true });
  return { ...watch.figures(count), amplification: writtenBytes() / statSync(join(dir, 'lines.ndjson')).size };
}

const mapModule = `export default {
  map: ({ id, key, ts, data }) => ({ id, type: 'customer.register', payload: { ts }, changes: [
    { op: 'claim', key: 'email/' + key }, { op: 'set', key: 'customer/' + key, value: data }] }),
};
`;

async function cli({ dir, count }: Run): Promise<Figures> {
  const own = mkdtempSync(join(dir, 'run-'));
  const env = join(own, 'env');
  writeFileSync(join(own, 'map.mjs'), mapModule);
  await (await openEnvironment(env, { create: true })).close();
  const args = [txlog, 'submit', join(dir, 'lines.ndjson'), '--env', env, '--map', join(own, 'map.mjs'), '--quiet'];
  const watch = new Stopwatch();
  await watch.time(() => check('exit code', spawnSync(process.execPath, args, { stdio: 'ignore' }).status, 0));
  const again = await openEnvironment(env, { readOnly: true });
  await verifyRegisters(again, count);
  await again.close();
  rmSync(own, { recursive: true });
  return { perSecond: watch.figures(count).perSecond };
}

function conclude({ engine = {}, raw = {}, sqlite, cli = {} }: Readonly<Record<string, Figures>>): readonly Finding[] {
  const floor = raw.perSecond ?? 1;
  const tables = Object.entries(engine).filter(([name]) => name.startsWith('table '));
  return [
    {
      what: 'bulk load to raw lmdb in groups of 1,000',
      value: (engine.perSecond ?? 0) / floor,
      unit: '',
      target: { atLeast: 1.5 },
      detail: `engine ${Math.round(engine.perSecond ?? 0)}/s (${engine.cpuMicros?.toFixed(1)} µs CPU), with the close ${Math.round(engine.closedPerSecond ?? 0)}/s; raw ${Math.round(floor)}/s (${raw.cpuMicros?.toFixed(1)} µs CPU)`,
    },
    ...(sqlite ? [toSqlite(engine, sqlite)] : []),
    {
      what: 'bulk load by the command line to raw lmdb',
      value: (cli.perSecond ?? 0) / floor,
      unit: '',
      detail: `${Math.round(cli.perSecond ?? 0)}/s`,
    },
    {
      what: 'peak memory of a bulk load',
      value: engine.peakMegabytes ?? 0,
      unit: 'MB',
      target: { below: 300 },
      detail: 'anonymous memory; pages of the mapped file are the page cache',
    },
    {
      what: 'bytes on disk for a transaction',
      value: engine.diskBytes ?? 0,
      unit: 'bytes',
      detail: tables.map(([name, bytes]) => `${name.slice(6)} ${bytes.toFixed(0)}`).join(', '),
    },
    {
      what: 'bytes written for a byte of input',
      value: engine.amplification ?? 0,
      unit: '',
      detail: `raw ${raw.amplification?.toFixed(2)}`,
    },
  ];
}

function toSqlite({ perSecond: ours = 0 }: Figures, { perSecond: theirs = 1, cpuMicros }: Figures): Finding {
  const detail = `SQLite ${Math.round(theirs)}/s (${cpuMicros?.toFixed(1)} µs CPU)`;
  return { what: 'bulk load to SQLite in groups of 1,000', value: ours / theirs, unit: '', detail };
}

// A check at load, so that a moved file is not found out only after minutes.
readFileSync(txlog);
