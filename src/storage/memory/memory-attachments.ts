import { TxlogError } from '../../core/base/errors.ts';
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
  private readonly parts = new Map<string, Kept>();
  /** How many hold a part, by its name. */
  private readonly holders = new Map<string, number>();
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
    if (!found) throw new TxlogError('STORAGE_FAILED', `cannot read attachment ${digest}: it is not here`);
    yield* piecesOf(found.bytes.subarray(start, end));
  }

  async *list(): AsyncGenerator<Attachment> {
    for (const [digest, { bytes, time }] of [...this.kept].sort()) yield { digest, bytes: bytes.length, time };
  }

  partBytes(name: string): number {
    return this.parts.get(name)?.bytes.length ?? 0;
  }

  partHolders(name: string): number {
    return this.holders.get(name) ?? 0;
  }

  private hold(name: string | undefined, by: number): void {
    if (name !== undefined) this.holders.set(name, this.partHolders(name) + by);
  }

  async begin(name: string | undefined): Promise<AttachmentPart> {
    const begun = name === undefined ? undefined : this.parts.get(name);
    if (name !== undefined) this.parts.delete(name);
    this.hold(name, 1);
    return new MemoryPart(begun?.bytes, {
      settle: () => this.hold(name, -1),
      publish: (digest, bytes) => {
        const isNew = !this.kept.has(digest);
        this.kept.set(digest, { bytes, time: this.clock.now() });
        return isNew;
      },
      release: (bytes) => {
        // The longer one stays; one without bytes is none.
        if (name !== undefined && bytes.length > this.partBytes(name))
          this.parts.set(name, { bytes, time: this.clock.now() });
      },
    });
  }

  remove(digest: string, unusedSince: number): boolean {
    const found = this.kept.get(digest);
    return found !== undefined && found.time < unusedSince && this.kept.delete(digest);
  }

  async removeParts(unusedSince: number, dryRun: boolean, prefix = ''): Promise<number> {
    const left = [...this.parts].filter(([name, { time }]) => time < unusedSince && name.startsWith(prefix));
    if (!dryRun) for (const [name] of left) this.parts.delete(name);
    return left.reduce((sum, [, { bytes }]) => sum + bytes.length, 0);
  }
}

/** The two ends of a part of which something stays. */
interface PartEnds {
  /** It is held no more. */
  settle(): void;
  publish(digest: string, bytes: Buffer): boolean;
  release(bytes: Buffer): void;
}

class MemoryPart implements AttachmentPart {
  bytes: number;
  private readonly pieces: Buffer[];
  private readonly ends: PartEnds;
  private isSettled = false;

  constructor(begun: Buffer | undefined, ends: PartEnds) {
    this.pieces = begun ? [begun] : [];
    this.bytes = begun?.length ?? 0;
    this.ends = ends;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    yield* piecesOf(Buffer.concat(this.pieces));
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.pieces.push(Buffer.from(bytes));
    this.bytes += bytes.length;
  }

  async cut(bytes: number): Promise<void> {
    this.pieces.splice(0, this.pieces.length, Buffer.concat(this.pieces).subarray(0, bytes));
    this.bytes = bytes;
  }

  async finish(digest: string): Promise<boolean> {
    this.isSettled = true;
    this.ends.settle();
    return this.ends.publish(digest, Buffer.concat(this.pieces));
  }

  async close(isKept: boolean): Promise<void> {
    if (this.isSettled) return;
    this.isSettled = true;
    this.ends.settle();
    if (isKept) this.ends.release(Buffer.concat(this.pieces));
  }
}

function* piecesOf(bytes: Buffer): Generator<Uint8Array> {
  const { attachmentPieceBytes } = limits;
  for (let at = 0; at < bytes.length; at += attachmentPieceBytes) yield bytes.subarray(at, at + attachmentPieceBytes);
}
