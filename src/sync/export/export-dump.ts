import { TxlogError } from '../../core/base/errors.ts';
import { toHex } from '../../layout/hex.ts';
import { toTime } from '../../layout/json-shapes.ts';
import { positionKey } from '../../layout/keys.ts';
import { emptyHead } from '../../layout/meta.ts';
import { readMirror } from '../../layout/mirror-row.ts';
import { decodeHeader, recordDigest } from '../../layout/record-codec.ts';
import type { Snapshot } from '../../ports/storage.ts';
import { CommitSignal } from '../../view/commit-signal.ts';
import { codecOf } from '../codec/codecs.ts';
import { DumpWriter } from '../format/dump-writer.ts';
import { dumpFormat, type Manifest } from '../format/manifest.ts';
import { cursorAt, parseCursor, type SyncCursor } from '../format/sync-cursor.ts';
import type { SyncEnvironment, SyncHost } from '../host/sync-host.ts';
import { OutgoingAttachments } from './export-attachments.ts';
import type { ExportOptions } from './export-options.ts';
import { maskRecord } from './mask-record.ts';
import { readStateEntries } from './read-states.ts';
import { type Outgoing, readTransactions } from './read-transactions.ts';

/** The facts about the log before it is exported. */
interface Start {
  readonly manifest: Manifest;
  /** First and last position, of the part that is there already. */
  readonly from: number;
  readonly to: number;
}

/**
 * The bytes of a dump, in pieces, no faster than they are taken. What it holds is as of the call, whatever is written
 * meanwhile; with `follow`, what comes later too.
 *
 * Errors: SYNC_FORK when the log has another record at `after`; POSITION_NOT_FOUND; CODEC_UNAVAILABLE; those of reading.
 */
export async function* exportDump(
  { env, attachments: store }: Pick<SyncHost, 'env' | 'attachments'>,
  options: ExportOptions = {},
): AsyncGenerator<Buffer> {
  const codec = codecOf(options.codec ?? 'deflate');
  if (options.mask && options.states)
    throw new TxlogError('USAGE', 'states cannot be masked: whoever imports the records makes them anew');
  if (options.mask && attachmentsOf(options) !== 'none')
    throw new TxlogError('USAGE', 'attachments cannot be masked: leave them out');
  const start = await readStart(env, options);
  const writer = new DumpWriter(start.manifest, { codec, signKey: options.signKey });
  const { origin } = start.manifest;
  const { signal } = options;
  const attachments = new OutgoingAttachments(store, { which: attachmentsOf(options), signal });
  // At once: whoever reads a feed sees that it is one.
  if (options.follow) yield* writer.flush();
  yield* exportRange(env, { ...start, writer, options, attachments });
  if (!signal?.aborted) yield* attachments.rest(writer, start.to);
  if (options.states && !signal?.aborted) {
    for await (const entry of readStateEntries(env, start.to)) {
      if (signal?.aborted) break;
      yield* writer.add(entry, start.manifest.head);
    }
  }
  if (options.follow) yield* exportNews(env, { from: start.to + 1, writer, options, origin, attachments });
  yield* writer.end(!attachments.isCut && (options.follow === true || signal?.aborted !== true));
}

async function readStart(env: SyncEnvironment, options: ExportOptions): Promise<Start> {
  return env.read((cut) => {
    const { position, digest, time } = cut.head;
    const origin = readMirror(cut.snapshot)?.origin ?? env.unit;
    const after = readAfter(cut.snapshot, origin, options);
    const to = Math.min(options.filter?.to ?? position, position);
    if (after.position > position) throw notThere(after.position, position);
    const manifest: Manifest = {
      format: dumpFormat,
      unit: env.unit,
      origin,
      after,
      head: cursorAt(origin, position, digest),
      headTime: time,
      to: options.follow ? undefined : to,
      filter: narrows(options) ? (options.filterText ?? 'yes') : undefined,
      masked: options.mask !== undefined,
      states: options.states === true,
      attachments: attachmentsOf(options),
      time: toTime(env.now()),
    };
    return { manifest, from: after.position + 1, to };
  });
}

/** The record before the first one: by a cursor, or by the first position. */
function readAfter(snapshot: Snapshot, origin: string, { after, filter }: ExportOptions): SyncCursor {
  const from = (filter?.from ?? 1) - 1;
  if (after === undefined) return cursorAt(origin, from, digestAt(snapshot, from));
  const cursor = parseCursor(after);
  const own = cursorAt(origin, cursor.position, digestAt(snapshot, cursor.position));
  if (own.digest !== cursor.digest) {
    throw new TxlogError('SYNC_FORK', `record ${cursor.position} is not the record that the cursor names`, {
      hint: `The last common position is before ${cursor.position}: what follows in the cursor was never here.`,
      next: ['txlog sync diff', 'txlog sync export (without --after)'],
    });
  }
  return from > cursor.position ? cursorAt(origin, from, digestAt(snapshot, from)) : own;
}

/** Digest of the record at a position, in hex. Errors: POSITION_NOT_FOUND. */
function digestAt(snapshot: Snapshot, position: number): string {
  if (position === 0) return emptyHead.digest;
  const bytes = snapshot.get('log', positionKey(position));
  if (!bytes)
    throw new TxlogError('POSITION_NOT_FOUND', `the log has no position ${position}`, { next: ['txlog status'] });
  return toHex(recordDigest(bytes));
}

function notThere(position: number, head: number): TxlogError {
  return new TxlogError('POSITION_NOT_FOUND', `the log ends at ${head}, there is no position ${position}`);
}

/** Whether a filter leaves records out between its first and last position. */
function narrows({ filter = {} }: ExportOptions): boolean {
  const { from: _, to: __, ...others } = filter;
  return Object.values(others).some((value) => value !== undefined);
}

interface Exporting {
  readonly writer: DumpWriter;
  readonly options: ExportOptions;
  readonly attachments: OutgoingAttachments;
}

function attachmentsOf({ attachments, mask }: ExportOptions): Manifest['attachments'] {
  return attachments ?? (mask ? 'none' : 'referenced');
}

async function* exportRange(
  env: SyncEnvironment,
  { manifest, from, to, ...exporting }: Exporting & Start,
): AsyncGenerator<Buffer> {
  const { writer, options } = exporting;
  const { signal, onProgress, filter } = options;
  const pages = readTransactions(env, { from, to, filter: narrows(options) ? filter : undefined });
  for await (const page of pages) {
    for (const record of page) {
      yield* addRecord(exporting, record, manifest.origin);
      if (signal?.aborted) return;
    }
    const last = page.at(-1)?.position ?? from;
    onProgress?.(last - from + 1, to - from + 1);
  }
  // The reader has seen the records that a filter left out at the end.
  if (to >= from) writer.pass(await env.read(({ snapshot }) => cursorAt(manifest.origin, to, digestAt(snapshot, to))));
}

/** New records, each passed on as soon as there is no other to wait for. */
async function* exportNews(
  env: SyncEnvironment,
  { from, origin, ...exporting }: Exporting & { readonly from: number; readonly origin: string },
): AsyncGenerator<Buffer> {
  const { writer, options } = exporting;
  const { signal, filter } = options;
  const commits = new CommitSignal(env, signal);
  try {
    for (let at = from; !signal?.aborted; ) {
      commits.arm();
      const head = await env.read(({ head }) => head.position);
      for await (const page of readTransactions(env, {
        from: at,
        to: head,
        filter: narrows(options) ? filter : undefined,
      })) {
        for (const record of page) {
          if (signal?.aborted) break;
          yield* addRecord(exporting, record, origin);
        }
        if (signal?.aborted) break;
      }
      at = head + 1;
      yield* writer.flush();
      if (!signal?.aborted) await commits.next();
    }
  } finally {
    commits.stop();
  }
}

/** Adds a record, unless the signal is aborted before all of its attachments are sent. */
async function* addRecord(
  { writer, options: { mask, signal }, attachments }: Exporting,
  record: Outgoing,
  origin: string,
): AsyncGenerator<Buffer> {
  const { position } = record;
  const txn = mask ? maskRecord(mask, record) : record.txn;
  const cursor = cursorOf(origin, record);
  if (!txn) return writer.pass(cursor);
  if (txn.expect !== null) yield* attachments.before(writer, position, txn);
  if (signal?.aborted) return;
  yield* writer.add({ kind: 'TXN', position, txn }, cursor);
}

function cursorOf(origin: string, { position, txn }: Outgoing): SyncCursor {
  return cursorAt(origin, position, toHex(txn.digest ?? new Uint8Array()));
}

/** Time of the record at a position, in ms since 1970; 0 where there is none. */
export function timeAt(snapshot: Snapshot, position: number): number {
  const bytes = snapshot.get('log', positionKey(position));
  return bytes ? decodeHeader(bytes).time : 0;
}
