import { TxlogError } from '../../core/base/errors.ts';
import type { RangeOptions, Row, TableName } from '../../ports/storage.ts';
import { freeRuns } from './pages/free-list.ts';
import { lookAtNewestMeta, readNewestMeta } from './pages/meta-pages.ts';
import { childOf, hasRisingKeys, keyOf, overflowOf, type Page } from './pages/page.ts';
import { PageFile } from './pages/page-file.ts';
import { CheckedPages, childFor, damagedPage, type LeafOrder, leavesOf, type Tree, tablesOf } from './pages/tree.ts';
import { findPageDamage, PageSet } from './pages/walk.ts';

/** A file of so few pages is walked when it is opened: that costs less than to look before each access. */
const walkedPagesMax = 64;
/** Looking before each access also pays for this many further pages, so that all have been looked at one day. */
const pagesPerAccess = 2;
const pagesPerSweepMax = 1_000;
/** Numbers of free pages that are looked at when a writer opens; LMDB loads fewer at once, the newest first. */
const freeNumbersMax = 8_192;
/** Others may commit while pages are looked at, and use them anew: then it is looked again. */
const attemptsMax = 1_000;
const branchesKept = 256;

/**
 * Looks at each page before LMDB does. LMDB trusts what it maps: a damaged page ends the process, or lets it write anywhere.
 * What a live process wrote since is trusted.
 *
 * Source: decisions/0026-damaged-pages.md.
 */
export class PageGuard {
  private readonly file: PageFile;
  private pages: CheckedPages;
  private tables: ReadonlyMap<string, Tree>;
  /** Pages that are as LMDB writes them; large values count as looked at with the leaf that names them. */
  private readonly checked: PageSet;
  private branches = new Map<number, Page>();
  /** All pages were looked at: there is nothing more to do. */
  private isWhole = false;
  private credit = 0;
  private sweptTables = 0;
  private sweptTo: Buffer | undefined;

  /**
   * To be made while nobody commits, before LMDB opens the file.
   *
   * Errors: STORAGE_CORRUPT when what every access needs is damaged; for a writer, also when the list of free pages is.
   */
  constructor(path: string, { writes }: { readonly writes: boolean }) {
    this.file = new PageFile(path);
    try {
      this.pages = new CheckedPages(this.file, readNewestMeta(this.file));
      this.checked = new PageSet(this.pages.meta.lastPage);
      this.tables = tablesOf(this.pages);
      this.open(writes);
    } catch (error) {
      this.file.close();
      throw error;
    }
  }

  private open(writes: boolean): void {
    if (this.pages.meta.lastPage < walkedPagesMax) {
      const damage = findPageDamage(this.pages);
      if (damage.length === 0) this.becomeWhole();
      // Damage in a table is told by who comes to it: the others can be used.
      const ofFreeList = damage.find(({ tree }) => tree === 'free');
      if (writes && ofFreeList) throw ofFreeList.error;
    } else if (writes) {
      let numbers = 0;
      for (const _ of freeRuns(this.pages)) if (++numbers > freeNumbersMax) break;
    }
  }

  /** Number of the newest transaction that the guard knows of. */
  get transaction(): number {
    return this.pages.meta.transaction;
  }

  /** To be called before a snapshot is used. */
  begin(): void {
    if (!this.isWhole) this.settle(() => this.refresh());
  }

  /** To be called after a snapshot was used: looks at further pages. */
  end(): void {
    if (this.isWhole || this.credit === 0) return;
    const budget = Math.min(this.credit * pagesPerAccess, pagesPerSweepMax);
    this.credit = 0;
    try {
      this.settle(() => this.sweep(budget));
    } catch (error) {
      if (!(error instanceof TxlogError)) throw error;
      // Told by who comes to that page; no sweep gets beyond it.
      this.sweptTables = Number.POSITIVE_INFINITY;
    }
  }

  /** To be called before a row is read. Errors: STORAGE_CORRUPT. */
  beforeGet(table: TableName, key: Uint8Array): void {
    if (!this.isWhole) this.check(table, key, false);
  }

  /** To be called before a row is written or deleted. Errors: STORAGE_CORRUPT. */
  beforePut(table: TableName, key: Uint8Array, isDelete: boolean): void {
    // LMDB moves rows of a page that becomes too empty to its neighbour.
    if (!this.isWhole) this.check(table, key, isDelete);
  }

  /** The same rows; the pages of each are looked at before it is read. */
  rows(table: TableName, options: RangeOptions, rows: Iterable<Row>): Iterable<Row> {
    if (this.isWhole) return rows;
    return { [Symbol.iterator]: () => this.iterate(table, options, rows[Symbol.iterator]()) };
  }

  close(): void {
    if (!this.isWhole) this.file.close();
  }

  private iterate(table: TableName, options: RangeOptions, rows: Iterator<Row>): Iterator<Row> {
    const { start, end, reverse } = options;
    let leaves = this.leaves(table, { from: reverse ? end : start, reverse });
    let last: Uint8Array | undefined;
    // So many rows certainly are on pages that were looked at; one page more than needed always is.
    let sure = 0;
    const look = () =>
      this.settle(
        () => {
          sure = nextOf(leaves);
          if (last === undefined) sure = nextOf(leaves);
        },
        () => {
          leaves = this.leaves(table, { from: last ?? (reverse ? end : start), reverse });
          last = undefined;
        },
      );
    return {
      next: () => {
        if (sure <= 0) look();
        sure -= 1;
        const next = rows.next();
        if (!next.done) last = next.value.key;
        return next;
      },
      return: () => rows.return?.() ?? { done: true, value: undefined },
    };
  }

  private *leaves(table: TableName, order: LeafOrder) {
    this.credit += 1;
    const tree = this.tables.get(table);
    if (!tree) return;
    // LMDB goes to the first row that is not less than the end, and then back.
    if (order.reverse && order.from) {
      let seen = 0;
      for (const leaf of leavesOf(this.pages, tree, { from: order.from })) {
        this.look(tree, leaf);
        if (++seen === 2) break;
      }
    }
    for (const leaf of leavesOf(this.pages, tree, order)) {
      this.look(tree, leaf);
      yield leaf.nodes;
    }
  }

  private check(table: TableName, key: Uint8Array, withNeighbours: boolean): void {
    this.credit += 1;
    this.settle(() => {
      const tree = this.tables.get(table);
      let number = tree?.root.root;
      if (!tree || number === undefined) return;
      for (let level = 1; level < tree.root.depth; level++) {
        const page = this.branch(tree, number, level);
        const at = childFor(page, key);
        if (withNeighbours)
          for (const next of [at - 1, at + 1]) this.lookAt(tree, { above: page, index: next }, level + 1);
        number = childOf(page, at);
      }
      if (!this.checked.has(number)) this.look(tree, this.pages.page(tree, number, tree.root.depth));
    });
  }

  private lookAt(tree: Tree, { above, index }: { readonly above: Page; readonly index: number }, level: number): void {
    if (index < 0 || index >= above.nodes) return;
    const number = childOf(above, index);
    if (!this.checked.has(number)) this.look(tree, this.pages.page(tree, number, level));
  }

  private branch(tree: Tree, number: number, level: number): Page {
    const known = this.branches.get(number);
    if (known) return known;
    const page = this.pages.page(tree, number, level);
    this.look(tree, page);
    if (this.branches.size < branchesKept) this.branches.set(number, page);
    return page;
  }

  private look(tree: Tree, page: Page): void {
    if (this.checked.has(page.number)) return;
    if (!hasRisingKeys(page)) throw damagedPage(tree.name, page.number, 'has keys out of order');
    if (page.isLeaf) {
      for (let i = 0; i < page.nodes; i++) {
        const place = overflowOf(page, i);
        if (place) this.pages.checkOverflow(tree, place);
      }
    }
    this.checked.add(page.number);
  }

  private sweep(budget: number): void {
    const trees = [...this.tables.values()];
    let left = budget;
    while (left > 0 && this.sweptTables < trees.length) {
      const tree = trees[this.sweptTables] as Tree;
      let last: Page | undefined;
      for (const leaf of leavesOf(this.pages, tree, { from: this.sweptTo })) {
        this.look(tree, leaf);
        last = leaf;
        left -= 1;
        if (left === 0) break;
      }
      // The last leaf once more, when there is time: the next call begins with it, wherever its rows are then.
      const isDone = last === undefined || left > 0;
      this.sweptTo = isDone || !last ? undefined : Buffer.from(keyOf(last, last.nodes - 1));
      if (isDone) this.sweptTables += 1;
    }
    if (this.sweptTables !== trees.length) return;
    for (const _ of freeRuns(this.pages));
    this.becomeWhole();
  }

  private becomeWhole(): void {
    this.isWhole = true;
    this.branches.clear();
    this.file.close();
  }

  /** Does `work`; and again on the newest state, after `retry`, when others committed meanwhile and it failed. */
  private settle(work: () => void, retry?: () => void): void {
    for (let attempt = 1; ; attempt++) {
      try {
        if (attempt > 1) {
          this.refresh();
          retry?.();
        }
        work();
        return;
      } catch (error) {
        if (!(error instanceof TxlogError) || attempt === attemptsMax || !this.isOld()) throw error;
      }
    }
  }

  private isOld(): boolean {
    return lookAtNewestMeta(this.file).transaction !== this.pages.meta.transaction;
  }

  private refresh(): void {
    if (!this.isOld()) return;
    this.pages = new CheckedPages(this.file, readNewestMeta(this.file));
    this.branches = new Map();
    this.tables = tablesOf(this.pages);
  }
}

function nextOf(leaves: Iterator<number>): number {
  const next = leaves.next();
  return next.done ? Number.POSITIVE_INFINITY : next.value;
}
