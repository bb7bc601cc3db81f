import type { KeyObject } from 'node:crypto';

/** The treatments of the records of a dump: an import keeps them as they are, decides them again, or only reads them. */
export const importModes = ['mirror', 'submit', 'inspect'] as const;

/** One of them. */
export type ImportMode = (typeof importModes)[number];

/** The ways of an import with a record that cannot be decided here: it stops, sets the record aside, or leaves it out. */
export const conflictPolicies = ['stop', 'park', 'skip'] as const;

/** One of them. */
export type ConflictPolicy = (typeof conflictPolicies)[number];

/** How to import. */
export interface ImportOptions {
  /** Default mirror. */
  readonly mode?: ImportMode | undefined;
  /** In mode submit, for a record that cannot be decided here. Default stop. */
  readonly onConflict?: ConflictPolicy | undefined;
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
  /** Those of the new ones that were rejected here: in mode submit each is decided again. */
  readonly rejected: number;
  /** Those that could not be decided here: set aside, or left out. */
  readonly parked: number;
  readonly skipped: number;
  /** Those that only their origin has: what the engine did there with sessions, sagas and expired claims. */
  readonly left: number;
  /** States and sessions that the dump holds, and that were found to be the same here. */
  readonly states: number;
  /** Attachments of the dump that were not here. */
  readonly attachments: number;
  /** Where a next dump has to begin. */
  readonly cursor: string;
  /** Whether the dump holds all that it promised. */
  readonly complete: boolean;
}
