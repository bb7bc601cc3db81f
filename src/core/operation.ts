import type { Receipt } from './receipt.ts';
import type { Rejection } from './rejection.ts';
import type { Chunk, Session, ThemeEntry } from './session.ts';

/** A theme by its name, or by its number once it has a name. */
export type ThemeName = string | number;

/** Who does an operation: the operator, by the epoch of its lead; nobody in particular; or someone who takes over. */
export interface Authority {
  readonly session: string;
  readonly epoch?: number;
  /** Act although another leads the session: what that one still does is refused from then on. */
  readonly force?: boolean;
  readonly reason?: string;
  readonly actor?: string;
}

/** Makes a session. The same id with the same theme and data again gives the same session. */
export interface NewSession {
  readonly op: 'new';
  readonly session: string;
  readonly theme: ThemeName;
  /** Number for a theme that is new, in place of the one that its name gives. */
  readonly number?: number;
  readonly chunk: Chunk;
  /** Seconds until it is due. */
  readonly delay?: number;
  readonly order?: string;
}

/** Takes a session: that which is named, or the first of the theme that is due. */
export interface LeadSession {
  readonly op: 'lead';
  readonly theme?: ThemeName;
  readonly session?: string;
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

/** What may happen to a session besides. Times are in seconds from now. */
export type SessionStep =
  | ({ readonly op: 'append' | 'replace'; readonly chunk: Chunk } & Authority)
  | ({
      readonly op: 'store';
      readonly seconds: number;
      /** Why the turn failed. */
      readonly error?: string;
      /** The turn was ended from outside: its lead is no attempt, and what is known of earlier ones stays. */
      readonly interrupted?: boolean;
    } & Authority)
  | ({ readonly op: 'park'; readonly error: string } & Authority)
  | ({ readonly op: 'ready' | 'remove' } & Authority);

/** Anything that can happen to a session, as the pipeline takes it. */
export type Operation = (NewSession | LeadSession | SessionStep | ThemeStep) & {
  /** Bytes of its data, for the bounds of a batch. */
  readonly bytes: number;
};

/** The session that a request completes: removed in the transaction that processes the request. */
export interface Completion {
  readonly session: string;
  readonly epoch: number;
  /** Theme that gets the receipt as a session. */
  readonly respond?: ThemeName;
}

/** What became of an operation. */
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
  /** SESSION_GONE, SESSION_FENCED, SESSION_ACTIVE or SESSION_BUSY: nothing was done. */
  | { readonly ok: false; readonly idle: false; readonly rejection: Rejection };
