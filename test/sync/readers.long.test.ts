// Goal: other Avro implementations read a dump whole, with equal values, and what they write is taken or refused as the
// format says. Method: Debian's C, Python and Java readers, unpacked by readers/install.sh, and avsc's own container
// reader, each on the frozen dumps. Where they cannot be had this fails: nothing is left out in silence.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import avro from 'avsc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DumpEntry } from '../../src/layout/dump-schema.ts';
import { toHex } from '../../src/layout/hex.ts';
import { entriesOf, headOf, openEmpty, take } from './dumps.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scripts = join(root, 'test/sync/readers');
// Beside what else is installed, so that the next run finds it.
const installed = join(root, 'node_modules/.cache/txlog-readers');
const unpacked = join(installed, 'root/usr');
const libraries = join(unpacked, 'lib/x86_64-linux-gnu');
const work = mkdtempSync(join(tmpdir(), 'txlog-readers-'));
const env = { ...process.env, LD_LIBRARY_PATH: libraries, PYTHONPATH: join(unpacked, 'lib/python3/dist-packages') };
const jars = ['avro', 'avro-guava-dependencies', 'jackson-core-asl', 'jackson-mapper-asl', 'paranamer', 'snappy-java']
  .concat(['commons-compress', 'xz', 'slf4j-api', 'slf4j-nop'])
  .map((name) => join(unpacked, 'share/java', `${name}.jar`));
const classes = [...jars, work].join(':');

beforeAll(() => {
  execFileSync(join(scripts, 'install.sh'), [installed], { stdio: ['ignore', 'inherit', 'inherit'] });
  execFileSync('javac', ['-cp', classes, '-d', work, join(scripts, 'Read.java')]);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const file = (codec: string) => join(root, 'fixtures/dumps/format-1', `${codec}.avro`);

function run(command: string, args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(command, args, { env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  // avrocat ends with 0 also after an error in the middle of a file.
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');
const recordsOf = (entries: readonly DumpEntry[]) => entries.flatMap(({ txn }) => (txn ? [txn] : []));

describe.each(['null', 'deflate', 'snappy'])('a dump of codec %s', (codec) => {
  let entries: readonly DumpEntry[];
  beforeAll(async () => {
    entries = await entriesOf(readFileSync(file(codec)));
  });

  it('is read by avrocat', () => {
    const read = lines(run(join(unpacked, 'bin/avrocat'), [file(codec)])).map((line) => JSON.parse(line));
    const inner = read.filter(({ kind }) => !['BEGIN', 'CHECKPOINT', 'END'].includes(kind));
    expect(inner.map(({ kind, position }) => [kind, position])).toEqual(
      entries.map(({ kind, position }) => [kind, position]),
    );
    // A branch of a union stands under its name.
    const txns = inner.flatMap(({ txn }) => (txn ? Object.values<Record<string, unknown>>(txn) : []));
    const theirs = txns.map(({ id, changes, time }) => [id, changes, time]);
    expect(theirs).toEqual(recordsOf(entries).map(({ id, changes, time }) => [id, changes, time]));
    expect(read.at(-1)).toMatchObject({ kind: 'END' });
  });

  it('is read by python3-avro', () => {
    const read = lines(run('/usr/bin/python3', [join(scripts, 'read.py'), file(codec)])).map((line) =>
      JSON.parse(line),
    );
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, hexOfBytes));
    const theirs = read.filter(({ kind }) => !['BEGIN', 'CHECKPOINT', 'END'].includes(kind));
    expect(theirs).toEqual(entries.map(plain));
  });

  it('is read by libavro-java', () => {
    const native = `-Djava.library.path=${libraries}:${libraries}/jni`;
    const options = [native, '-Dorg.xerial.snappy.use.systemlib=true', '-cp', classes, 'Read', file(codec)];
    const read = lines(run('java', options)).map((line) => line.split('\t'));
    const theirs = read.filter((fields) => fields[0] === 'TXN').map(([, , ...fields]) => fields);
    const ours = recordsOf(entries).map(({ id, changes, digest }) => [id, changes, toHex(digest ?? new Uint8Array())]);
    expect(theirs).toEqual(ours);
    expect(read.at(-1)?.[0]).toBe('END');
  });
});

/** A buffer comes here as what its toJSON gave. */
function hexOfBytes(_: string, value: unknown): unknown {
  const { type, data } = Object(value) as { readonly type?: unknown; readonly data?: readonly number[] };
  return type === 'Buffer' && data ? toHex(Buffer.from(data)) : value;
}

it('the container of a dump is one that avsc reads', async () => {
  const read: { kind: string; position: number }[] = [];
  for await (const entry of avro.createFileDecoder(file('deflate'))) read.push(entry as (typeof read)[number]);
  const kinds = new Set(read.map(({ kind }) => kind));
  expect([...kinds]).toEqual(['BEGIN', 'TXN', 'STATE', 'CHECKPOINT', 'END']);
});

it('a dump that avromod packs anew is refused, and taken with --unsealed, when its records still are the log', async () => {
  const packed = join(work, 'packed.avro');
  run(join(unpacked, 'bin/avromod'), ['--codec', 'deflate', file('null'), packed]);
  const dump = readFileSync(packed);
  const [target, other] = [await openEmpty(), await openEmpty()];
  await expect(take(target, dump)).rejects.toMatchObject({ code: 'DUMP_INVALID' });
  expect(await take(target, dump, { unsealed: true })).toMatchObject({ complete: true });
  await take(other, readFileSync(file('null')));
  expect(await headOf(target)).toEqual(await headOf(other));
  await target.close();
  await other.close();
});
