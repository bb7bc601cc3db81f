import { damagedAttachments } from '../attachments/verify-attachments.ts';
import type { AttachmentStore } from '../ports/attachment-store.ts';
import type { Progress } from '../view/reader.ts';
import type { AuditLog } from './audit-report.ts';

/** Looks for the attachments that committed records name, each once, and reads those that are here. */
export class AttachmentAudit {
  private readonly seen = new Set<string>();
  private readonly store: AttachmentStore;
  private readonly log: AuditLog;

  constructor(store: AttachmentStore, log: AuditLog) {
    this.store = store;
    this.log = log;
  }

  /** Attachments that were named. */
  get count(): number {
    return this.seen.size;
  }

  look(digests: readonly string[], position: number): void {
    for (const digest of digests) {
      if (this.seen.has(digest)) continue;
      this.seen.add(digest);
      if (this.store.find(digest)) continue;
      const reason = 'a committed record names it, and it is not here';
      this.log.add({ code: 'ATTACHMENT_MISSING', place: `attachments/${digest}`, reason, position });
    }
  }

  /** Reads all that are here, named or not. */
  async readAll(onBytes: Progress): Promise<void> {
    for await (const digest of damagedAttachments(this.store, { onProgress: onBytes }))
      this.log.add({
        code: 'ATTACHMENT_DAMAGED',
        place: `attachments/${digest}`,
        reason: 'its bytes have another digest',
      });
  }
}
