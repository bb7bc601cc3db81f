import { checkedBytes } from '../../attachments/verify-attachments.ts';
import { TxlogError } from '../../core/base/errors.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { type Attachment, isDigest } from '../../core/log/attachment.ts';
import type { TransactionBody } from '../../layout/dump-schema.ts';
import { fromExpectList } from '../../layout/expect-text.ts';
import { fromHex } from '../../layout/hex.ts';
import type { AttachmentStore } from '../../ports/attachment-store.ts';
import type { DumpWriter } from '../format/dump-writer.ts';
import type { Manifest } from '../format/manifest.ts';

/** Puts attachments into a dump, each before the first record that names it. */
export class OutgoingAttachments {
  private readonly store: AttachmentStore;
  private readonly which: Manifest['attachments'];
  private readonly signal: AbortSignal | undefined;
  private readonly sent = new Set<string>();
  /** Whether an attachment was cut off when the signal aborted: the dump is not complete then. */
  isCut = false;

  constructor(
    store: AttachmentStore,
    { which, signal }: { readonly which: Manifest['attachments']; readonly signal: AbortSignal | undefined },
  ) {
    this.store = store;
    this.which = which;
    this.signal = signal;
  }

  /**
   * Those of a record that were not in the dump before; once the signal is aborted, no more of them.
   *
   * Errors: ATTACHMENT_NOT_FOUND, ATTACHMENT_INVALID.
   */
  async *before(writer: DumpWriter, position: number, txn: TransactionBody): AsyncGenerator<Buffer> {
    if (this.which === 'none' || !txn.expect?.includes('"attachment"')) return;
    for (const digest of fromExpectList(JSON.parse(txn.expect) as JsonValue[]).attachments ?? []) {
      if (this.sent.has(digest) || !isDigest(digest)) continue;
      const found = this.store.find(digest);
      if (found) yield* this.send(writer, position, found);
      // A rejected request may have named what never was here.
      else if (txn.committed) throw gone(digest, position);
    }
  }

  /** All others, where the dump has them. */
  async *rest(writer: DumpWriter, position: number): AsyncGenerator<Buffer> {
    if (this.which !== 'all') return;
    for await (const { digest } of this.store.list()) {
      if (this.signal?.aborted) return;
      const found = this.sent.has(digest) ? undefined : this.store.find(digest);
      // One that was cleared away meanwhile is named by none.
      if (!found) continue;
      yield* this.send(writer, position, found);
      // A record that names it may come days later, when whoever follows has cleared it away.
      this.sent.delete(digest);
    }
  }

  private async *send(writer: DumpWriter, position: number, { digest, bytes }: Attachment): AsyncGenerator<Buffer> {
    this.sent.add(digest);
    const sha256 = fromHex(digest);
    let index = 0;
    let sent = 0;
    for await (const data of checkedBytes(this.store, digest, bytes)) {
      if (this.signal?.aborted) {
        this.isCut = index > 0;
        return;
      }
      sent += data.length;
      yield* writer.addBefore({ kind: 'BLOB', position, blob: { sha256, index, last: sent === bytes, data } });
      index += 1;
    }
    if (bytes === 0)
      yield* writer.addBefore({ kind: 'BLOB', position, blob: { sha256, index, last: true, data: Buffer.alloc(0) } });
  }
}

function gone(digest: string, position: number): TxlogError {
  return new TxlogError('ATTACHMENT_NOT_FOUND', `attachment ${digest}, which record ${position} names, is not here`, {
    hint: 'The dump has no END: nothing takes it for whole.',
    next: ['txlog attachment verify', 'txlog sync export --attachments none'],
  });
}
