import { TxlogError } from '../../core/base/errors.ts';

/** Where a reader or a sync stands in the log of an origin: the last record that it has. */
export interface SyncCursor {
  /** Unit of the environment that the log comes from. */
  readonly origin: string;
  readonly position: number;
  /** The first 16 hex digits of that record's digest. */
  readonly digest: string;
}

const digestDigits = 16;

/** A cursor from a whole digest in hex. */
export function cursorAt(origin: string, position: number, digest: string): SyncCursor {
  return { origin, position, digest: digest.slice(0, digestDigits) };
}

/** A cursor as one word: `ORIGIN:POSITION:DIGEST`. Scripts pass it on and do not look into it. */
export function formatCursor({ origin, position, digest }: SyncCursor): string {
  return `${origin}:${position}:${digest}`;
}

/** Reads `formatCursor`. Errors: USAGE. */
export function parseCursor(text: string): SyncCursor {
  const [, origin, position, digest] = /^([^:\s]{1,128}):(\d{1,15}):([0-9a-f]{16})$/.exec(text) ?? [];
  if (origin === undefined || position === undefined || digest === undefined) {
    throw new TxlogError(
      'USAGE',
      `${JSON.stringify(text.slice(0, 100))} is not a cursor: it must be ORIGIN:POSITION:DIGEST`,
      {
        next: ['txlog sync cursor'],
      },
    );
  }
  return { origin, position: Number(position), digest };
}
