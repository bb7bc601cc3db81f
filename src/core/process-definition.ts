import type { RecordFilter } from './filter.ts';
import type { JsonValue } from './json.ts';
import type { RequestInput } from './request.ts';

/** A record of the log, as the rules of a process see it. Frozen. */
export interface ProcessRecord {
  readonly position: number;
  readonly id: string;
  readonly type: string;
  /** ms since 1970. */
  readonly time: number;
  readonly outcome: 'committed' | 'rejected';
  readonly actor: string | undefined;
  readonly payload: JsonValue | undefined;
  readonly rejection: { readonly code: string; readonly reason: string } | undefined;
}

/** What a rule decides. Ids are made of the process and the record's position, unless they are given. */
export type Decision =
  | { readonly do: 'start'; readonly saga: string; readonly data: JsonValue; readonly id?: string }
  /** The step that a saga waits for is done, or has failed. */
  | { readonly do: 'complete'; readonly saga: string; readonly step: string; readonly result?: JsonValue }
  | { readonly do: 'fail'; readonly saga: string; readonly step: string; readonly error: string }
  | { readonly do: 'compensate'; readonly saga: string; readonly reason: string }
  | { readonly do: 'submit'; readonly request: RequestInput }
  | { readonly do: 'send'; readonly to: string; readonly data: JsonValue; readonly order?: string };

/** Users' rules of a process manager: it listens to the log, and decides what comes next. */
export interface ProcessDefinition {
  /** Records that it listens to; of its own environment, in log order, each once. */
  readonly on?: RecordFilter;
  /** Where it starts when it is new. Default `now`. */
  readonly from?: 'start' | 'now';
  /** Pure and synchronous. */
  decide(record: ProcessRecord): readonly Decision[] | Decision | undefined;
}
