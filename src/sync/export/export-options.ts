import type { KeyObject } from 'node:crypto';
import type { Mask } from '../../core/app/mask.ts';
import type { RecordFilter } from '../../core/log/filter.ts';
import type { Progress } from '../../view/reader.ts';
import type { CodecName } from '../codec/codecs.ts';
import type { Manifest } from '../format/manifest.ts';

/** The records to export, and the form. */
export interface ExportOptions {
  /** Only what comes after this cursor, as `sync cursor` gives it. Default: everything. */
  readonly after?: string | undefined;
  /** Which records; bounds by position keep a dump whole, all else makes it partial. */
  readonly filter?: RecordFilter | undefined;
  /** The filter as people wrote it, for the manifest. */
  readonly filterText?: string | undefined;
  /** Changes each record before it is written. The dump says so: a mirror refuses it. Not with `states`. */
  readonly mask?: Mask | undefined;
  /**
   * Attachments in the dump: none; those that its records name, each before the first of them; or these and all others.
   * Default referenced, with a mask none: it cannot mask them.
   */
  readonly attachments?: Manifest['attachments'] | undefined;
  /** Adds all states and sessions as of the last record of the log. Default false. */
  readonly states?: boolean | undefined;
  /** Goes on with new records until `signal` aborts. Default false. */
  readonly follow?: boolean | undefined;
  /** Ends the dump, with a valid END. */
  readonly signal?: AbortSignal | undefined;
  /** Default deflate. */
  readonly codec?: CodecName | undefined;
  /** Ed25519 key that signs each block. */
  readonly signKey?: KeyObject | undefined;
  readonly onProgress?: Progress | undefined;
}
