import { TxlogError } from '../../core/base/errors.ts';
import { sessionKey } from '../../core/fold/session.ts';
import type { DumpEntry } from '../../layout/dump-schema.ts';
import { stateAtSteps } from '../../view/time-travel.ts';
import { entryOfState } from '../export/read-states.ts';
import { type Block, DumpReader } from '../format/dump-reader.ts';
import type { Manifest } from '../format/manifest.ts';
import { formatCursor } from '../format/sync-cursor.ts';
import type { SyncHost } from '../host/sync-host.ts';
import type { ImportOptions, ImportReport } from './import-options.ts';
import { checkJoint, MirrorBlock } from './mirror-block.ts';

/**
 * Takes over a dump, block by block: each block and how far it came are one durable commit. The same dump again goes on
 * where it was, or changes nothing.
 *
 * Errors: those of the dump (DUMP_ codes, and what was taken before stays), SYNC_GAP, SYNC_FORK, SYNC_PARTIAL with nothing
 * taken of the block that does not fit, STORAGE_ codes.
 */
export async function importDump(
  host: SyncHost,
  stream: AsyncIterable<Uint8Array>,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const reader = new DumpReader(stream, options);
  try {
    const { manifest, blocks } = await reader.open();
    const importing = new Importing(host, manifest, options);
    await importing.begin();
    return await importing.take(blocks, reader);
  } finally {
    await reader.close();
  }
}

class Importing {
  private readonly host: SyncHost;
  private readonly manifest: Manifest;
  private readonly options: ImportOptions;
  private report: ImportReport;

  constructor(host: SyncHost, manifest: Manifest, options: ImportOptions) {
    this.host = host;
    this.manifest = manifest;
    this.options = options;
    const { origin, after } = manifest;
    const none = { blocks: 0, read: 0, applied: 0, duplicate: 0, states: 0 };
    this.report = { mode: options.mode ?? 'mirror', origin, ...none, cursor: formatCursor(after), complete: false };
  }

  async begin(): Promise<void> {
    if (this.report.mode !== 'mirror') return;
    await this.host.env.read((cut) => checkJoint(cut, this.manifest));
  }

  async take(blocks: AsyncIterable<Block>, reader: DumpReader): Promise<ImportReport> {
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

  private async takeBlock({ entries, cursor, end }: Block): Promise<void> {
    const records = entries.filter(({ kind }) => kind === 'TXN');
    const states = entries.filter(({ kind }) => kind === 'STATE' || kind === 'SESSION');
    const taken = this.report.mode === 'mirror' ? await this.mirror(records) : { applied: 0, duplicate: 0 };
    if (this.report.mode === 'mirror') await this.compareStates(states);
    const { report } = this;
    this.report = {
      ...report,
      blocks: report.blocks + 1,
      read: report.read + records.length,
      applied: report.applied + taken.applied,
      duplicate: report.duplicate + taken.duplicate,
      states: report.states + states.length,
      cursor: cursor ?? report.cursor,
      complete: end?.complete ?? false,
    };
  }

  private async mirror(records: readonly DumpEntry[]) {
    if (records.length === 0) return { applied: 0, duplicate: 0 };
    if (records.some(({ txn }) => !txn)) throw new TxlogError('DUMP_INVALID', 'a TXN of the dump has no transaction');
    const block = new MirrorBlock(this.manifest, records, this.host.env.now());
    await this.host.adopt(block);
    return block.taken;
  }

  /** The dump says what its records come to; here the same must have come of them. */
  private async compareStates(states: readonly DumpEntry[]): Promise<void> {
    if (states.length === 0) return;
    await this.host.env.readSteps(function* (cut) {
      for (const entry of states) {
        const key = entry.state?.key ?? sessionKey(entry.session?.id ?? '');
        const own = yield* stateAtSteps(cut, key, entry.position);
        const same = own?.exists && sameEntry(entryOfState(own, entry.position), entry);
        if (!same) throw new TxlogError('DUMP_INVALID', `the dump has another state of ${key} than its records give`);
        yield;
      }
    });
  }

  /** Says how to go on: what was taken stays. */
  private withNext(error: unknown): unknown {
    if (!(error instanceof TxlogError) || !/^(?:DUMP|STORAGE)_/.test(error.code)) return error;
    const { read, mode } = this.report;
    if (mode !== 'mirror' || read === 0) return error;
    const kept = `What came before is durable: ${read} records.`;
    if (error.code.startsWith('STORAGE_'))
      return new TxlogError(error.code, error.message, {
        ...error.details,
        hint: `${kept} Run the same import again to go on from there.`,
      });
    return new TxlogError(error.code, error.message, {
      ...error.details,
      hint: `${kept} Import a whole dump with the same command to go on from there.`,
      next: [`txlog sync export --after ${this.report.cursor} - | txlog sync import -`],
    });
  }
}

function sameEntry(own: DumpEntry, other: DumpEntry): boolean {
  return (
    own.kind === other.kind &&
    JSON.stringify(own.state ?? null) === JSON.stringify(other.state ?? null) &&
    JSON.stringify(own.session ?? null) === JSON.stringify(other.session ?? null)
  );
}
