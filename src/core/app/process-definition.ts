import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Change } from '../fold/change.ts';
import type { RecordFilter } from '../log/filter.ts';
import { reservedTypePrefix } from '../log/record.ts';
import type { RequestInput } from '../log/request.ts';
import type { ThemePolicy } from './theme.ts';

/** A record of the log, as the rules of a process see it. Frozen. */
export interface ProcessRecord {
  readonly position: number;
  readonly id: string;
  readonly type: string;
  /** ms since 1970. */
  readonly time: number;
  readonly outcome: 'committed' | 'rejected';
  readonly actor: string | undefined;
  /** Claims about the one who asked: empty where there were none. */
  readonly claims: JsonObject;
  readonly payload: JsonValue | undefined;
  /** Those of users' keys: applied when it is committed, asked for when it is rejected. */
  readonly changes: readonly Change[];
  /** Position of the transaction that it undoes. */
  readonly compensates: number | undefined;
  readonly rejection: { readonly code: string; readonly reason: string; readonly key?: string } | undefined;
}

/**
 * What a rule decides. An id that is not given is made of the process, the record's position, and the place among the
 * decisions on it: `PROCESS/POSITION/N`, from 1 on.
 */
export type Decision =
  | { readonly do: 'start'; readonly saga: string; readonly data: JsonValue; readonly id?: string }
  /**
   * A step that a saga asks for is done, or has failed for good. Also one that it has not asked for yet: then it never
   * does. `side` is `undo` for what undoes the step.
   */
  | {
      readonly do: 'complete';
      readonly saga: string;
      readonly step: string;
      readonly side?: 'do' | 'undo';
      readonly result?: JsonValue;
    }
  | {
      readonly do: 'fail';
      readonly saga: string;
      readonly step: string;
      readonly side?: 'do' | 'undo';
      readonly error: string;
    }
  /** A saga that is running turns back. */
  | { readonly do: 'compensate'; readonly saga: string; readonly reason: string }
  | { readonly do: 'submit'; readonly request: RequestInput }
  /** A message to a queue of this environment, or `QUEUE@SERVICE`. */
  | {
      readonly do: 'send';
      readonly to: string;
      readonly data: JsonValue;
      readonly id?: string;
      readonly order?: string;
    };

/**
 * Users' rules of a process manager: it listens to the log, and decides what comes next. Its policy is that of the one
 * session that it is: how long its worker may be silent, and how often `decide` may fail before it waits for a person.
 */
export interface ProcessDefinition extends Pick<ThemePolicy, 'lease' | 'backoff' | 'attempts'> {
  /**
   * Records that it listens to; of its own environment, in log order, each once. Without `types`, users' requests except
   * those that it submitted itself, and the outcomes of sagas (`txlog.saga`). With them, all of these types.
   */
  readonly on?: RecordFilter;
  /** Where it starts when it is new. Default `now`. */
  readonly from?: 'start' | 'now';
  /** Its uint32, when the one that its theme's name gives is taken. */
  readonly number?: number;
  /**
   * Pure and synchronous: the same record gives the same decisions, however often it is asked. Replay never asks.
   * When it throws, the process waits, and then is parked, until the code is mended.
   */
  decide(record: ProcessRecord): readonly Decision[] | Decision | undefined;
}

const themePrefix = 'process/';

/** Theme of the one session that a process manager is. */
export function processTheme(name: string): string {
  return themePrefix + name;
}

/** The process whose theme it is, if it is one of `processTheme`. */
export function processOfTheme(theme: string): string | undefined {
  return theme.startsWith(themePrefix) ? theme.slice(themePrefix.length) : undefined;
}

/** Id of that session. */
export function processSession(name: string): string {
  return `${reservedTypePrefix}${processTheme(name)}`;
}
