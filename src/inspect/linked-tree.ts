import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import { type SessionStatus, sessionIn, sessionKey, sessionOfKey } from '../core/fold/session.ts';
import type { Links } from '../core/log/links.ts';
import { type Outcome, type StoredRecord, sessionType } from '../core/log/record.ts';
import { asBuffer } from '../layout/bytes.ts';
import { keyPosition, positionKey } from '../layout/keys.ts';
import type { Cut } from '../view/cut.ts';
import { linksOfName } from '../view/links-of-name.ts';
import type { LongViewReader } from '../view/reader.ts';
import type { LoopTurn, Steps } from '../view/turns.ts';

/** A request or a session among what belongs together; one id may be both, such as a queued request. */
export interface LinkedNode {
  readonly id: string;
  /** Position and time of the first record that tells of it. */
  readonly position: number;
  readonly time: number;
  /** The id of its cause, which need not be among the nodes. */
  readonly causation?: string;
  /** Its record, once the request was processed. */
  readonly transaction?: { readonly type: string; readonly position: number; readonly outcome: Outcome };
  readonly session?: { readonly theme: string; readonly status: SessionStatus | 'removed' };
  /** How many causes are above it. */
  readonly depth: number;
}

/** All that belongs together, causes before what they brought about. */
export interface LinkedTree {
  readonly correlation: string;
  readonly nodes: readonly LinkedNode[];
  /** There are more than `limits.treeNodesMax`: these are the first ones of the log. */
  readonly truncated: boolean;
}

type Found = { -readonly [field in keyof Omit<LinkedNode, 'depth'>]: LinkedNode[field] };

const rowsPerSlice = 20_000;

/** Bytes that are searched for one look at the clock; each row counts as some more. */
const bytesPerLook = 65_536;
const bytesPerRow = 256;

/**
 * All records and sessions of what `id` belongs to, as a tree. The log is read by slices, from its beginning to the head as
 * of the call: there is no index of links (decisions/0031-links-between-records.md).
 */
export async function readLinkedTree(
  env: LongViewReader,
  id: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<LinkedTree> {
  const { correlation, head } = await env.read((cut) => ({
    correlation: linksOfName(cut, id).correlation ?? id,
    head: cut.head.position,
  }));
  const gathering = new Gathering(correlation);
  // A caller may have given the name to others before the request came whose id it is.
  for (let at: number | undefined = 1; at !== undefined && !gathering.isFull; ) {
    const from: number = at;
    at = await env.read((cut, turn) => gathering.addSlice(cut, { from, to: head }, turn));
    onProgress(at ?? head, head);
  }
  const nodes = await env.readSteps((cut) => withStatus(cut, inOrder(gathering.first)));
  return { correlation, nodes, truncated: gathering.isFull };
}

/** The nodes that were found so far. */
class Gathering {
  private readonly nodes = new Map<string, Found>();
  private readonly correlation: string;
  /** The id as a record has it: as it is, and inside of JSON. */
  private readonly needles: readonly Buffer[];

  constructor(correlation: string) {
    this.correlation = correlation;
    const texts = new Set([correlation, JSON.stringify(correlation).slice(1, -1)]);
    this.needles = [...texts].map((text) => Buffer.from(text));
  }

  /** Whether there are more than a tree holds. */
  get isFull(): boolean {
    return this.nodes.size > limits.treeNodesMax;
  }

  /** Those that a tree holds. */
  get first(): ReadonlyMap<string, Found> {
    return new Map([...this.nodes].slice(0, limits.treeNodesMax));
  }

  /** Looks at rows until the turn is over; where the next slice begins, undefined at the end. */
  addSlice(cut: Cut, { from, to }: { readonly from: number; readonly to: number }, turn: LoopTurn): number | undefined {
    const range = { start: positionKey(from), end: positionKey(to + 1), limit: rowsPerSlice };
    let last = from - 1;
    let searched = 0;
    for (const { key, value } of cut.snapshot.range('log', range)) {
      last = keyPosition(key);
      const row = asBuffer(value);
      searched += row.length + bytesPerRow;
      // Whatever belongs to it names it, and decoding costs far more than to look for the bytes.
      const isNamed = this.needles.some((needle) => row.includes(needle));
      if (isNamed) this.add(cut, cut.typeRegistry.decode(cut.snapshot, last, value));
      if (this.isFull) break;
      if (!isNamed && searched < bytesPerLook) continue;
      if (turn.isOver) break;
      searched = 0;
    }
    return last < from || last >= to ? undefined : last + 1;
  }

  private add(cut: Cut, record: StoredRecord): void {
    const { position, time, type, outcome } = record;
    const undone = record.compensates === undefined ? undefined : cut.idAt(record.compensates);
    // A compensation of before there were links at least names its target.
    const isOurs = this.isOurs(record.id, record) || (undone !== undefined && this.nodes.has(undone));
    if (record.type !== sessionType && isOurs) {
      const causation = record.causation ?? undone;
      this.put({ id: record.id, position, time, ...given({ causation }), transaction: { type, position, outcome } });
    }
    for (const change of record.changes) {
      const id = change.op === 'session.new' ? sessionOfKey(change.key) : undefined;
      const made = change.value as (JsonObject & Links & { readonly theme: number }) | undefined;
      if (id === undefined || !made || !this.isOurs(id, made)) continue;
      const theme = cut.themes().nameOf(made.theme) ?? `${made.theme}`;
      const { causation } = made;
      this.put({ id, position, time, ...given({ causation }), session: { theme, status: 'removed' } });
    }
  }

  private isOurs(id: string, { correlation }: Links): boolean {
    return id === this.correlation || correlation === this.correlation;
  }

  private put(found: Found): void {
    const known = this.nodes.get(found.id);
    this.nodes.set(found.id, known ? { ...found, ...known, ...given({ transaction: found.transaction }) } : found);
  }
}

/** Each behind its cause, and otherwise in the order of the log. */
function inOrder(found: ReadonlyMap<string, Found>): LinkedNode[] {
  const children = new Map<string | undefined, Found[]>();
  for (const node of found.values()) {
    const cause = node.causation !== undefined && found.has(node.causation) ? node.causation : undefined;
    const siblings = children.get(cause);
    if (siblings) siblings.push(node);
    else children.set(cause, [node]);
  }
  const ordered = new Map<string, LinkedNode>();
  const visit = (root: Found) => {
    const open = [{ node: root, depth: 0 }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { node, depth } = next;
      if (ordered.has(node.id)) continue;
      ordered.set(node.id, { ...node, depth });
      for (const child of (children.get(node.id) ?? []).toReversed()) open.push({ node: child, depth: depth + 1 });
    }
  };
  for (const root of children.get(undefined) ?? []) visit(root);
  // Callers may name each other as causes: such a circle begins with what is first in the log.
  for (const node of found.values()) visit(node);
  return [...ordered.values()];
}

function* withStatus(cut: Cut, nodes: readonly LinkedNode[]): Steps<readonly LinkedNode[]> {
  const told: LinkedNode[] = [];
  for (const node of nodes) {
    const status = node.session && (sessionIn(cut.state(sessionKey(node.id)))?.status ?? 'removed');
    told.push(node.session && status ? { ...node, session: { ...node.session, status } } : node);
    yield;
  }
  return told;
}
