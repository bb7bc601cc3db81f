import type { KeyObject } from 'node:crypto';

/** The treatment of the records of a dump. */
export type ImportMode = 'mirror' | 'inspect';

/** How to import. */
export interface ImportOptions {
  /** Default mirror. */
  readonly mode?: ImportMode | undefined;
  /** Takes only blocks that are signed by this Ed25519 key. */
  readonly verifyKey?: KeyObject | undefined;
  /** Takes what another program wrote anew, whose seals do not hold. */
  readonly unsealed?: boolean | undefined;
  /** Called after each block, with the bytes of the dump that were read. */
  readonly onProgress?: ((bytes: number, records: number) => void) | undefined;
}

/** The report of an import. */
export interface ImportReport {
  readonly mode: ImportMode;
  readonly origin: string;
  readonly blocks: number;
  /** Records that the dump holds; those that are new here; those that were here before. */
  readonly read: number;
  readonly applied: number;
  readonly duplicate: number;
  /** States and sessions that the dump holds, and that were found to be the same here. */
  readonly states: number;
  /** Where a next dump has to begin. */
  readonly cursor: string;
  /** Whether the dump holds all that it promised. */
  readonly complete: boolean;
}
