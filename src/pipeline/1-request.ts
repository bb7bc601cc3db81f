import { type LoadedApp, requestTypeOf } from '../core/app/app.ts';
import { TxlogError } from '../core/base/errors.ts';
import { checkRequest, type Request } from '../core/log/request.ts';

/** The sources of a request: the user's types, and new ids. */
export interface RequestSource {
  readonly app: LoadedApp;
  /** A new time-ordered id, for a request that names none. */
  makeId(): string;
}

/**
 * Step 1: input → a valid Request, or an error that names the place. Reads no state and changes nothing.
 *
 * Units: `bytesKnown` of the text that it was parsed from, if any.
 * Errors: those of `checkRequest`, and PAYLOAD_INVALID when the payload does not fit the type's schema.
 */
export function toRequest(source: RequestSource, input: unknown, bytesKnown?: number): Request {
  const request = checkRequest(input, () => source.makeId(), bytesKnown);
  const problem = source.app.findPayloadProblem(request.type, request.payload);
  if (problem !== undefined) {
    throw new TxlogError('PAYLOAD_INVALID', `payload of ${request.type}: ${problem}`, { path: 'payload' });
  }
  if (requestTypeOf(source.app, request.type)?.decide && request.changes.length > 0) {
    throw new TxlogError(
      'REQUEST_INVALID',
      `${request.type} has a handler that decides its changes, so it takes a payload and no changes`,
      { path: 'changes' },
    );
  }
  return request;
}
