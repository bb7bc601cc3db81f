import { TxlogError } from '../../core/base/errors.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { fromTransaction } from '../../layout/dump-record.ts';
import type { DumpEntry } from '../../layout/dump-schema.ts';
import { toHex } from '../../layout/hex.ts';
import { positionKey } from '../../layout/keys.ts';
import { emptyHead, type Head } from '../../layout/meta.ts';
import { readMirror, writeMirror } from '../../layout/mirror-row.ts';
import { recordDigest } from '../../layout/record-codec.ts';
import type { Adoption } from '../../pipeline/3-adopt.ts';
import type { AttachmentStore } from '../../ports/attachment-store.ts';
import type { Snapshot, WriteTx } from '../../ports/storage.ts';
import type { Cut } from '../../view/cut.ts';
import { isWhole, type Manifest } from '../format/manifest.ts';
import { cursorAt } from '../format/sync-cursor.ts';
import { writeProgress } from './origin-progress.ts';

/** The result for the records of a block. */
interface Counted {
  readonly applied: number;
  readonly duplicate: number;
}

/**
 * Refuses what a mirror cannot be made from, before anything is written.
 *
 * Errors: SYNC_PARTIAL for a dump that leaves records out; SYNC_GAP, SYNC_FORK where it does not join on to this log.
 */
export function checkJoint({ snapshot, head }: Cut, manifest: Manifest): void {
  if (!isWhole(manifest)) {
    throw new TxlogError('SYNC_PARTIAL', `the dump leaves out or changes records (${manifest.filter ?? 'masked'})`, {
      hint: 'A mirror needs every record unchanged.',
      next: ['txlog sync import --mode submit DUMP', 'txlog sync export (without a filter or a mask)'],
    });
  }
  const { position, digest } = manifest.after;
  if (position > head.position) throw gap(manifest, position + 1, head);
  if (cursorAt('', position, digestAt(snapshot, position) ?? '').digest === digest) return;
  throw fork(manifest, { position, common: `before ${position}` });
}

/** When a block comes, in ms since 1970, and where its attachments came to. */
interface BlockPlace {
  readonly now: number;
  readonly attachments: Pick<AttachmentStore, 'has'>;
}

/** The records of one block, as they come behind a mirror's log: those that are there already are compared. */
export class MirrorBlock implements Adoption {
  /** Set by `choose`, which may run again under another lock. */
  taken: Counted = { applied: 0, duplicate: 0 };
  private readonly manifest: Manifest;
  private readonly entries: readonly DumpEntry[];
  private readonly at: BlockPlace;

  constructor(manifest: Manifest, entries: readonly DumpEntry[], at: BlockPlace) {
    this.manifest = manifest;
    this.entries = entries;
    this.at = at;
  }

  choose(tx: WriteTx, { head }: Cut) {
    const { manifest } = this;
    const known = this.entries.filter(({ position }) => position <= head.position);
    for (const entry of known) compare(tx, manifest, entry);
    const fresh = this.entries.slice(known.length);
    const [first] = fresh;
    if (first && first.position !== head.position + 1) throw gap(manifest, first.position, head);
    this.taken = { applied: fresh.length, duplicate: known.length };
    const records = fresh.map(({ position, txn }) => fromTransaction(position, txn as NonNullable<DumpEntry['txn']>));
    if (manifest.attachments !== 'none') for (const record of records) this.requireAttachments(record);
    return records;
  }

  /** They came before it; a clearing may have taken one away since. Under the lock, it cannot do so any more. */
  private requireAttachments({ position, outcome, attachments = [] }: LogRecord): void {
    const missing = outcome === 'rejected' ? undefined : attachments.find((digest) => !this.at.attachments.has(digest));
    if (missing === undefined) return;
    throw new TxlogError(
      'ATTACHMENT_NOT_FOUND',
      `attachment ${missing}, which record ${position} names, is not here any more`,
      {
        hint: 'It came with the dump and was cleared away since. What was taken is kept: the same import goes on.',
        next: ['txlog attachment gc --help'],
      },
    );
  }

  finish(tx: WriteTx, head: Head): void {
    const last = this.entries.at(-1);
    if (this.taken.applied === 0 || !last) return;
    const digest = last.txn?.digest;
    if (!digest || toHex(digest) !== head.digest) {
      throw new TxlogError(
        'DUMP_INVALID',
        `record ${last.position} of the dump does not have the digest that it names`,
      );
    }
    const { origin, headTime } = this.manifest;
    const heardOf = Math.max(this.manifest.head.position, head.position);
    const progress = { origin, mode: 'mirror', position: head.position, time: head.time, heard: this.at.now } as const;
    writeProgress(tx, {
      ...{ ...progress, digest: cursorAt(origin, head.position, head.digest).digest },
      ...{ head: heardOf, headTime: Math.max(headTime, head.time) },
    });
    if (!readMirror(tx)) writeMirror(tx, { origin, since: this.at.now });
  }
}

function compare(snapshot: Snapshot, manifest: Manifest, { position, txn }: DumpEntry): void {
  if (txn?.digest && digestAt(snapshot, position) === toHex(txn.digest)) return;
  throw fork(manifest, { position, common: String(position - 1) });
}

function digestAt(snapshot: Snapshot, position: number): string | undefined {
  if (position === 0) return emptyHead.digest;
  const bytes = snapshot.get('log', positionKey(position));
  return bytes && toHex(recordDigest(bytes));
}

function gap({ origin }: Manifest, first: number, { position, digest }: Head): TxlogError {
  const cursor = `${origin}:${position}:${digest.slice(0, 16)}`;
  return new TxlogError('SYNC_GAP', `the dump goes on at ${first}, this log ends at ${position}`, {
    hint: `The last common position is ${position}, if the logs are the same up to there.`,
    next: [`txlog sync export --after ${cursor}`],
  });
}

function fork({ origin }: Manifest, at: { readonly position: number; readonly common: string }): TxlogError {
  return new TxlogError('SYNC_FORK', `record ${at.position} of ${origin} is not the one that is here`, {
    hint: `The last common position is ${at.common}: after that the logs differ.`,
    next: ['txlog sync diff DUMP'],
  });
}
