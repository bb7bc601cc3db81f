import type { JsonValue } from '../base/json.ts';

/**
 * Where the environment of another service is: a directory, a program that takes parcels on its stdin, or somewhere that
 * only you reach. Directories, and those of programs, are relative to the app's module.
 */
export type ServiceDefinition =
  | {
      readonly env: string;
      /** The service's app, for requests that a step decides there at once. */
      readonly app?: string;
    }
  /** Runs `txlog receive` over there, such as `['ssh', 'host', 'txlog', 'receive']`. Never a line for a shell. */
  | { readonly command: readonly string[] }
  /** Nobody is there: messages wait until `txlog send` takes them along, in files or through a pipe of your own. */
  | { readonly by: 'send' };

/** A message on its way to a queue of another environment. Its id names it for ever: it arrives once. */
export interface Parcel {
  readonly id: string;
  readonly queue: string;
  readonly data: JsonValue;
  readonly order?: string;
  /** It is taken only where this parcel, which comes before it in the line of its order key, was taken. */
  readonly after?: string;
  /** Where it comes from: ids of requests or sessions, also of another environment. */
  readonly correlation?: string;
  readonly causation?: string;
  readonly traceparent?: string;
}
