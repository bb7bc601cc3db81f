const responsePrefix = 'txlog.response/';

/** Id of the session that brings the response to a request. */
export function responseId(request: string): string {
  return responsePrefix + request;
}

/** Id of the request whose response a session brings; undefined of any other session. */
export function requestOfResponse(session: string): string | undefined {
  return session.startsWith(responsePrefix) ? session.slice(responsePrefix.length) : undefined;
}
