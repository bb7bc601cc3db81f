import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import { dumpSchemaText } from '../../layout/dump-entry.ts';
import type { ByteSource } from './byte-source.ts';
import { dumpFormat, refuseNewer } from './manifest.ts';
import { encodeBytes, encodeLong } from './varint.ts';

const magic = Buffer.from('Obj\u0001');
/** Fields of a header: a dump has four, and Avro's tools add few. */
const pairsMax = 64;
/** Bytes of the marker that follows the header and every block. */
export const syncBytes = 16;

/** The header of a dump, as it was read. */
export interface Header {
  readonly schema: string;
  readonly codec: string;
  /** Undefined in a file that another program wrote anew. */
  readonly format: number | undefined;
  readonly sync: Buffer;
  /** All of it, the marker included: the first seal covers it. */
  readonly bytes: Buffer;
}

/** The header of a new dump. `sync` is random, so that no two dumps share a marker. */
export function encodeHeader(codec: string, manifest: string, sync: Uint8Array): Buffer {
  const metadata: readonly (readonly [string, string])[] = [
    ['avro.schema', dumpSchemaText],
    ['avro.codec', codec],
    ['txlog.format', String(dumpFormat)],
    ['txlog.manifest', manifest],
  ];
  const pairs = metadata.flatMap(([name, value]) => [encodeBytes(name), encodeBytes(value)]);
  return Buffer.concat([magic, encodeLong(metadata.length), ...pairs, encodeLong(0), sync]);
}

/**
 * Reads a header.
 *
 * Errors: DUMP_INVALID for what is no Avro container with a schema, or is over a bound; DUMP_NEWER; DUMP_INCOMPLETE.
 */
export async function readHeader(source: ByteSource): Promise<Header> {
  source.limit(limits.dumpHeaderBytesMax, 'the header');
  source.record();
  if (!(await source.take(magic.length)).equals(magic)) throw invalid('it does not begin as an Avro container');
  const metadata = await readMetadata(source);
  const sync = Buffer.from(await source.take(syncBytes));
  const bytes = source.recorded();
  const schema = metadata.get('avro.schema')?.toString();
  if (schema === undefined) throw invalid('its header has no schema');
  const format = metadata.get('txlog.format')?.toString();
  if (format !== undefined) refuseNewer(Number(format));
  return {
    schema,
    codec: metadata.get('avro.codec')?.toString() ?? 'null',
    format: format === undefined ? undefined : Number(format),
    sync,
    bytes,
  };
}

async function readMetadata(source: ByteSource): Promise<Map<string, Buffer>> {
  const metadata = new Map<string, Buffer>();
  for (;;) {
    let count = await source.long();
    if (count === 0) return metadata;
    // A negative count has the size of its block behind it.
    if (count < 0) {
      await source.long();
      count = -count;
    }
    if (metadata.size + count > pairsMax) throw invalid(`its header has more than ${pairsMax} fields`);
    for (let i = 0; i < count; i++) {
      const name = (await source.take(await source.long())).toString();
      metadata.set(name, Buffer.from(await source.take(await source.long())));
    }
  }
}

function invalid(reason: string): TxlogError {
  return new TxlogError('DUMP_INVALID', `this is not a dump: ${reason}`, { next: ['txlog sync export -O FILE'] });
}
