import type { Attachment } from '../core/log/attachment.ts';

/** The first bytes of an attachment that is still to come, under a name of their own. Only its holder writes to it. */
export interface AttachmentPart {
  /** Bytes that are there already. */
  readonly bytes: number;
  /** Those bytes, from the first. A piece holds until the next one is asked for. */
  read(): AsyncIterable<Uint8Array>;
  /** Adds bytes behind them. */
  write(bytes: Uint8Array): Promise<void>;
  /** Takes off all but the first bytes. */
  cut(bytes: number): Promise<void>;
  /** Makes it the attachment of this digest, durably; false when that was here. */
  finish(digest: string): Promise<boolean>;
  /** Leaves it for the next one who begins under the name; or nothing of it. */
  close(isKept: boolean): Promise<void>;
}

/** A range of bytes, the end excluded. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Keeps attachments. What is here is whole: nothing is under its digest before all of it is durable. */
export interface AttachmentStore {
  /** Whether an attachment is here, durably; it counts as used from now on, so that no clearing takes it away. */
  has(digest: string): boolean;
  find(digest: string): Attachment | undefined;
  /** The bytes of a range. A piece holds until the next one is asked for. Errors: STORAGE_ codes. */
  read(digest: string, range: ByteRange): AsyncIterable<Uint8Array>;
  /** All attachments, by their digests. */
  list(): AsyncIterable<Attachment>;
  /** Bytes that came of an attachment under a name before; 0 when nobody began. */
  partBytes(name: string): number;
  /** How many hold a part under a name now, of any process that lives. */
  partHolders(name: string): number;
  /** Begins, or goes on with, a part. Without a name it ends with its holder. */
  begin(name: string | undefined): Promise<AttachmentPart>;
  /**
   * Removes an attachment that nobody used since `unusedSince`, in ms since 1970; false when somebody did. Where requests may
   * be decided meanwhile, it is called under the lock of the order, under which they ask for it.
   */
  remove(digest: string, unusedSince: number): boolean;
  /**
   * Removes parts that nobody went on with since then, or in a dry run only looks; how many bytes they had. With `prefix`,
   * those alone whose names begin so.
   */
  removeParts(unusedSince: number, dryRun: boolean, prefix?: string): Promise<number>;
}
