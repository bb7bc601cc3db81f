import type { JsonValue } from './json.ts';

/** Where the environment of another service is: a directory, or a program that takes parcels on its stdin. */
export type ServiceDefinition =
  | {
      /** Relative to the app's module. */
      readonly env: string;
      /** The service's app, for requests that a step decides there at once. */
      readonly app?: string;
    }
  /** Runs `txlog receive` over there, such as `['ssh', 'host', 'txlog', 'receive']`. Never a line for a shell. */
  | { readonly command: readonly string[] };

/** A message on its way to a queue of another environment. Its id names it for ever: it arrives once. */
export interface Parcel {
  readonly id: string;
  readonly queue: string;
  readonly data: JsonValue;
  readonly order?: string;
}
