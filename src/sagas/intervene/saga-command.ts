import type { SagaOutcome } from '../../core/app/saga.ts';
import type { JsonValue } from '../../core/base/json.ts';

/** The actor of an intervention, and the reason. */
export interface Intervention {
  readonly reason?: string;
  readonly actor?: string;
}

/** A command of a person, or a rule, to a saga. */
export type SagaCommand =
  | { readonly kind: 'retry' | 'compensate' }
  | { readonly kind: 'skip'; readonly step?: string }
  | { readonly kind: 'force'; readonly outcome: SagaOutcome }
  | {
      readonly kind: 'answer';
      readonly step: string;
      readonly outcome: { readonly result: JsonValue } | { readonly error: string };
    };
