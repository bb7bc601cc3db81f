import type { JsonValue } from '../base/json.ts';
import type { Rejection } from '../fold/rejection.ts';
import type { Chunk, Session, SessionStatus, ThemeEntry } from '../fold/session.ts';
import type { Links } from './links.ts';
import type { Receipt } from './receipt.ts';
import type { LogRecord } from './record.ts';

/** A theme by its name, or by its number once it has a name. */
export type ThemeName = string | number;

/** The plan that a record is part of, and its place in it: the record of its target `nth` of `of`, from 1. */
export interface PlanMark {
  readonly id: string;
  readonly nth: number;
  readonly of: number;
}

/** The author of an operation: the operator, by the epoch of its lead; nobody in particular; or someone who takes over. */
export interface Authority {
  readonly session: string;
  readonly epoch?: number;
  /** Act although another leads the session: what that one still does is refused from then on. */
  readonly force?: boolean;
  /** Chunks of data that its author knows of: with more or fewer, SESSION_CHANGED. */
  readonly seen?: number;
  /** Where its author saw the newest record of the session: when another one came since, SESSION_CHANGED. */
  readonly position?: number;
  /** From now on, where the work that the session stands for has come to: what lists of sessions show. */
  readonly phase?: string;
  readonly reason?: string;
  readonly actor?: string;
  /** The plan that it is part of: it stays in the record, so that applying the plan again does it no second time. */
  readonly plan?: PlanMark;
}

/** Makes a session. The same id with the same theme and data again gives the same session. */
export interface NewSession extends SagaMark {
  readonly op: 'new';
  readonly session: string;
  readonly theme: ThemeName;
  /** Number for a theme that is new, in place of the one that its name gives. */
  readonly number?: number;
  readonly chunk: Chunk;
  /** Bytes of its data, where known. */
  readonly bytes?: number;
  /** Seconds until it is due. */
  readonly delay?: number;
  readonly order?: string;
  /** Where it comes from; else made of what makes it. */
  readonly links?: Links;
  /**
   * Leads it at once, in the same record, if it is due and no other of its theme is. Only the engine's workers say so, for a
   * place of theirs that is free.
   */
  readonly lead?: Pick<LeadSession, 'operator' | 'lease'>;
  readonly reason?: string;
  readonly actor?: string;
  readonly plan?: PlanMark;
}

/** Takes a session: that which is named, or the first of the theme that is due. */
export interface LeadSession extends GroupMark {
  readonly op: 'lead';
  readonly theme?: ThemeName;
  readonly session?: string;
  /** Whether the first data of a session pass; others of the theme are left. Pure. */
  fits?(data: JsonValue): boolean;
  readonly operator: string;
  /** Seconds without a sign of life after which the operator counts as dead. */
  readonly lease: number;
}

/** Registers a theme, or pauses or resumes it: of a paused one no session is led, unless someone names it. */
export interface ThemeStep {
  readonly op: 'theme';
  readonly theme: string;
  readonly number?: number;
  readonly paused?: boolean;
  readonly reason?: string;
  readonly actor?: string;
}

/** Whether its record may also hold what happens to other sessions beside it, in its batch. */
interface GroupMark {
  /** Only the engine's code of turns says so: an operation of a caller has a record of its own. */
  readonly grouped?: true;
}

/** Whether it is a saga that writes its own events, or its own end. */
interface SagaMark {
  /** Only the engine's code of sagas says so: whatever else makes the session of a saga, or writes to it, is refused. */
  readonly ofSaga?: true;
}

/** Any other operation on a session. Times are in seconds from now. */
export type SessionStep =
  | ({ readonly op: 'append' | 'replace'; readonly chunk: Chunk; readonly bytes?: number } & SagaMark & Authority)
  | ({
      readonly op: 'store';
      readonly seconds: number;
      /** Why the turn failed. */
      readonly error?: string;
      /** Its lead is no attempt. Without an error of its own, what is known of earlier ones stays. */
      readonly interrupted?: boolean;
    } & GroupMark &
      Authority)
  | ({ readonly op: 'park'; readonly error: string } & GroupMark & Authority)
  | ({
      readonly op: 'ready';
      /** Does nothing to one whose status is another. */
      readonly only?: readonly SessionStatus[];
      /** Before those that were made later: what has begun is led before more begins. */
      readonly first?: boolean;
      /** Only the engine's code of resuming says so: whatever else would wake a suspended one is refused. */
      readonly resume?: true;
    } & Authority)
  | ({ readonly op: 'remove' } & SagaMark & GroupMark & Authority);

/** Several operations in one record: all of them, or none. The first one's session is that of the result. */
export interface Together {
  readonly op: 'together';
  readonly operations: readonly (NewSession | SessionStep)[];
  readonly reason?: string;
  readonly actor?: string;
  readonly plan?: PlanMark;
}

/** An operation that can be part of a plan. */
export type PlannableOperation = NewSession | SessionStep | Together;

/** Anything that can happen to a session, as the pipeline takes it. */
export type Operation = NewSession | LeadSession | SessionStep | ThemeStep | Together;

/** An operation of a caller: whatever it says, it is not the engine's code of sagas, of turns, or of resuming, that asks. */
export function operationOfCaller(operation: Operation): Operation {
  if (operation.op !== 'together') return withoutMark(operation);
  return { ...operation, operations: operation.operations.map(withoutMark) };
}

/** Fields that are the engine's own. A lead among them is that of a session that is being made. */
const marks = ['ofSaga', 'resume', 'grouped', 'lead'] as const;

function withoutMark<T extends Operation>(operation: T): T {
  if (!marks.some((mark) => mark in operation)) return operation;
  const entries = Object.entries(operation).filter(([name]) => !marks.some((mark) => mark === name));
  return Object.fromEntries(entries) as unknown as T;
}

/**
 * The session that brought a request: the request is decided only while it is led in this epoch. What then happens to
 * it, and to others, stands in the same record.
 */
export interface Completion {
  readonly session: string;
  readonly epoch: number;
  /** Chunks of data that its leader knows of. */
  readonly seen?: number;
  /** Id of a request that was committed, and is what happened to the session last: else SESSION_CHANGED. */
  readonly after?: string;
  /** The operations on sessions, by the outcome. Pure. Sessions that it makes and that were made before are left out. */
  operations(outcome: Settled): readonly (NewSession | SessionStep)[];
}

/** The outcome of a request, as its record has it. */
export type Settled = Pick<LogRecord, 'id' | 'outcome' | 'position' | 'time' | 'rejection' | 'correlation'>;

/** The result of an operation. */
export type OperationResult =
  | {
      readonly ok: true;
      /** Its id; empty for what happens to a theme. */
      readonly session: string;
      /** Position and time of its record: of the first one, when it was done before. */
      readonly position: number;
      readonly time: number;
      readonly duplicate: boolean;
      readonly durability: Receipt['durability'];
      /** The session as it is now; undefined once it is removed, and for what happens to a theme. */
      readonly now: Session | undefined;
      /** The theme as it is now, of what happens to one. */
      readonly theme?: ThemeEntry;
    }
  /** A lead that found no session due; `due` is when the next one will be, in ms since 1970. */
  | { readonly ok: false; readonly idle: true; readonly due: number | undefined }
  /** SESSION_GONE, SESSION_FENCED, SESSION_ACTIVE, SESSION_BUSY or SESSION_CHANGED: nothing was done. */
  | { readonly ok: false; readonly idle: false; readonly rejection: Rejection };
