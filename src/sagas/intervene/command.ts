import type { SagaOutcome } from '../../core/app/saga.ts';
import type { JsonValue } from '../../core/base/json.ts';

/** Who intervenes, and why. */
export interface Intervention {
  readonly reason?: string;
  readonly actor?: string;
}

/** What a person, or a rule, has a saga do. */
export type Word =
  | { readonly kind: 'retry' | 'compensate' }
  | { readonly kind: 'skip'; readonly step?: string }
  | { readonly kind: 'force'; readonly outcome: SagaOutcome }
  | {
      readonly kind: 'answer';
      readonly step: string;
      readonly outcome: { readonly result: JsonValue } | { readonly error: string };
    };
