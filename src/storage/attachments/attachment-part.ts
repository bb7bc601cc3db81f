import { type FileHandle, open } from 'node:fs/promises';
import { setRights } from '../../machine/file-rights.ts';
import type { AttachmentPart } from '../../ports/attachment-store.ts';
import { readPieces } from './read-pieces.ts';

/** Where the file of a part is: its disk, and the ends that it can have. */
export interface PartPlaces {
  /** Runs what writes; not when the disk has no room for it. Errors: STORAGE_FULL, STORAGE_FAILED. */
  write(run: () => Promise<void>): Promise<void>;
  /** Moves it under its digest; false when that was here. */
  publish(file: string, digest: string): boolean;
  /** Lets the next one begin with it. */
  release(file: string): void;
  discard(file: string): void;
}

/** Opens the file of a part, which no one else has. */
export async function openPart(file: string, mode: number, places: PartPlaces): Promise<AttachmentPart> {
  const handle = await open(file, 'a+', mode);
  try {
    // The umask of a process takes away what others of the environment need.
    setRights(file, mode);
    const { size } = await handle.stat();
    return new FilePart(handle, { file, places, size });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

class FilePart implements AttachmentPart {
  bytes: number;
  private readonly handle: FileHandle;
  private readonly file: string;
  private readonly places: PartPlaces;
  /** Whether its file has the name that it keeps. */
  private isSettled = false;

  constructor(handle: FileHandle, at: { readonly file: string; readonly places: PartPlaces; readonly size: number }) {
    this.handle = handle;
    this.file = at.file;
    this.places = at.places;
    this.bytes = at.size;
  }

  read(): AsyncIterable<Uint8Array> {
    return readPieces(this.handle, { start: 0, end: this.bytes });
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.places.write(async () => {
      for (let at = 0; at < bytes.length; ) at += (await this.handle.write(bytes, at)).bytesWritten;
    });
    this.bytes += bytes.length;
  }

  async cut(bytes: number): Promise<void> {
    await this.handle.truncate(bytes);
    this.bytes = bytes;
  }

  async finish(digest: string): Promise<boolean> {
    // Under its name all of it is there, also after a power cut.
    await this.places.write(() => this.handle.sync());
    await this.handle.close();
    const isNew = this.places.publish(this.file, digest);
    this.isSettled = true;
    return isNew;
  }

  async close(isKept: boolean): Promise<void> {
    if (this.isSettled) return;
    this.isSettled = true;
    await this.handle.close();
    if (isKept) this.places.release(this.file);
    else this.places.discard(this.file);
  }
}
