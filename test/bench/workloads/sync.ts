import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openEnvironment } from '../../../src/engine.ts';
import type { Environment } from '../../../src/environment/environment.ts';
import { verifyDump } from '../../../src/index.ts';
import { dumpSchemaText, EntryEncoder, entryDecoder } from '../../../src/layout/dump-entry.ts';
import type { DumpEntry } from '../../../src/layout/dump-schema.ts';
import { DumpReader } from '../../../src/sync/format/dump-reader.ts';
import { register } from '../inputs.ts';
import { check, type Figures, type Finding, type Run, type Workload } from '../measure.ts';
import { toRequestInput } from '../requests.ts';
import { Stopwatch } from '../timing.ts';

const group = 1_000;

/** Dumps out of an environment and into others, beside what encoding alone takes. */
export const sync: Workload = {
  name: 'sync',
  what: 'a dump exported, verified, mirrored and submitted again, beside avsc and JSON alone and a bulk submit',
  count: { full: 200_000, quick: 20_000 },
  prepare,
  sides: { exported, verified, mirrored, submitted, bulk, avsc, json },
  conclude,
};

async function prepare({ dir, count }: Run): Promise<void> {
  const env = await openEnvironment(join(dir, 'env'), { create: true });
  await load(env, count);
  const out = createWriteStream(join(dir, 'dump.avro'));
  for await (const piece of env.sync.export({ codec: 'null' })) out.write(piece);
  out.end();
  await once(out, 'close');
  await env.close();
}

async function load(env: Environment, count: number): Promise<void> {
  for (let from = 0; from < count; from += group) {
    const requests = Array.from({ length: group }, (_, i) => env.check(toRequestInput(register(from + i)), 300));
    for (const answer of await env.submitChecked(requests)) if ('error' in answer) throw answer.error;
  }
}

const dumpOf = (dir: string) => createReadStream(join(dir, 'dump.avro'), { highWaterMark: 1024 * 1024 });
const megabytesOf = (dir: string) => statSync(join(dir, 'dump.avro')).size / 1e6;

async function exported({ dir, count }: Run): Promise<Figures> {
  const env = await openEnvironment(join(dir, 'env'), { readOnly: true });
  const watch = new Stopwatch();
  let bytes = 0;
  await watch.time(async () => {
    for await (const piece of env.sync.export({ codec: 'null' })) bytes += piece.length;
  });
  await env.close();
  return { ...watch.figures(count), megabytesPerSecond: (bytes / 1e6 / watch.ms) * 1_000 };
}

async function verified({ dir, count }: Run): Promise<Figures> {
  const watch = new Stopwatch();
  const summary = await watch.time(() => verifyDump(dumpOf(dir)));
  check('whole', summary.end.complete, true);
  return { ...watch.figures(count), megabytesPerSecond: (megabytesOf(dir) / watch.ms) * 1_000 };
}

function mirrored(run: Run): Promise<Figures> {
  return imported(run, 'mirror');
}

function submitted(run: Run): Promise<Figures> {
  return imported(run, 'submit');
}

async function imported({ dir, count }: Run, mode: 'mirror' | 'submit'): Promise<Figures> {
  return inNew(dir, async (env) => {
    const watch = new Stopwatch();
    const report = await watch.time(() => env.sync.import(dumpOf(dir), { mode }));
    check('applied', report.applied, count);
    return { ...watch.figures(count), megabytesPerSecond: (megabytesOf(dir) / watch.ms) * 1_000 };
  });
}

async function bulk({ dir, count }: Run): Promise<Figures> {
  return inNew(dir, async (env) => {
    const watch = new Stopwatch();
    await watch.time(() => load(env, count));
    return watch.figures(count);
  });
}

async function inNew(dir: string, work: (env: Environment) => Promise<Figures>): Promise<Figures> {
  const own = mkdtempSync(join(dir, 'run-'));
  const env = await openEnvironment(join(own, 'env'), { create: true });
  const figures = await work(env);
  await env.close();
  rmSync(own, { recursive: true });
  return figures;
}

/** All entries, in blocks as the dump has them. */
async function entriesOf(dir: string): Promise<readonly (readonly DumpEntry[])[]> {
  const blocks: (readonly DumpEntry[])[] = [];
  for await (const { entries } of (await new DumpReader(dumpOf(dir)).open()).blocks) blocks.push(entries);
  return blocks;
}

async function avsc({ dir, count }: Run): Promise<Figures> {
  const blocks = await entriesOf(dir);
  const encoder = new EntryEncoder();
  const decode = entryDecoder(dumpSchemaText);
  const [encoding, decoding] = [new Stopwatch(), new Stopwatch()];
  for (const entries of blocks) {
    encoder.cut(0);
    await encoding.time(() => {
      for (const entry of entries) encoder.add(entry);
    });
    await decoding.time(() => decode(encoder.bytes, entries.length));
  }
  return rates(count, encoding, decoding);
}

async function json({ dir, count }: Run): Promise<Figures> {
  const blocks = await entriesOf(dir);
  const [encoding, decoding] = [new Stopwatch(), new Stopwatch()];
  for (const entries of blocks) {
    const texts = await encoding.time(() => entries.map((entry) => JSON.stringify(entry)));
    await decoding.time(() => texts.map((text) => JSON.parse(text)));
  }
  return rates(count, encoding, decoding);
}

function rates(count: number, encoding: Stopwatch, decoding: Stopwatch): Figures {
  return {
    encodedPerSecond: encoding.figures(count).perSecond,
    decodedPerSecond: decoding.figures(count).perSecond,
  };
}

function conclude(medians: Readonly<Record<string, Figures>>): readonly Finding[] {
  const { exported = {}, verified = {}, mirrored = {}, submitted = {}, bulk = {}, avsc = {}, json = {} } = medians;
  const per = (figures: Figures, name = 'perSecond') => Math.round(figures[name] ?? 0);
  const ratio = (what: string, [a, b]: readonly [number, number], atLeast?: number): Finding => ({
    ...{ what, value: a / b, unit: '', detail: `${a}/s to ${b}/s` },
    ...(atLeast !== undefined && { target: { atLeast } }),
  });
  return [
    ratio('export to encoding with avsc alone', [per(exported), per(avsc, 'encodedPerSecond')], 0.7),
    ratio('encoding with avsc to JSON.stringify', [per(avsc, 'encodedPerSecond'), per(json, 'encodedPerSecond')]),
    ratio('decoding with avsc to JSON.parse', [per(avsc, 'decodedPerSecond'), per(json, 'decodedPerSecond')]),
    ratio('mirror import to durable bulk submit', [per(mirrored), per(bulk)], 2),
    ratio('submit import to durable bulk submit', [per(submitted), per(bulk)]),
    {
      ...{ what: 'verify, MB of the file in a second', value: per(verified, 'megabytesPerSecond'), unit: 'MB' },
      target: { atLeast: 300 },
    },
  ];
}
