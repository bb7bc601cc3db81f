import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { sessionIn, sessionKey } from '../core/fold/session.ts';
import { causedBy, inheritLinks, type Links, linksOf, linksThrough } from '../core/log/links.ts';
import type { NewSession, SessionStep } from '../core/log/operation.ts';
import type { LogRecord } from '../core/log/record.ts';
import type { Request } from '../core/log/request.ts';
import type { Stage } from './3-stage.ts';

/**
 * The links of a request's record: those that it was given, and what follows from how it came. The step of a saga, and
 * what a turn submits, come from their session; a request that waited in a queue, and the end of a saga, are their session;
 * a compensation comes from what it undoes.
 */
export function linksOfRequest(stage: Stage, request: Request, target: LogRecord | undefined): Links {
  return completeLinks(stage, inheritLinks(linksOfOrigin(stage, request, target), linksOf(request)));
}

function linksOfOrigin(stage: Stage, { id, completes }: Request, target: LogRecord | undefined): Links {
  // The trace of what is undone ended long ago.
  if (!completes) return target ? causedBy(target.id, given({ correlation: target.correlation })) : {};
  const links = linksOfSession(stage, completes.session);
  return completes.session === id ? links : causedBy(completes.session, links);
}

/** The links of the sessions that operations make: the session that is led, or changed, is their cause. */
export function linksOfTurn(stage: Stage, operations: readonly (NewSession | SessionStep)[]): Links {
  const led = operations.find(({ op }) => op !== 'new');
  if (!led || !operations.some(({ op }) => op === 'new')) return {};
  return linksOfMade(stage, led.session);
}

/** The links of the sessions that a session makes, in an operation or together with a request that it brought. */
export function linksOfMade(stage: Stage, session: string): Links {
  return causedBy(session, linksOfSession(stage, session));
}

/** Whatever has a cause belongs to what its cause belongs to, unless somebody said otherwise. */
export function completeLinks(stage: Stage, links: Links = {}): Links {
  const { correlation, causation } = links;
  if (causation === undefined || correlation !== undefined) return links;
  return linksThrough({ ...links, causation }, stage.find(causation) ?? linksOfSession(stage, causation));
}

/** The links of a session, also of one that was removed; none of what is no session. */
function linksOfSession(stage: Stage, id: string): Links {
  const key = sessionKey(id);
  const state = stage.state(key);
  const session = sessionIn(state);
  if (session || !state) return linksOf(session ?? {});
  const [first = 0] = stage.applied(key);
  const made = stage.record(first)?.changes.find((change) => change.key === key);
  return linksOf((made?.value ?? {}) as JsonObject & Links);
}
