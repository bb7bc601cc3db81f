import type { TxlogError } from '../../core/base/errors.ts';
import type { Receipt } from '../../index.ts';
import type { Accepted } from '../../shapes/request.ts';

/** The result for one request: its receipt; that it waits in its queue; or why it was not taken. */
export type RequestAnswer =
  | { readonly receipt: Receipt }
  | { readonly accepted: Accepted }
  | { readonly error: TxlogError };
