import { createHash, type Hash } from 'node:crypto';
import { TxlogError } from '../../core/base/errors.ts';
import type { BlobBody, DumpEntry } from '../../layout/dump-schema.ts';
import { toHex } from '../../layout/hex.ts';
import type { AttachmentPart, AttachmentStore } from '../../ports/attachment-store.ts';

interface Coming {
  readonly digest: string;
  readonly hash: Hash;
  /** Undefined when it is here already. */
  readonly part: AttachmentPart | undefined;
  next: number;
}

/** Takes the attachments of a dump, piece by piece. Each is here, durably, before the records behind it are taken. */
export class IncomingAttachments {
  private readonly store: AttachmentStore;
  private coming: Coming | undefined;

  constructor(store: AttachmentStore) {
    this.store = store;
  }

  /** Takes the pieces of a block; how many attachments are new. Errors: DUMP_INVALID; STORAGE_ codes. */
  async take(entries: readonly DumpEntry[]): Promise<number> {
    let fresh = 0;
    for (const { kind, blob } of entries) {
      if (kind !== 'BLOB') continue;
      if (!blob) throw invalid('a BLOB of the dump has no piece');
      if (await this.add(blob)) fresh += 1;
    }
    return fresh;
  }

  /** Errors: DUMP_INVALID when one began and did not end. */
  complete(): void {
    if (this.coming) throw invalid(`attachment ${this.coming.digest} does not end`);
  }

  /** Lets go of one that did not end. */
  async close(): Promise<void> {
    await this.coming?.part?.close(false);
    this.coming = undefined;
  }

  private async add({ sha256, index, last, data }: BlobBody): Promise<boolean> {
    const digest = toHex(sha256);
    if (index === 0) this.complete();
    this.coming ??= await this.begin(digest);
    const { coming } = this;
    if (coming.digest !== digest || coming.next !== index) throw invalid(`a piece of attachment ${digest} is missing`);
    coming.hash.update(data);
    coming.next += 1;
    await coming.part?.write(data);
    if (!last) return false;
    if (coming.hash.digest('hex') !== digest) throw invalid(`attachment ${digest} has other bytes`);
    const isNew = (await coming.part?.finish(digest)) ?? false;
    this.coming = undefined;
    return isNew;
  }

  private async begin(digest: string): Promise<Coming> {
    const part = this.store.has(digest) ? undefined : await this.store.begin(undefined);
    return { digest, hash: createHash('sha256'), part, next: 0 };
  }
}

function invalid(reason: string): TxlogError {
  return new TxlogError('DUMP_INVALID', reason);
}
