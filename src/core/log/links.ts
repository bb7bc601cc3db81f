import { given } from '../base/given.ts';

/**
 * Where a record or a session comes from, both told by ids of requests or sessions. They say nothing of what is asked, so
 * that they are no part of a request's identity.
 */
export interface Links {
  /** The request or session that all of this began with, or a name that a caller gave to it. */
  readonly correlation?: string;
  /** The request or session that brought this one about. */
  readonly causation?: string;
}

/** The links of whatever the request or session `id` brings about. */
export function causedBy(id: string, { correlation = id }: Links = {}): Links {
  return { correlation, causation: id };
}

/** The links alone, of something that has more fields. */
export function linksOf({
  correlation,
  causation,
}: { readonly [field in keyof Links]: Links[field] | undefined }): Links {
  return given({ correlation, causation });
}

/**
 * The links of something by its `own` and by those that follow from how it came. What names a cause of its own and no
 * correlation belongs to what that cause belongs to, so that nothing else follows.
 */
export function inheritLinks(links: Links, own: Links): Links {
  const isElsewhere = own.causation !== undefined && own.correlation === undefined;
  return isElsewhere ? own : { ...links, ...own };
}
