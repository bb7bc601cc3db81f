import { TxlogError } from '../../../core/base/errors.ts';
import type { PageFile } from './page-file.ts';

/** Where a tree of pages begins, and what LMDB counts of it. */
export interface TreeRoot {
  readonly flags: number;
  /** Levels of pages; 0 of an empty tree. */
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** Undefined of an empty tree. */
  readonly root: number | undefined;
}

/** One state of the whole file: what a meta page says. */
export interface Meta {
  readonly pageBytes: number;
  readonly free: TreeRoot;
  readonly main: TreeRoot;
  readonly lastPage: number;
  /** Number of the transaction that wrote it. */
  readonly transaction: number;
}

/** The first bytes of LMDB's meta pages, after the header that every page has. */
export const lmdbMagic = 0xbeefc0de;
/** Bytes of that header. */
export const pageHeaderBytes = 24;
/** Bytes of a page's beginning that hold all of a meta page. */
export const metaBytes = 168;
const dataVersion = 2;
const metaFlag = 8;
/** In the flags of the free list's tree: the file was opened in a way that can lose acknowledged data. */
const overlappingSyncFlag = 0x1000;
const pageBytesAllowed: ReadonlySet<number> = new Set([4_096, 8_192, 16_384, 32_768]);

/**
 * The newest state of a file, by its two meta pages.
 *
 * Errors: STORAGE_CORRUPT when either is not as LMDB writes it: which of them LMDB would take is then not to be relied on.
 */
export function readNewestMeta(file: PageFile): Meta {
  const [problem] = findMetaProblems(file);
  if (problem !== undefined) throw damagedFile(file.path, problem);
  return newestOf(readBoth(file));
}

/** The newest state as `readNewestMeta` gives it, for one who has checked both pages before and looks again. */
export function lookAtNewestMeta(file: PageFile): Meta {
  return newestOf(readBoth(file));
}

/** Finds what is wrong with the meta pages. */
export function findMetaProblems(file: PageFile): string[] {
  if (file.length() < metaBytes) return [`it has only ${file.length()} bytes`];
  const first = checkOne(file.bytes(0, metaBytes), 0);
  if (first !== undefined) return [first];
  const { pageBytes } = decodeMeta(file.bytes(0, metaBytes));
  if (file.length() < 2 * pageBytes) return [`it has only ${file.length()} bytes`];
  const second = checkOne(file.bytes(pageBytes, metaBytes), 1);
  if (second !== undefined) return [second];
  const [a, b] = readBoth(file);
  if (a.pageBytes !== b.pageBytes) return ['its meta pages differ in the size of a page'];
  // Transaction n writes meta page n mod 2, so that the two are always neighbours. The first page of a new file, and of a
  // copy, names transaction 0 until one writes it; a copy keeps the number of its original in the second page.
  const isUnwritten = a.transaction === 0;
  const fits = Math.abs(a.transaction - b.transaction) === 1 && a.transaction % 2 === 0;
  if (!isUnwritten && !fits) return [`its meta pages name transactions ${a.transaction} and ${b.transaction}`];
  return [];
}

/** Whether the file was ever opened with overlapping syncs. */
export function hasOverlappingSync(file: PageFile): boolean {
  return readBoth(file).some(({ free }) => (free.flags & overlappingSyncFlag) !== 0);
}

/** An error for a data file that LMDB would not survive, or must not be trusted with. */
export function damagedFile(path: string, reason: string): TxlogError {
  return new TxlogError('STORAGE_CORRUPT', `${path} is damaged: ${reason}`, {
    hint: 'Nothing was changed. `verify` shows what the log still holds. Restore the rest from a backup.',
    next: ['txlog doctor', 'txlog verify', 'txlog init NEW --from BACKUP'],
  });
}

function newestOf([a, b]: readonly [Meta, Meta]): Meta {
  return a.transaction > b.transaction ? a : b;
}

function readBoth(file: PageFile): readonly [Meta, Meta] {
  const first = decodeMeta(file.bytes(0, metaBytes));
  return [first, decodeMeta(file.bytes(first.pageBytes, metaBytes))];
}

function checkOne(page: Buffer, number: number): string | undefined {
  const at = pageHeaderBytes;
  if (page.readUInt32LE(at) !== lmdbMagic) return `meta page ${number} does not have LMDB's magic number`;
  if ((page.readUInt32LE(at + 4) & 0xffff) !== dataVersion) return `meta page ${number} names another data format`;
  const isMeta = (page.readUInt16LE(18) & metaFlag) !== 0 && numberAt(page, 0) === number;
  if (!isMeta) return `page ${number} does not say that it is a meta page`;
  const { pageBytes, lastPage, free, main } = decodeMeta(page);
  if (!pageBytesAllowed.has(pageBytes)) return `meta page ${number} says that a page has ${pageBytes} bytes`;
  for (const { root, depth } of [free, main]) {
    const isEmpty = root === undefined && depth === 0;
    if (!isEmpty && !(root !== undefined && root >= 2 && root <= lastPage && depth > 0))
      return `meta page ${number} names page ${root} as a root, and ${lastPage} as the last page`;
  }
  return undefined;
}

function decodeMeta(page: Buffer): Meta {
  const at = pageHeaderBytes;
  return {
    // The package keeps the size of a page where other trees have a padding.
    pageBytes: page.readUInt32LE(at + 24),
    free: decodeRoot(page, at + 24),
    main: decodeRoot(page, at + 72),
    lastPage: numberAt(page, at + 120),
    transaction: numberAt(page, at + 128),
  };
}

/** Bytes of a tree's root as LMDB keeps it, in meta pages and in the rows that name tables. */
export const rootBytes = 48;

/** Reads a tree's root. */
export function decodeRoot(bytes: Buffer, at: number): TreeRoot {
  return {
    flags: bytes.readUInt16LE(at + 4),
    depth: bytes.readUInt16LE(at + 6),
    branchPages: numberAt(bytes, at + 8),
    leafPages: numberAt(bytes, at + 16),
    overflowPages: numberAt(bytes, at + 24),
    entries: numberAt(bytes, at + 32),
    // All ones: there is no page.
    root:
      bytes.readUInt32LE(at + 40) === 0xffff_ffff && bytes.readUInt32LE(at + 44) === 0xffff_ffff
        ? undefined
        : numberAt(bytes, at + 40),
  };
}

/** An unsigned number of 64 bits; exact up to 2^53, beyond which no true one is. */
export function numberAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 0x1_0000_0000;
}
