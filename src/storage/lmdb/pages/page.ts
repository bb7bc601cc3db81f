import { type Meta, numberAt, pageHeaderBytes, rootBytes } from './meta-pages.ts';

/** A page of a tree: a leaf holds rows, a branch the numbers of the pages below it. */
export interface Page {
  readonly bytes: Buffer;
  readonly number: number;
  readonly isLeaf: boolean;
  /** Rows of a leaf, children of a branch. */
  readonly nodes: number;
}

/** Where the bytes of a large value lie: pages of their own. */
export interface Overflow {
  readonly page: number;
  readonly pages: number;
}

const branchFlag = 1;
const leafFlag = 2;
const overflowFlag = 4;
const nodeHeaderBytes = 8;
/** A node whose value lies on pages of its own; a node that names a table. */
const bigFlag = 1;
const tableFlag = 2;
/** A node's content in place of a large value: its first page, the transaction that wrote it, the number of pages. */
const overflowBytes = 24;
/** For the page that is checked: how many pairs of bytes the node takes that begins at each pair. */
const nodePairs = new Uint16Array(16_384);

/** The properties that a page must have. */
export interface Expected {
  readonly meta: Meta;
  readonly number: number;
  readonly isLeaf: boolean;
  /** Whether its rows name tables. */
  readonly isMain: boolean;
}

/**
 * What is wrong with a page of a tree, or undefined: everything that LMDB relies on without looking, so that neither reading
 * nor changing the page leads it outside of it.
 */
export function checkPage(bytes: Buffer, expected: Expected): string | undefined {
  const { meta, number, isLeaf } = expected;
  if (numberAt(bytes, 0) !== number) return `says that it is page ${numberAt(bytes, 0)}`;
  const flags = shortAt(bytes, 18);
  if (flags !== (isLeaf ? leafFlag : branchFlag)) return `is no ${isLeaf ? 'leaf' : 'branch'} page`;
  if (numberAt(bytes, 8) > meta.transaction) return 'is newer than the newest transaction';
  const lower = shortAt(bytes, 20);
  const upper = shortAt(bytes, 22);
  const room = meta.pageBytes - pageHeaderBytes;
  if (lower > upper || upper > room || lower % 2 === 1 || upper % 2 === 1) return 'has impossible bounds';
  const nodes = lower / 2;
  // A branch has at least two children; a leaf has a row, or its table has no page.
  if (nodes < (isLeaf ? 1 : 2)) return `has only ${nodes} nodes`;
  return checkNodes({ bytes, number, isLeaf, nodes }, upper, expected);
}

/** Nodes fill the end of the page without a gap, in any order: none may overlap another, or reach beyond. */
function checkNodes(page: Page, upper: number, { meta, isMain }: Expected): string | undefined {
  const { bytes, nodes, isLeaf } = page;
  const room = meta.pageBytes - pageHeaderBytes;
  nodePairs.fill(0, 0, room / 2);
  for (let i = 0; i < nodes; i++) {
    const at = shortAt(bytes, pageHeaderBytes + 2 * i);
    if (at % 2 === 1 || at < upper || at + nodeHeaderBytes > room) return `has node ${i} outside of it`;
    const start = at + pageHeaderBytes;
    const size = nodeHeaderBytes + shortAt(bytes, start + 6) + (isLeaf ? valueBytesIn(bytes, start) : 0);
    if (at + size > room) return `has node ${i} that reaches beyond it`;
    const reason = isLeaf ? checkRow(bytes, start, { meta, isMain }) : checkChild(bytes, start, meta);
    if (reason !== undefined) return `has node ${i} ${reason}`;
    nodePairs[at / 2] = (size + 1) >>> 1;
  }
  return fills(nodes, upper / 2, room / 2) ? undefined : 'has nodes that overlap, or do not fill it';
}

/** Whether `nodes` nodes, one after another, fill the pairs of bytes from `from` to `to`. */
function fills(nodes: number, from: number, to: number): boolean {
  let at = from;
  let found = 0;
  while (at < to && nodePairs[at] !== 0) {
    at += nodePairs[at] as number;
    found += 1;
  }
  return at === to && found === nodes;
}

function checkRow(
  bytes: Buffer,
  start: number,
  { meta, isMain }: { readonly meta: Meta; readonly isMain: boolean },
): string | undefined {
  const flags = shortAt(bytes, start + 4);
  const keyBytes = shortAt(bytes, start + 6);
  if (keyBytes === 0) return 'without a key';
  if (isMain && flags !== tableFlag) return 'that names no table';
  if (flags === tableFlag && isMain)
    return valueBytesIn(bytes, start) === rootBytes ? undefined : 'that is no root of a table';
  if (flags === 0) return undefined;
  if (flags !== bigFlag) return `of an unknown kind, ${flags}`;
  const { page, pages } = overflowAt(bytes, start);
  const isInside = page >= 2 && pages >= 1 && page + pages - 1 <= meta.lastPage;
  if (!isInside) return `whose value is on page ${page}`;
  return pages === pagesFor(valueBytes(bytes, start), meta) ? undefined : 'whose value does not fit its pages';
}

function checkChild(bytes: Buffer, start: number, meta: Meta): string | undefined {
  const child = childAt(bytes, start);
  return child >= 2 && child <= meta.lastPage ? undefined : `for page ${child}`;
}

/** Finds what is wrong with the first page of a large value; undefined when nothing is. */
export function checkOverflow(header: Buffer, { page, pages }: Overflow, meta: Meta): string | undefined {
  if (numberAt(header, 0) !== page) return `says that it is page ${numberAt(header, 0)}`;
  if (header.readUInt16LE(18) !== overflowFlag) return 'is no page of a large value';
  if (numberAt(header, 8) > meta.transaction) return 'is newer than the newest transaction';
  return header.readUInt32LE(20) === pages ? undefined : `says that it has ${header.readUInt32LE(20)} pages`;
}

/** Pages that a large value takes. */
export function pagesFor(bytes: number, { pageBytes }: Meta): number {
  return Math.floor((pageHeaderBytes - 1 + bytes) / pageBytes) + 1;
}

/** A page that was checked. */
export function pageOf(bytes: Buffer, number: number): Page {
  return { bytes, number, isLeaf: shortAt(bytes, 18) === leafFlag, nodes: shortAt(bytes, 20) / 2 };
}

/** Where node `index` starts in the page. */
export function nodeStart({ bytes }: Page, index: number): number {
  return shortAt(bytes, pageHeaderBytes + 2 * index) + pageHeaderBytes;
}

/** The key of a node, not copied. */
export function keyOf(page: Page, index: number): Buffer {
  const start = nodeStart(page, index);
  const at = start + nodeHeaderBytes;
  return page.bytes.subarray(at, at + shortAt(page.bytes, start + 6));
}

/** The page below a node of a branch. */
export function childOf(page: Page, index: number): number {
  return childAt(page.bytes, nodeStart(page, index));
}

/** The pages of a row's value, or undefined when it is in the leaf. */
export function overflowOf(page: Page, index: number): (Overflow & { readonly bytes: number }) | undefined {
  const start = nodeStart(page, index);
  if (shortAt(page.bytes, start + 4) !== bigFlag) return undefined;
  return { ...overflowAt(page.bytes, start), bytes: valueBytes(page.bytes, start) };
}

/** The value of a row that is in the leaf, not copied. */
export function valueIn(page: Page, index: number): Buffer {
  const { bytes } = page;
  const start = nodeStart(page, index);
  const at = start + nodeHeaderBytes + shortAt(bytes, start + 6);
  return bytes.subarray(at, at + valueBytes(bytes, start));
}

/** The first node whose key is not less than `key`; `nodes` when there is none. In a branch the first key is never read. */
export function lowerBound(page: Page, key: Uint8Array): number {
  let low = page.isLeaf ? 0 : 1;
  let high = page.nodes;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKey(page, middle, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Order of a node's key and another. */
export function compareKey(page: Page, index: number, key: Uint8Array): number {
  const start = nodeStart(page, index);
  const at = start + nodeHeaderBytes;
  return page.bytes.compare(key, 0, key.length, at, at + shortAt(page.bytes, start + 6));
}

/** Whether the keys of a page rise; the first of a branch is never read. */
export function hasRisingKeys({ bytes, nodes, isLeaf }: Page): boolean {
  for (let i = isLeaf ? 1 : 2; i < nodes; i++) {
    const a = shortAt(bytes, pageHeaderBytes + 2 * i - 2) + pageHeaderBytes;
    const b = shortAt(bytes, pageHeaderBytes + 2 * i) + pageHeaderBytes;
    if (!isLess(bytes, a, b)) return false;
  }
  return true;
}

/** Whether the keys of a page are numbers of 8 bytes that rise; the first of a branch is never read. */
export function hasRisingNumbers(page: Page): boolean {
  let last = 0;
  for (let i = page.isLeaf ? 0 : 1; i < page.nodes; i++) {
    const key = keyOf(page, i);
    const number = key.length === 8 ? numberAt(key, 0) : 0;
    if (number <= last) return false;
    last = number;
  }
  return true;
}

/** Whether the key of the node at `a` is less than that of the node at `b`. */
function isLess(bytes: Buffer, a: number, b: number): boolean {
  const aBytes = shortAt(bytes, a + 6);
  const bBytes = shortAt(bytes, b + 6);
  const common = Math.min(aBytes, bBytes);
  for (let i = nodeHeaderBytes; i < common + nodeHeaderBytes; i++) {
    const difference = (bytes[a + i] as number) - (bytes[b + i] as number);
    if (difference !== 0) return difference < 0;
  }
  return aBytes < bBytes;
}

/** A number of 16 bits. Asked for each node of each page, and so without the checks of a Buffer's own reading. */
function shortAt(bytes: Buffer, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function childAt(bytes: Buffer, start: number): number {
  return bytes.readUInt32LE(start) + shortAt(bytes, start + 4) * 0x1_0000_0000;
}

/** Bytes of a row's value, wherever they are. */
function valueBytes(bytes: Buffer, start: number): number {
  return bytes.readUInt32LE(start);
}

/** Bytes that a row's value takes in the leaf. */
function valueBytesIn(bytes: Buffer, start: number): number {
  return shortAt(bytes, start + 4) === bigFlag ? overflowBytes : valueBytes(bytes, start);
}

function overflowAt(bytes: Buffer, start: number): Overflow {
  const at = start + nodeHeaderBytes + shortAt(bytes, start + 6);
  return { page: numberAt(bytes, at), pages: numberAt(bytes, at + 16) };
}
