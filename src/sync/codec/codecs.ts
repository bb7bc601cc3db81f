import * as zlib from 'node:zlib';
import { TxlogError } from '../../core/base/errors.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';

/** Names of codecs, as Avro has them. */
export const codecNames = ['null', 'deflate', 'snappy', 'zstandard'] as const;

/** One of them. */
export type CodecName = (typeof codecNames)[number];

/** Packs and unpacks blocks. */
export interface Codec {
  readonly name: CodecName;
  pack(raw: Buffer): Buffer;
  /** Undefined where the bytes are damaged, hold more than one packed block, or unpack to more than `bytesMax`. */
  unpack(packed: Buffer, bytesMax: number): Buffer | undefined;
}

const plain: Codec = {
  name: 'null',
  pack: (raw) => raw,
  unpack: (packed, bytesMax) => (packed.length > bytesMax ? undefined : packed),
};

/** Level 1: five times as fast as level 6, for a tenth more bytes. */
const deflate: Codec = {
  name: 'deflate',
  pack: (raw) => zlib.deflateRawSync(raw, { level: 1 }),
  unpack: (packed, bytesMax) => {
    const inflated = attempt(() =>
      zlib.inflateRawSync(packed, { maxOutputLength: bytesMax, info: true } as zlib.ZlibOptions),
    ) as unknown as { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } } | undefined;
    // Bytes after the end of the stream would not be looked at by anyone.
    return inflated?.engine.bytesWritten === packed.length ? inflated.buffer : undefined;
  },
};

const crcBytes = 4;
const snappy: Codec = {
  name: 'snappy',
  pack: (raw) => {
    const crc = Buffer.alloc(crcBytes);
    crc.writeUInt32BE(zlib.crc32(raw));
    return Buffer.concat([compressSnappy(raw), crc]);
  },
  unpack: (packed, bytesMax) => {
    if (packed.length < crcBytes) return undefined;
    const raw = decompressSnappy(packed.subarray(0, -crcBytes), bytesMax);
    return raw && zlib.crc32(raw) === packed.readUInt32BE(packed.length - crcBytes) ? raw : undefined;
  },
};

/** The part of zlib that Node has from 22.15 on. */
interface Zstd {
  zstdCompressSync?(raw: Buffer): Buffer;
  zstdDecompressSync?(packed: Buffer, options: { readonly maxOutputLength: number }): Buffer;
}

/**
 * A codec by its name.
 *
 * Errors: CODEC_UNAVAILABLE for one that this Node does not have; DUMP_INVALID for one that no dump has.
 */
export function codecOf(name: string): Codec {
  if (name === 'null') return plain;
  if (name === 'deflate') return deflate;
  if (name === 'snappy') return snappy;
  if (name === 'zstandard') return zstandard();
  throw new TxlogError(
    'DUMP_INVALID',
    `codec ${JSON.stringify(name.slice(0, 40))} is none of ${codecNames.join(', ')}`,
  );
}

function zstandard(): Codec {
  const { zstdCompressSync, zstdDecompressSync } = zlib as Zstd;
  if (!zstdCompressSync || !zstdDecompressSync) {
    throw new TxlogError('CODEC_UNAVAILABLE', 'this Node has no zstandard: it needs Node 22.15 or newer', {
      next: ['txlog sync export --codec deflate …'],
    });
  }
  return {
    name: 'zstandard',
    pack: (raw) => zstdCompressSync(raw),
    unpack: (packed, bytesMax) => attempt(() => zstdDecompressSync(packed, { maxOutputLength: bytesMax })),
  };
}

/** A decoder throws at damage, with an error of its own for each way. */
function attempt<T>(unpack: () => T): T | undefined {
  try {
    return unpack();
  } catch {
    return undefined;
  }
}
