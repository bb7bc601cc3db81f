import { given } from '../base/given.ts';

/**
 * Where a record or a session comes from, told by ids of requests or sessions, and by the trace of who asked. They say
 * nothing of what is asked, so that they are no part of a request's identity.
 */
export interface Links {
  /** The request or session that all of this began with, or a name that a caller gave to it. */
  readonly correlation?: string;
  /** The request or session that brought this one about. */
  readonly causation?: string;
  /** The span of a caller's trace that it belongs to. Source: W3C Trace Context, `traceparent`. */
  readonly traceparent?: string;
}

/** The links of whatever the request or session `id` brings about. */
export function causedBy(id: string, { correlation = id, traceparent }: Links = {}): Links {
  return { correlation, causation: id, ...given({ traceparent }) };
}

/** The links alone, of something that has more fields. */
export function linksOf({
  correlation,
  causation,
  traceparent,
}: { readonly [field in keyof Links]: Links[field] | undefined }): Links {
  return given({ correlation, causation, traceparent });
}

/**
 * The links of something by its `own` and by those that follow from how it came. What names a cause of its own and no
 * correlation belongs to what that cause belongs to, so that nothing else follows.
 */
export function inheritLinks(links: Links, own: Links): Links {
  const isElsewhere = own.causation !== undefined && own.correlation === undefined;
  return isElsewhere ? own : { ...links, ...own };
}

/** The links of what names its cause alone, by those of that cause. */
export function linksThrough({ causation, traceparent }: Links & { readonly causation: string }, cause: Links): Links {
  return { ...causedBy(causation, cause), ...given({ traceparent }) };
}

const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** Why a value is no traceparent, or undefined. Source: W3C Trace Context, 3.2. */
export function findTraceparentProblem(value: unknown): string | undefined {
  const [, version, trace, parent] = shape.exec(typeof value === 'string' ? value : '') ?? [];
  const isOne = version !== undefined && version !== 'ff' && !/^0+$/.test(trace ?? '') && !/^0+$/.test(parent ?? '');
  return isOne ? undefined : 'a traceparent is VERSION-TRACE-PARENT-FLAGS in lower-case hex';
}
