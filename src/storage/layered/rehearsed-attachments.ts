import type { AttachmentPart, AttachmentStore } from '../../ports/attachment-store.ts';

/** Attachments of a dry run: those of the environment, and those that would have come; nothing is written or removed. */
export function rehearsedAttachments(below: AttachmentStore): AttachmentStore {
  const come = new Map<string, number>();
  return {
    has: (digest) => come.has(digest) || below.find(digest) !== undefined,
    find(digest) {
      const bytes = come.get(digest);
      return below.find(digest) ?? (bytes === undefined ? undefined : { digest, bytes, time: Date.now() });
    },
    read: (digest, range) => below.read(digest, range),
    list: () => below.list(),
    partBytes: (name) => below.partBytes(name),
    begin: async () => rehearsedPart((digest, bytes) => isNewIn(below, come, { digest, bytes })),
    remove: async (digest, unusedSince) => (below.find(digest)?.time ?? unusedSince) < unusedSince,
    removeParts: (unusedSince) => below.removeParts(unusedSince, true),
  };
}

function rehearsedPart(finish: (digest: string, bytes: number) => boolean): AttachmentPart {
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
    finish: async (digest) => finish(digest, bytes),
    async close() {},
  };
}

function isNewIn(
  below: AttachmentStore,
  come: Map<string, number>,
  { digest, bytes }: { readonly digest: string; readonly bytes: number },
): boolean {
  const isNew = !below.find(digest) && !come.has(digest);
  come.set(digest, bytes);
  return isNew;
}
