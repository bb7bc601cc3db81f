import type { Change } from '../core/fold/change.ts';
import type { Rejection } from '../core/fold/rejection.ts';

/**
 * What the client, a handler or the engine chose: changes to apply, or the reason to refuse. `decided` tells that
 * the client did not choose the changes itself.
 */
export type Choice =
  | { readonly ok: true; readonly changes: readonly Change[]; readonly decided: boolean }
  | {
      readonly ok: false;
      readonly rejection: Rejection;
      readonly changes: readonly Change[];
      readonly decided: boolean;
    };
