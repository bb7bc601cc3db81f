import { createHash } from 'node:crypto';
import { TxlogError } from '../../core/base/errors.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { isDigest } from '../../core/log/attachment.ts';
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
      if (this.store.find(digest)) yield* this.send(writer, digest, position);
      // A rejected request may have named what never was here.
      else if (txn.committed) throw gone(digest, position);
    }
  }

  /** All others, where the dump has them. */
  async *rest(writer: DumpWriter, position: number): AsyncGenerator<Buffer> {
    if (this.which !== 'all') return;
    for await (const { digest } of this.store.list()) {
      if (this.signal?.aborted) return;
      if (this.sent.has(digest)) continue;
      yield* this.send(writer, digest, position);
      // A record that names it may come days later, when whoever follows has cleared it away.
      this.sent.delete(digest);
    }
  }

  private async *send(writer: DumpWriter, digest: string, position: number): AsyncGenerator<Buffer> {
    this.sent.add(digest);
    const bytes = this.store.find(digest)?.bytes ?? 0;
    const sha256 = fromHex(digest);
    let index = 0;
    let sent = 0;
    const hash = createHash('sha256');
    for await (const data of this.store.read(digest, { start: 0, end: bytes })) {
      if (this.signal?.aborted) {
        this.isCut = index > 0;
        return;
      }
      sent += data.length;
      hash.update(data);
      yield* writer.addBefore({ kind: 'BLOB', position, blob: { sha256, index, last: sent === bytes, data } });
      index += 1;
    }
    if (bytes === 0)
      yield* writer.addBefore({ kind: 'BLOB', position, blob: { sha256, index, last: true, data: Buffer.alloc(0) } });
    else if (sent < bytes) throw gone(digest, position);
    if (hash.digest('hex') !== digest) throw damaged(digest);
  }
}

function gone(digest: string, position: number): TxlogError {
  return new TxlogError('ATTACHMENT_NOT_FOUND', `attachment ${digest}, which record ${position} names, is not here`, {
    hint: 'The dump has no END: nothing takes it for whole.',
    next: ['txlog attachment verify', 'txlog sync export --attachments none'],
  });
}

function damaged(digest: string): TxlogError {
  return new TxlogError('ATTACHMENT_INVALID', `attachment ${digest} is damaged: its bytes have another digest`, {
    hint: 'The dump has no END: nothing takes it for whole. Put the attachment again from its source.',
    next: ['txlog attachment verify', 'txlog sync export --attachments none'],
  });
}
