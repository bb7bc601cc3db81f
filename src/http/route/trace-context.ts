/** The id of the trace that a header `traceparent` names; undefined of a header that is none. Source: W3C Trace Context. */
export function readTraceId(header: string | readonly string[] | undefined): string | undefined {
  const [, version, trace] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/.exec(String(header)) ?? [];
  return version === 'ff' || trace === '0'.repeat(32) ? undefined : trace;
}
