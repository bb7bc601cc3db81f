import { assertNever } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { type Block, DumpReader } from '../format/dump-reader.ts';
import type { Manifest } from '../format/manifest.ts';
import { formatCursor } from '../format/sync-cursor.ts';
import type { SyncHost } from '../host/sync-host.ts';
import type { ImportOptions, ImportReport } from './import-options.ts';
import { IncomingAttachments } from './incoming-attachments.ts';
import { MirrorTaking } from './mirror-taking.ts';
import { SubmitTaking } from './submit-taking.ts';
import { addTaken, nothingTaken, type Taking } from './taking.ts';

/**
 * Takes a dump, block by block: each block and how far it came are one durable commit. The same dump again goes on where it
 * was, or changes nothing.
 *
 * Errors: those of the dump (DUMP_ codes, and what was taken before stays), SYNC_GAP, SYNC_FORK, SYNC_PARTIAL with nothing
 * taken of the block that does not fit; in mode submit those of the first request that cannot be decided; STORAGE_ codes.
 */
export async function importDump(
  host: SyncHost,
  stream: AsyncIterable<Uint8Array>,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const reader = new DumpReader(stream, options);
  const attachments = options.mode === 'inspect' ? undefined : new IncomingAttachments(host.attachments);
  try {
    const { manifest, blocks } = await reader.open();
    const importing = new Importing(manifest, { taking: takingOf(host, manifest, options), attachments }, options);
    return await importing.take(blocks, reader);
  } finally {
    await attachments?.close();
    await reader.close();
  }
}

function takingOf(host: SyncHost, manifest: Manifest, { mode = 'mirror', onConflict }: ImportOptions): Taking {
  switch (mode) {
    case 'mirror':
      return new MirrorTaking(host, manifest);
    case 'submit':
      return new SubmitTaking(host, manifest, onConflict ?? 'stop');
    case 'inspect':
      return { begin: async () => {}, take: async () => nothingTaken };
    default:
      return assertNever(mode);
  }
}

class Importing {
  private readonly taking: Taking;
  private readonly attachments: IncomingAttachments | undefined;
  private readonly options: ImportOptions;
  private report: ImportReport;

  constructor(
    manifest: Manifest,
    { taking, attachments }: { readonly taking: Taking; readonly attachments: IncomingAttachments | undefined },
    options: ImportOptions,
  ) {
    this.taking = taking;
    this.attachments = attachments;
    this.options = options;
    const { origin, after } = manifest;
    const none = { blocks: 0, read: 0, states: 0, attachments: 0, ...nothingTaken };
    this.report = { mode: options.mode ?? 'mirror', origin, ...none, cursor: formatCursor(after), complete: false };
  }

  async take(blocks: AsyncIterable<Block>, reader: DumpReader): Promise<ImportReport> {
    await this.taking.begin();
    try {
      for await (const block of blocks) {
        await this.takeBlock(block);
        this.options.onProgress?.(reader.bytes, this.report.read);
      }
    } catch (error) {
      throw this.withNext(error);
    }
    if (this.report.complete) return this.report;
    const reason = `the dump says itself that it is not complete; ${this.report.read} records of it were read`;
    throw this.withNext(new TxlogError('DUMP_INCOMPLETE', reason));
  }

  private async takeBlock(block: Block): Promise<void> {
    const { entries, cursor, end } = block;
    const count = (...kinds: readonly string[]) => entries.filter(({ kind }) => kinds.includes(kind)).length;
    const fresh = (await this.attachments?.take(entries)) ?? 0;
    // An interrupted export ends where it is, also in an attachment, and says so.
    if (end?.complete) this.attachments?.complete();
    const taken = await this.taking.take(block);
    const { report } = this;
    this.report = {
      ...report,
      ...addTaken(report, taken),
      blocks: report.blocks + 1,
      read: report.read + count('TXN'),
      attachments: report.attachments + fresh,
      states: report.states + count('STATE', 'SESSION'),
      cursor: cursor ?? report.cursor,
      complete: end?.complete ?? false,
    };
  }

  /** Says how to go on: what was taken stays. */
  private withNext(error: unknown): unknown {
    if (!(error instanceof TxlogError) || !/^(?:DUMP|STORAGE)_/.test(error.code)) return error;
    const { read, mode } = this.report;
    if (mode === 'inspect' || read === 0) return error;
    const kept = `What came before is durable: ${read} records.`;
    if (error.code.startsWith('STORAGE_'))
      return new TxlogError(error.code, error.message, {
        ...error.details,
        hint: `${kept} Run the same import again to go on from there.`,
      });
    return new TxlogError(error.code, error.message, {
      ...error.details,
      hint: `${kept} Import a whole dump with the same command to go on from there.`,
      next: [
        `txlog sync export --after ${this.report.cursor} - | txlog sync import ${mode === 'submit' ? '--mode submit ' : ''}-`,
      ],
    });
  }
}
