import { findTraceparentProblem } from '../../core/log/links.ts';

/** The span that a header `traceparent` names, without what later versions add; undefined of a header that is none. */
export function readSpan(header: string | readonly string[] | undefined): string | undefined {
  const [span] = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?=$|-)/.exec(String(header)) ?? [];
  const isLonger = span !== undefined && span.length < String(header).length;
  // The first version has no more.
  if (isLonger && span.startsWith('00')) return undefined;
  return span === undefined || findTraceparentProblem(span) ? undefined : span;
}

/** The id of the trace that a header `traceparent` names; undefined of a header that is none. Source: W3C Trace Context. */
export function readTraceId(header: string | readonly string[] | undefined): string | undefined {
  return readSpan(header)?.split('-')[1];
}
