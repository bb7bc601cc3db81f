import { TxlogError } from '../../../core/base/errors.ts';
import { type FreeRun, freeRuns } from './free-list.ts';
import { childOf, compareKey, hasRisingKeys, keyOf, overflowOf, type Page } from './page.ts';
import { type CheckedPages, damagedPage, freeTree, mainTree, type Tree, tablesOf } from './tree.ts';

/** Counts that LMDB keeps of a tree, counted anew. */
type Counts = Record<'branchPages' | 'leafPages' | 'overflowPages' | 'entries', number>;

/** One thing that is wrong with the pages of a file. */
export interface PageDamage {
  /** Name of a table, `main` or `free`. */
  readonly tree: string;
  readonly error: TxlogError;
}

/** A set of pages by number. */
export class PageSet {
  private bits: Uint8Array;

  constructor(lastPage: number) {
    this.bits = new Uint8Array((lastPage >>> 3) + 1);
  }

  has(page: number): boolean {
    return ((this.bits[page >>> 3] ?? 0) & (1 << (page & 7))) !== 0;
  }

  add(page: number): void {
    const at = page >>> 3;
    if (at >= this.bits.length) {
      const larger = new Uint8Array(2 * at + 1);
      larger.set(this.bits);
      this.bits = larger;
    }
    this.bits[at] = (this.bits[at] as number) | (1 << (page & 7));
  }
}

/**
 * Walks every page that one state of a file consists of, and compares what LMDB counts with what is there. Yields now and
 * then what it found since, so that who has other things to do can do them.
 *
 * Unless nobody can write meanwhile, the caller holds a snapshot: its pages stay as they are.
 */
export function* walkPages(pages: CheckedPages): Generator<readonly PageDamage[]> {
  const walk = new Walk(pages);
  yield* walk.tree(freeTree(pages.meta));
  yield* walk.tree(mainTree(pages.meta));
  for (const tree of walk.tables()) yield* walk.tree(tree);
  walk.freeList();
  yield walk.found();
}

/** As `walkPages`, in one go. */
export function findPageDamage(pages: CheckedPages): readonly PageDamage[] {
  return [...walkPages(pages)].flat();
}

const problemsMax = 100;

class Walk {
  private problems: PageDamage[] = [];
  private damaged = 0;
  private readonly pages: CheckedPages;
  private readonly used: PageSet;
  private walked = 0;

  constructor(pages: CheckedPages) {
    this.pages = pages;
    this.used = new PageSet(pages.meta.lastPage);
  }

  /** Takes the damage that was found since the last call. */
  found(): readonly PageDamage[] {
    const found = this.problems;
    this.problems = [];
    return found;
  }

  tables(): Iterable<Tree> {
    return this.attempt('main', () => tablesOf(this.pages).values()) ?? [];
  }

  *tree(tree: Tree): Generator<readonly PageDamage[]> {
    const counts: Counts = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
    const before = this.damaged;
    if (tree.root.root !== undefined) {
      const keys = { last: undefined, bound: undefined };
      yield* this.below(tree, { number: tree.root.root, level: 1 }, { counts, keys });
    }
    // Below a damaged page nothing was counted.
    if (this.damaged > before) return;
    for (const name of ['branchPages', 'leafPages', 'overflowPages', 'entries'] as const) {
      if (tree.root[name] === counts[name]) continue;
      const reason = `says of ${name} that they are ${tree.root[name]}, there are ${counts[name]}`;
      this.add(tree.name, damagedPage(tree.name, tree.root.root ?? 0, reason));
    }
  }

  /** Free pages must be no part of a tree, and free once. */
  freeList(): void {
    const free = new PageSet(this.pages.meta.lastPage);
    this.attempt('free', () => {
      for (const run of freeRuns(this.pages)) this.checkFree(run, free);
    });
  }

  private checkFree(run: FreeRun, free: PageSet): void {
    for (let page = run.page; page < run.page + run.pages; page++) {
      if (this.used.has(page)) throw damagedPage('free', page, 'is named free, and is in use');
      if (free.has(page)) throw damagedPage('free', page, 'is named free twice');
      free.add(page);
    }
  }

  private *below(tree: Tree, place: Place, seen: Seen): Generator<readonly PageDamage[]> {
    const page = this.attempt(tree.name, () => this.pages.page(tree, place.number, place.level));
    if (!page || !this.attempt(tree.name, () => this.use(tree, page, seen))) return;
    this.walked += 1;
    if (this.walked % pagesPerStep === 0) yield this.found();
    if (page.isLeaf) return;
    for (let i = 0; i < page.nodes; i++) {
      // The first key of a branch is never read.
      if (i > 0) seen.keys.bound = keyOf(page, i);
      yield* this.below(tree, { number: childOf(page, i), level: place.level + 1 }, seen);
    }
  }

  private use(tree: Tree, page: Page, { counts, keys }: Seen): boolean {
    this.take(tree, page.number, 1);
    if (page.isLeaf) this.useLeaf(tree, page, counts);
    else counts.branchPages += 1;
    checkOrder(tree, page, keys);
    return true;
  }

  private useLeaf(tree: Tree, page: Page, counts: Counts): void {
    counts.leafPages += 1;
    counts.entries += page.nodes;
    for (let i = 0; i < page.nodes; i++) {
      const place = overflowOf(page, i);
      if (!place) continue;
      this.pages.checkOverflow(tree, place);
      this.take(tree, place.page, place.pages);
      counts.overflowPages += place.pages;
    }
  }

  private take(tree: Tree, first: number, pages: number): void {
    for (let page = first; page < first + pages; page++) {
      if (this.used.has(page)) throw damagedPage(tree.name, page, 'is in use twice');
      this.used.add(page);
    }
  }

  private attempt<T>(tree: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof TxlogError)) throw error;
      this.add(tree, error);
      return undefined;
    }
  }

  private add(tree: string, error: TxlogError): void {
    this.damaged += 1;
    if (this.damaged <= problemsMax) this.problems.push({ tree, error });
  }
}

/** Keys rise through all leaves, and those above a leaf bound it: else a row is there, and is not found. */
function checkOrder(tree: Tree, page: Page, keys: Keys): void {
  // Numbers of transactions are compared as such; see `CheckedPages`.
  if (tree.name === 'free') return;
  if (!hasRisingKeys(page)) throw damagedPage(tree.name, page.number, 'has keys out of order');
  if (!page.isLeaf) return;
  const { last, bound } = keys;
  const follows = last === undefined || compareKey(page, 0, last) > 0;
  const isBounded = bound === undefined || (compareKey(page, 0, bound) >= 0 && (!last || last.compare(bound) < 0));
  if (!follows || !isBounded) throw damagedPage(tree.name, page.number, 'does not follow the leaf before it');
  keys.last = keyOf(page, page.nodes - 1);
  keys.bound = undefined;
}

const pagesPerStep = 512;

interface Place {
  readonly number: number;
  readonly level: number;
}

interface Keys {
  /** The greatest key so far. */
  last: Buffer | undefined;
  /** A lower bound of the keys of the next leaf. */
  bound: Buffer | undefined;
}

interface Seen {
  readonly counts: Counts;
  readonly keys: Keys;
}
