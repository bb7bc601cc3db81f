import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Change } from '../fold/change.ts';
import type { Expectation, Outcome } from '../log/record.ts';

/** A record as a mask sees it. Frozen. Time in ms since 1970. */
export interface MaskRecord {
  readonly id: string;
  readonly type: string;
  readonly time: number;
  readonly outcome: Outcome;
  readonly actor?: string | undefined;
  readonly payload?: JsonValue | undefined;
  /** Those that the client, or a handler, asked for. */
  readonly changes: readonly Change[];
  readonly expect: readonly Expectation[];
  readonly attachments?: readonly string[] | undefined;
  readonly correlation?: string | undefined;
  readonly causation?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly claims?: JsonObject | undefined;
  /** Position of the transaction that it undoes. */
  readonly compensates?: number | undefined;
}

/**
 * Returns the record as it may be shown, or undefined to leave it out. Type, time, outcome and what it undoes stay as they
 * are. Pure: the same record gives the same, or the same request would be two.
 */
export type MaskFunction = (record: MaskRecord) => MaskRecord | undefined;

/** One function for all records; or one for each type, with `*` for all others. Without it, another type is an error. */
export type Mask = MaskFunction | Readonly<Record<string, MaskFunction>>;
