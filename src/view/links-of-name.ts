import type { Change } from '../core/fold/change.ts';
import { sessionKey } from '../core/fold/session.ts';
import { causedBy, inheritLinks, type Links, linksOf, linksThrough } from '../core/log/links.ts';
import type { Cut } from './cut.ts';

/** The links of a request or session, also of a session that was removed; none of what is neither. */
export function linksOfName(cut: Cut, id: string): Links {
  const position = cut.positionOf(id);
  if (position !== undefined) return linksOf(cut.knownRecord(position));
  return linksOfSession(cut, id);
}

/** The links of a request that a session sends elsewhere, which has its `own`: those that it would get here. */
export function linksOfSent(cut: Cut, session: string, own: Links): Links {
  const links = inheritLinks(causedBy(session, linksOfSession(cut, session)), own);
  const { causation, correlation } = links;
  // The receiver refuses one that is no text.
  return typeof causation !== 'string' || correlation !== undefined
    ? links
    : linksThrough({ ...links, causation }, linksOfName(cut, causation));
}

/** The links that a session was made with. */
function linksOfSession(cut: Cut, id: string): Links {
  const key = sessionKey(id);
  const [first] = cut.applied(key);
  const made = first === undefined ? undefined : cut.knownRecord(first).changes.find((change) => isNew(change, key));
  return linksOf((made?.value ?? {}) as Links);
}

function isNew({ key, op }: Change, wanted: string): boolean {
  return op === 'session.new' && key === wanted;
}
