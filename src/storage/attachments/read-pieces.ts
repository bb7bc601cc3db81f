import type { FileHandle } from 'node:fs/promises';
import { limits } from '../../core/base/limits.ts';
import type { ByteRange } from '../../ports/attachment-store.ts';

/** The bytes of a range of an open file, up to its end. A piece holds until the next one is asked for. */
export async function* readPieces(handle: FileHandle, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  // One buffer for all: what nobody needs any more would wait for the garbage collector, and be most of the memory.
  const buffer = Buffer.allocUnsafeSlow(Math.min(limits.attachmentPieceBytes, Math.max(1, end - start)));
  for (let at = start; at < end; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - at), at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
