import { TxlogError } from '../../../core/base/errors.ts';
import { decodeRoot, lookAtNewestMeta, type Meta, numberAt, pageHeaderBytes, type TreeRoot } from './meta-pages.ts';
import {
  checkOverflow,
  checkPage,
  childOf,
  compareKey,
  hasRisingNumbers,
  keyOf,
  lowerBound,
  type Overflow,
  overflowOf,
  type Page,
  pageOf,
  valueIn,
} from './page.ts';
import type { PageFile } from './page-file.ts';

/** A tree of pages: that of a table, of the names of the tables (`main`), or of the free pages (`free`). */
export interface Tree {
  readonly name: string;
  readonly root: TreeRoot;
}

const newer = 'is newer than the newest transaction';
/** Levels that LMDB can walk down. */
const levelsMax = 32;
/** Tables that cannot be made again from the log: a repair mends damage elsewhere. */
const truth: ReadonlySet<string> = new Set(['log', 'schemas', 'cursors', 'meta', 'main', 'free']);

/** An error for a page that is not as LMDB writes it. */
export function damagedPage(tree: string, number: number, reason: string): TxlogError {
  const place = tree === 'main' || tree === 'free' ? `the ${tree} tree` : `table ${tree}`;
  const canRepair = !truth.has(tree);
  return new TxlogError('STORAGE_CORRUPT', `page ${number} of data.mdb, in ${place}, ${reason}`, {
    hint: canRepair
      ? 'Nothing was changed. The table can be rebuilt from the log.'
      : 'Nothing was changed. Undamaged parts can still be read. Restore the rest from a backup.',
    next: canRepair
      ? ['txlog verify', 'txlog rescan --verify --repair']
      : ['txlog verify', 'txlog init NEW --from BACKUP'],
  });
}

/**
 * One state of a data file, page by page: each is checked before anyone reads in it. A page that was used for a newer state
 * meanwhile says so, and counts as damaged: the caller looks whether there is a newer state.
 */
export class CheckedPages {
  readonly file: PageFile;
  readonly meta: Meta;
  /** Bytes of the file when its state was looked at: all pages of that state are in there. */
  private readonly length: number;
  /** Pages are read into slabs: memory that is asked for page by page costs more than the reading. */
  private slab = Buffer.alloc(0);
  private slabUsed = 0;

  /** Nothing keeps others from using the pages for newer states while they are read. */
  private readonly isUnlocked: boolean;

  constructor(file: PageFile, meta: Meta, isUnlocked = false) {
    this.file = file;
    this.meta = meta;
    this.length = file.length();
    this.isUnlocked = isUnlocked;
  }

  /** A page of a tree. Errors: STORAGE_CORRUPT. */
  page(tree: Tree, number: number, level: number): Page {
    const bytes = this.read(tree, number, 1);
    const isLeaf = level === tree.root.depth;
    const reason = checkPage(bytes, { meta: this.meta, number, isLeaf, isMain: tree.name === 'main' });
    if (reason !== undefined) throw damagedPage(tree.name, number, reason);
    if (this.isUnlocked) this.refuseNewer(tree, number);
    const page = pageOf(bytes, number);
    // LMDB ends the process where the list of free pages is out of order.
    if (tree.name === 'free' && !hasRisingNumbers(page)) throw damagedPage(tree.name, number, 'has keys out of order');
    return page;
  }

  /** A writer begins with the header: when that is still old, so is all that was read before. */
  private refuseNewer(tree: Tree, number: number): void {
    const header = this.file.bytes(number * this.meta.pageBytes, pageHeaderBytes);
    if (numberAt(header, 8) > this.meta.transaction) throw damagedPage(tree.name, number, newer);
  }

  /** A large value. Errors: STORAGE_CORRUPT. */
  overflow(tree: Tree, place: Overflow & { readonly bytes: number }): Buffer {
    const bytes = this.read(tree, place.page, place.pages);
    const reason = checkOverflow(bytes, place, this.meta);
    if (reason !== undefined) throw damagedPage(tree.name, place.page, reason);
    // Only its first page has a header.
    if (this.isUnlocked && lookAtNewestMeta(this.file).transaction !== this.meta.transaction)
      throw damagedPage(tree.name, place.page, newer);
    return bytes.subarray(pageHeaderBytes, pageHeaderBytes + place.bytes);
  }

  /** Checks the first page of a large value, and that its last one is there. Errors: STORAGE_CORRUPT. */
  checkOverflow(tree: Tree, place: Overflow): void {
    const { pageBytes } = this.meta;
    const header = this.file.bytes(place.page * pageBytes, pageHeaderBytes);
    const reason = checkOverflow(header, place, this.meta);
    if (reason !== undefined) throw damagedPage(tree.name, place.page, reason);
    if ((place.page + place.pages) * pageBytes > this.length)
      throw damagedPage(tree.name, place.page + place.pages - 1, 'is beyond the end of the file');
  }

  private read(tree: Tree, number: number, pages: number): Buffer {
    const { pageBytes } = this.meta;
    const bytes = pages === 1 ? this.room(pageBytes) : Buffer.allocUnsafe(pages * pageBytes);
    if (this.file.read(number * pageBytes, bytes) < bytes.length)
      throw damagedPage(tree.name, number, 'is beyond the end of the file');
    return bytes;
  }

  private room(bytes: number): Buffer {
    if (this.slabUsed + bytes > this.slab.length) {
      this.slab = Buffer.allocUnsafe(this.slab.length === 0 ? 8 * bytes : 64 * bytes);
      this.slabUsed = 0;
    }
    this.slabUsed += bytes;
    return this.slab.subarray(this.slabUsed - bytes, this.slabUsed);
  }
}

/** The child of a branch below which `key` is, or would be. */
export function childFor(page: Page, key: Uint8Array): number {
  const at = lowerBound(page, key);
  return at < page.nodes && compareKey(page, at, key) === 0 ? at : at - 1;
}

/** The leaf that has `key`, or would have it; undefined in an empty tree. Errors: STORAGE_CORRUPT. */
export function findLeaf(pages: CheckedPages, tree: Tree, key: Uint8Array): Page | undefined {
  let number = tree.root.root;
  if (number === undefined) return undefined;
  for (let level = 1; ; level++) {
    const page = pages.page(tree, number, level);
    if (page.isLeaf) return page;
    number = childOf(page, childFor(page, key));
  }
}

/** Where to begin, and which way to go. */
export interface LeafOrder {
  /** Begins with the leaf that has this key, or would have it. */
  readonly from?: Uint8Array | undefined;
  readonly reverse?: boolean | undefined;
}

/** The leaves of a tree, in the order of their keys. Errors: STORAGE_CORRUPT, when a page comes that is damaged. */
export function* leavesOf(pages: CheckedPages, tree: Tree, order: LeafOrder = {}): Generator<Page> {
  if (tree.root.root !== undefined)
    yield* leavesBelow(pages, tree, { place: { number: tree.root.root, level: 1 }, ...order });
}

function* leavesBelow(
  pages: CheckedPages,
  tree: Tree,
  { place, from, reverse = false }: LeafOrder & { readonly place: { readonly number: number; readonly level: number } },
): Generator<Page> {
  const page = pages.page(tree, place.number, place.level);
  if (page.isLeaf) {
    yield page;
    return;
  }
  const first = from === undefined ? (reverse ? page.nodes - 1 : 0) : childFor(page, from);
  const step = reverse ? -1 : 1;
  for (let i = first; i >= 0 && i < page.nodes; i += step) {
    const below = { number: childOf(page, i), level: place.level + 1 };
    yield* leavesBelow(pages, tree, { place: below, from: i === first ? from : undefined, reverse });
  }
}

/** The value of a row, not copied where it is in the leaf. Errors: STORAGE_CORRUPT. */
export function readValue(
  pages: CheckedPages,
  tree: Tree,
  { page, index }: { readonly page: Page; readonly index: number },
): Buffer {
  const place = overflowOf(page, index);
  return place ? pages.overflow(tree, place) : valueIn(page, index);
}

/** The value of `key`, or undefined. Errors: STORAGE_CORRUPT. */
export function findValue(pages: CheckedPages, tree: Tree, key: Uint8Array): Buffer | undefined {
  const leaf = findLeaf(pages, tree, key);
  if (!leaf) return undefined;
  const index = lowerBound(leaf, key);
  if (index === leaf.nodes || compareKey(leaf, index, key) !== 0) return undefined;
  return readValue(pages, tree, { page: leaf, index });
}

/** The tables of a file by name. Errors: STORAGE_CORRUPT. */
export function tablesOf(pages: CheckedPages): Map<string, Tree> {
  const tables = new Map<string, Tree>();
  for (const leaf of leavesOf(pages, mainTree(pages.meta))) {
    for (let i = 0; i < leaf.nodes; i++) {
      const name = nameOf(keyOf(leaf, i));
      const root = decodeRoot(valueIn(leaf, i), 0);
      const reason = checkRoot(root, pages.meta);
      if (reason !== undefined) throw damagedPage('main', leaf.number, `says of table ${name} that ${reason}`);
      tables.set(name, { name, root });
    }
  }
  return tables;
}

/** The package ends a table's name with a zero byte. */
function nameOf(key: Buffer): string {
  return key.toString('utf8', 0, key.length - (key.at(-1) === 0 ? 1 : 0));
}

/** Tables have plain keys and one value for each: any other kind LMDB would read in another way. */
function checkRoot({ root, depth, flags }: TreeRoot, { lastPage }: Meta): string | undefined {
  if (flags !== 0) return `it is of kind ${flags}`;
  if (root === undefined) return depth === 0 ? undefined : `it has ${depth} levels and no page`;
  if (root < 2 || root > lastPage) return `it begins on page ${root}`;
  return depth > 0 && depth <= levelsMax ? undefined : `it has ${depth} levels`;
}

/** The tree of the names of the tables. */
export const mainTree = ({ main }: Meta): Tree => ({ name: 'main', root: main });
/** The tree of the free pages. */
export const freeTree = ({ free }: Meta): Tree => ({ name: 'free', root: free });
