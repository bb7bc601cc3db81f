import { checkWhole } from '../core/base/check-arguments.ts';
import { TxlogError } from '../core/base/errors.ts';
import { toHex } from '../layout/hex.ts';
import { readMirror } from '../layout/mirror-row.ts';
import type { LongViewReader } from '../view/reader.ts';
import type { DumpDiff } from './diff/diff-dump.ts';
import type { EnvironmentsDiff } from './diff/diff-environments.ts';
import type { ExportOptions } from './export/export-options.ts';
import { cursorAt, formatCursor } from './format/sync-cursor.ts';
import type { SyncHost } from './host/sync-host.ts';
import type { ImportOptions, ImportReport } from './import/import-options.ts';
import { listProgress, readProgress } from './import/origin-progress.ts';
import type { PromoteOptions, Promotion } from './promote.ts';
import type { ResumeOptions } from './suspended-sessions.ts';

/** Where an environment stands towards one origin. */
export interface OriginStatus {
  readonly origin: string;
  readonly mode: 'mirror' | 'submit';
  readonly cursor: string;
  /** How far it was behind what it last heard of: in records, and in seconds between their times. */
  readonly lag: { readonly records: number; readonly seconds: number };
  /** When it was last heard of, in ms since 1970. */
  readonly heard: number;
}

/** Where an environment stands. */
export interface SyncStatus {
  readonly unit: string;
  readonly cursor: string;
  /** The origin of a mirror; undefined when it takes requests itself. */
  readonly mirror: { readonly origin: string; readonly since: number } | undefined;
  readonly origins: readonly OriginStatus[];
}

/** How an environment travels: dumps out of it and into it, and what two of them have in common. */
export class Sync {
  private readonly host: SyncHost;

  constructor(host: SyncHost) {
    this.host = host;
  }

  /**
   * The bytes of a dump, in pieces, no faster than they are taken (docs/formats/avro-dump.md).
   *
   * Errors: SYNC_FORK when the log has another record at the cursor; POSITION_NOT_FOUND; CODEC_UNAVAILABLE.
   */
  async *export(options: ExportOptions = {}): AsyncGenerator<Buffer> {
    const { exportDump } = await import('./export/export-dump.ts');
    yield* exportDump(this.host, options);
  }

  /**
   * Takes over a dump. Each block is durable together with how far it came: the same dump again goes on where it was.
   *
   * Errors: the DUMP_ codes, where what came before stays; SYNC_GAP, SYNC_FORK, SYNC_PARTIAL.
   */
  async import(stream: AsyncIterable<Uint8Array>, options: ImportOptions = {}): Promise<ImportReport> {
    const { importDump } = await import('./import/import-dump.ts');
    return importDump(this.host, stream, options);
  }

  /** Where a dump has to begin that this environment lacks: of its own log, or of what it took from an origin. */
  async cursor(origin?: string): Promise<string> {
    return this.host.env.read((cut) => {
      const known = origin === undefined ? undefined : readProgress(cut.snapshot, origin);
      if (known) return formatCursor(known);
      if (origin !== undefined) return formatCursor(cursorAt(origin, 0, toHex(new Uint8Array(32))));
      const own = readMirror(cut.snapshot)?.origin ?? this.host.env.unit;
      return formatCursor(cursorAt(own, cut.head.position, cut.head.digest));
    });
  }

  /**
   * The position here of a record that came from an origin, by its position there.
   *
   * Errors: POSITION_NOT_FOUND when it was not taken, or only set aside.
   */
  async position(origin: string, position: number): Promise<number> {
    checkWhole('position', position);
    const { mapReader } = await import('./import/position-map.ts');
    const own = await this.host.env.read(({ snapshot }) => mapReader(snapshot, origin)(position));
    if (own !== undefined && own > 0) return own;
    throw new TxlogError('POSITION_NOT_FOUND', `position ${position} of ${origin} was not taken over`, {
      next: ['txlog sync status'],
    });
  }

  /** Where the environment stands towards all that it took anything from. */
  async status(): Promise<SyncStatus> {
    const cursor = await this.cursor();
    return this.host.env.read(({ snapshot }) => ({
      unit: this.host.env.unit,
      cursor,
      mirror: readMirror(snapshot),
      origins: listProgress(snapshot).map((progress) => {
        const records = Math.max(0, progress.head - progress.position);
        const seconds = records === 0 ? 0 : Math.max(0, progress.headTime - progress.time) / 1_000;
        const { origin, mode, heard } = progress;
        return { origin, mode, cursor: formatCursor(progress), lag: { records, seconds }, heard };
      }),
    }));
  }

  /** Compares this environment with another one: in the time of what differs, where their logs share a part. */
  async diff(other: LongViewReader): Promise<EnvironmentsDiff> {
    const { diffEnvironments } = await import('./diff/diff-environments.ts');
    return diffEnvironments(this.host.env, other);
  }

  /** Compares this environment with a dump. Errors: the DUMP_ codes. */
  async diffDump(stream: AsyncIterable<Uint8Array>): Promise<DumpDiff> {
    const { diffDump } = await import('./diff/diff-dump.ts');
    return diffDump(this.host.env, stream);
  }

  /**
   * Makes a mirror take requests; the record that says why, and how many sessions were suspended: each may still be led
   * where it comes from. Errors: ENV_NOT_MIRROR, USAGE.
   */
  async promote(options: PromoteOptions): Promise<Promotion> {
    const { promote } = await import('./promote.ts');
    return promote(this.host, options);
  }

  /** Frees sessions that were suspended: the ids of those that were. */
  async *resume(options: ResumeOptions = {}): AsyncGenerator<string> {
    const { resumeSessions } = await import('./suspended-sessions.ts');
    yield* resumeSessions(this.host.env, options);
  }
}
