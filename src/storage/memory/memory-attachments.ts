import { limits } from '../../core/base/limits.ts';
import type { Attachment } from '../../core/log/attachment.ts';
import type { AttachmentPart, AttachmentStore, ByteRange } from '../../ports/attachment-store.ts';
import type { Clock } from '../../ports/clock.ts';

interface Kept {
  readonly bytes: Buffer;
  time: number;
}

/** Attachments of an environment in memory: gone with its process. */
export function memoryAttachments(clock: Pick<Clock, 'now'>): AttachmentStore {
  return new MemoryAttachments(clock);
}

class MemoryAttachments implements AttachmentStore {
  private readonly kept = new Map<string, Kept>();
  private readonly parts = new Map<string, Buffer[]>();
  private readonly clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.clock = clock;
  }

  has(digest: string): boolean {
    const found = this.kept.get(digest);
    if (found) found.time = this.clock.now();
    return found !== undefined;
  }

  find(digest: string): Attachment | undefined {
    const found = this.kept.get(digest);
    return found && { digest, bytes: found.bytes.length, time: found.time };
  }

  async *read(digest: string, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
    const found = this.kept.get(digest);
    for (let at = start; found && at < end; at += limits.attachmentPieceBytes)
      yield found.bytes.subarray(at, Math.min(end, at + limits.attachmentPieceBytes));
  }

  async *list(): AsyncGenerator<Attachment> {
    for (const [digest, { bytes, time }] of [...this.kept].sort()) yield { digest, bytes: bytes.length, time };
  }

  partBytes(name: string): number {
    return (this.parts.get(name) ?? []).reduce((sum, { length }) => sum + length, 0);
  }

  async begin(name: string | undefined): Promise<AttachmentPart> {
    const pieces = (name === undefined ? undefined : this.parts.get(name)) ?? [];
    if (name !== undefined) this.parts.delete(name);
    const { kept, parts, clock } = this;
    return {
      get bytes() {
        return pieces.reduce((sum, { length }) => sum + length, 0);
      },
      async *read() {
        yield* [...pieces];
      },
      async write(bytes) {
        pieces.push(Buffer.from(bytes));
      },
      async cut(bytes) {
        const first = Buffer.concat(pieces).subarray(0, bytes);
        pieces.splice(0, pieces.length, first);
      },
      async finish(digest) {
        const isNew = !kept.has(digest);
        kept.set(digest, { bytes: Buffer.concat(pieces), time: clock.now() });
        return isNew;
      },
      async close(isKept) {
        if (isKept && name !== undefined) parts.set(name, pieces);
      },
    };
  }

  async remove(digest: string, unusedSince: number): Promise<boolean> {
    const found = this.kept.get(digest);
    return found !== undefined && found.time < unusedSince && this.kept.delete(digest);
  }

  async removeParts(_unusedSince: number, dryRun: boolean): Promise<number> {
    const bytes = [...this.parts.keys()].reduce((sum, name) => sum + this.partBytes(name), 0);
    if (!dryRun) this.parts.clear();
    return bytes;
  }
}
