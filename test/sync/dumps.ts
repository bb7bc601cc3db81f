import { openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import type { ExportOptions, ImportOptions, ImportReport } from '../../src/index.ts';
import type { DumpEntry } from '../../src/layout/dump-schema.ts';
import { DumpReader, type DumpReaderOptions } from '../../src/sync/format/dump-reader.ts';

/** An environment in memory. */
export function openEmpty(): Promise<Environment> {
  return openEnvironment(':memory:', { create: true });
}

/** The whole dump of an environment. */
export async function dumpOf(env: Environment, options: ExportOptions = {}): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of env.sync.export(options)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Bytes as a stream, in pieces of a size that fits nothing. */
export async function* streamOf(bytes: Buffer, pieceBytes = 4093): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** Takes a dump over. */
export function take(env: Environment, dump: Buffer, options: ImportOptions = {}): Promise<ImportReport> {
  return env.sync.import(streamOf(dump), options);
}

/** All entries of a dump, its frame aside. */
export async function entriesOf(dump: Buffer, options: DumpReaderOptions = {}): Promise<readonly DumpEntry[]> {
  const { blocks } = await new DumpReader(streamOf(dump, 64 * 1024), options).open();
  const all: DumpEntry[] = [];
  for await (const { entries } of blocks) all.push(...entries);
  return all;
}

/** Submits twice so many requests: committed and rejected, with payloads of up to 40 characters, or of so many more. */
export async function fill(env: Environment, count: number, prefix = 'r', more = 0): Promise<void> {
  for (let i = 0; i < count; i++) {
    await env.submit({
      id: `${prefix}-${i}`,
      type: `type.${i % 3}`,
      ...(i % 2 === 0 && { actor: 'web', payload: { i, text: `"ä\u2028${'x'.repeat(more + (i % 40))}` } }),
      changes: [
        { op: 'claim', key: `owned/${i % 17}`, value: { by: i } },
        { op: 'add', key: `sum/${i % 5}`, value: i },
      ],
    });
    await env.submit({
      id: `${prefix}-s-${i}`,
      type: 'set',
      changes: [{ op: 'set', key: `doc/${i % 9}`, value: { i } }],
    });
  }
}

/** The digest and counts of an environment's head. */
export async function headOf(env: Environment) {
  const { digest, position, counts } = await env.head();
  return { digest, position, counts };
}
