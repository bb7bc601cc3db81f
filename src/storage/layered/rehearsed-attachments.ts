import type { AttachmentPart, AttachmentStore } from '../../ports/attachment-store.ts';
import type { Clock } from '../../ports/clock.ts';

/**
 * Attachments of a dry run: nothing is written or removed. What would have come may be named from then on; its bytes are not
 * kept, whatever their size, so that it is neither found nor read.
 */
export function rehearsedAttachments(below: AttachmentStore, clock: Pick<Clock, 'now'>): AttachmentStore {
  /** When an attachment came or was asked for, by its digest. */
  const used = new Map<string, number>();
  const isHere = (digest: string) => used.has(digest) || below.find(digest) !== undefined;
  const use = (digest: string) => void used.set(digest, clock.now());
  return {
    has(digest) {
      const found = isHere(digest);
      if (found) use(digest);
      return found;
    },
    find: (digest) => below.find(digest),
    read: (digest, range) => below.read(digest, range),
    list: () => below.list(),
    partBytes: (name) => below.partBytes(name),
    partHolders: (name) => below.partHolders(name),
    begin: async () =>
      rehearsedPart((digest) => {
        const isNew = !isHere(digest);
        use(digest);
        return isNew;
      }),
    remove(digest, unusedSince) {
      const found = below.find(digest);
      return found !== undefined && Math.max(found.time, used.get(digest) ?? 0) < unusedSince;
    },
    removeParts: (unusedSince, _, prefix) => below.removeParts(unusedSince, true, prefix),
  };
}

function rehearsedPart(finish: (digest: string) => boolean): AttachmentPart {
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    async *read() {},
    async write(piece) {
      bytes += piece.length;
    },
    async cut(length) {
      bytes = length;
    },
    finish: async (digest) => finish(digest),
    async close() {},
  };
}
