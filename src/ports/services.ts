import type { Parcel } from '../core/app/service-definition.ts';
import type { TxlogError } from '../core/base/errors.ts';
import type { Receipt } from '../core/log/receipt.ts';
import type { RequestInput } from '../core/log/request.ts';

/** The environments of other services. */
export interface Services {
  /** Processes a request there. Errors: SERVICE_NOT_FOUND, SERVICE_FAILED; those of the request. */
  submit(service: string, request: RequestInput & { readonly id: string }): Promise<Receipt>;
  /**
   * Puts parcels into queues there, each once, however often it is sent: durable when it resolves. One entry each:
   * undefined, or why it can never be taken. Errors: SERVICE_NOT_FOUND, SERVICE_FAILED when nobody knows.
   */
  deliver(service: string, parcels: readonly Parcel[]): Promise<readonly (TxlogError | undefined)[]>;
  /** Loads the code that services need, for a process that must not lack it later. Errors: CODE_NOT_LOADED. */
  prepare(): Promise<void>;
  close(): Promise<void>;
}
