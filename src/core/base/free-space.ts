/** The room of a file system, in blocks of `bsize` bytes. */
export interface FileSystemRoom {
  readonly blocks: number;
  readonly bavail: number;
  readonly bsize: number;
}

/**
 * Free bytes that an ordinary user may take; undefined when the file system does not know: one without a bound says that
 * it has no blocks at all, as do many that are no disk, and one that is overdrawn may say that more is free than there is.
 */
export function freeBytesOf({ blocks, bavail, bsize }: FileSystemRoom): number | undefined {
  return blocks > 0 && bavail >= 0 && bavail <= blocks ? bavail * bsize : undefined;
}
